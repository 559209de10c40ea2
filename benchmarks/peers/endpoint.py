"""What the peers share: simulated time, `kubectl`, and the endpoint that has to answer."""

import os
import subprocess
import time
from datetime import datetime
from pathlib import Path

from emulators.stack.api import SimulatedAzure

SKIPPED = 77
"""Exit code where a program is missing; as of Automake's tests."""

COMMAND_SECONDS = 3600
ANSWER_SECONDS = 3600.0
LOOK_SECONDS = 2.0
"""Between two requests to the endpoint."""

WORKLOAD = Path(__file__).with_name("workload.yaml")


def now_of(azure: SimulatedAzure) -> datetime:
    return datetime.fromisoformat(azure.get("/_simulator/clock").json()["now"])


def deploy_workload(kubeconfig: Path) -> None:
    """Until the model's pod is ready."""
    kubectl(kubeconfig, "apply", "--filename", str(WORKLOAD))
    kubectl(kubeconfig, "rollout", "status", "deployment/llm", f"--timeout={COMMAND_SECONDS}s")


def kubectl(kubeconfig: Path, *arguments: str) -> str:
    return run_program(
        ["kubectl", "--kubeconfig", str(kubeconfig), *arguments], HOME=str(kubeconfig.parent)
    )


def run_program(command: list[str], **environment: str) -> str:
    """What it prints; ends the process if it fails."""
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout.strip()


def await_answer(azure: SimulatedAzure, host: str) -> None:
    """Until the model answers through Front Door."""
    environment = {"endpoint": f"https://{host}"}
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        answer = azure.send_through_edge(environment, "GET", "/v1/models", with_token=False)
        if answer.status_code == 200:
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"{host} does not answer: {answer.status_code} {answer.text}")
        time.sleep(LOOK_SECONDS)

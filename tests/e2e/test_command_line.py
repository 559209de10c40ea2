"""The command line by its real process: the whole life of an environment, and what a terminal, a
pipe and a shell make of it."""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from emulators.stack.api import SimulatedAzure
from emulators.stack.stack import PROJECT, Stack
from tests.e2e.stories import leftovers

NAME = "typed-llm"
IMAGE = "registry.example.com/llm:1.4.2"
SECONDS = 120


@dataclass(frozen=True)
class Shell:
    """Runs the program as a person or a pipeline would."""

    folder: Path
    environ: Mapping[str, str]
    lines: list[str] = field(default_factory=list[str])

    def __call__(self, *arguments: str, expected: int = 0, stdin: str = "") -> str:
        """What it printed on standard output."""
        done = subprocess.run(
            [sys.executable, "-m", "gridplane", *arguments],
            cwd=self.folder,
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        self.lines[:] = done.stderr.splitlines()
        assert done.returncode == expected, f"{arguments}: {done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "-o", "json"))

    def interrupt(self, *arguments: str, once: str, expected: int = 130) -> str:
        """Ctrl-C once a line has appeared, on either stream; all that was printed."""
        with subprocess.Popen(
            [sys.executable, "-m", "gridplane", *arguments],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout
            seen: list[str] = []
            for line in process.stdout:
                seen.append(line)
                if once in line:
                    process.send_signal(signal.SIGINT)
                    break
            seen += process.stdout.readlines()
            assert process.wait(SECONDS) == expected, "".join(seen)
        return "".join(seen)

    def bash(self, script: str, shell: str = "bash") -> str:
        done = subprocess.run(
            [shell, "-c", script],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout


@pytest.fixture
def shell(stack: Stack, azure: SimulatedAzure, tmp_path: Path) -> Shell:
    program = tmp_path / "bin" / "gridplane"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m gridplane "$@"\n')
    program.chmod(0o755)
    kept = {name: text for name, text in os.environ.items() if name in ("HOME", "LANG", "LC_ALL")}
    environ = {
        **kept,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(PROJECT / "cli/src"),
        "PYTHONWARNINGS": "error",
        "GRIDPLANE_CONFIG_DIR": str(tmp_path / "config"),
        "GRIDPLANE_URL": stack.app_url,
        "GRIDPLANE_EDGE_ADDRESS": stack.simulator_url.removeprefix("https://"),
        "GRIDPLANE_CA_BUNDLE": stack.ca_bundle,
        "GRIDPLANE_MODEL_TOKEN": azure.model_token,
    }
    return Shell(tmp_path, environ)


def test_an_environment_lives_from_its_specification_to_its_end(
    shell: Shell, azure: SimulatedAzure
):
    create(shell)
    look(shell)
    use(shell)
    stop_and_go_on(shell, azure)
    change(shell)
    shell("delete", NAME, "--yes")
    shell("show", NAME, expected=3)
    assert leftovers(azure, NAME) == []


def create(shell: Shell) -> None:
    """Plan, apply the saved plan, detach with Ctrl-C, watch to the end."""
    shell("init", "env.yaml", "--name", NAME, "--gpu", "Standard_NC4as_T4_v3")
    plan = shell("plan", "-f", "env.yaml", "-o", "plan.json")
    assert plan.startswith(f"{NAME} will be created\n")
    shell("apply", "-f", "plan.json", "--no-input", expected=2)
    detached = shell.interrupt("apply", "-f", "plan.json", "--yes", once=f"provision {NAME}")
    assert f"Detached: {NAME}.1 goes on." in detached
    # By its id: it may have ended by now.
    shell("watch", f"{NAME}.1")
    assert any(line.startswith(f"provision {NAME}  Succeeded  100 %") for line in shell.lines)


def look(shell: Shell) -> None:
    rows = [line.split() for line in shell("list").splitlines()]
    assert rows[0][:6] == ["NAME", "PHASE", "HEALTH", "REGIONS", "GPU", "NODES"]
    (row,) = [each for each in rows if each[0] == NAME]
    assert (row[1], row[3:6]) == ("Ready", ["westeurope", "NC4as_T4_v3", "1"])
    endpoint = shell("show", NAME, "--query", "endpoint").strip()
    assert endpoint.startswith("https://gp-typed-llm-")
    assert f"endpoint     {endpoint}" in shell("show", NAME).splitlines()
    assert shell.json("show", NAME)["spec"]["workload"]["model"]["name"] == NAME
    assert "OperationSucceeded" in shell("events", NAME)
    assert NAME in shell("costs", "-o", "name").split()
    assert "Standard_NC4as_T4_v3" in shell("offers", "-r", "westeurope", "-o", "name").split()
    assert "dry run" in shell("sweeps", "--start", "--dry-run")
    assert shell.json("version")["api"] == "Healthy"
    assert "gpu nodes" in on_terminal(shell, "metrics", NAME)
    assert shell.json("metrics", NAME)["totals"]["costUsd"] > 0
    assert shell("kubeconfig", NAME, "-o", "name") == f"gp-{NAME}-westeurope\n"
    assert shell("versions", NAME, "--query", "[0].status") == "Succeeded\n"
    assert "phi-4" in shell("presets", "-o", "name").split()
    assert shell("models", "-o", "name") == shell("approvals", "-o", "name") == ""
    now = datetime.now(UTC)  # simulated time may be ahead by days
    first, last = (f"{now + timedelta(days=each):%Y-%m-%dT%H:%M:%SZ}" for each in (-1, 29))
    window = ("--environment", NAME, "--from", first, "--to", last)
    assert f"{NAME}.1" in shell("audit", *window, "--query", "[].operationId").split()
    steps = on_terminal(shell, "watch", f"{NAME}.1")
    assert "cell/westeurope/managedCluster" in steps
    assert "✔" in steps
    assert "Aborted" in on_terminal(shell, "delete", NAME, typed="n\n")


def use(shell: Shell) -> None:
    """The model's log and answers, awake and asleep."""
    assert shell("logs", NAME).strip()
    followed = shell.interrupt("logs", NAME, "-f", once=NAME)
    assert NAME in followed
    shell("logs", NAME, "--previous", expected=4)
    assert "5 words: Is this transfer fraud or" in shell(
        "invoke", NAME, "Is this transfer fraud or"
    )
    assert shell.json("invoke", NAME, "Hello")["answer"].startswith(NAME)
    shell("scale-down", NAME)
    shell("invoke", NAME, "Hello", expected=6)
    assert shell.lines[-1] == f"Fix: gridplane wake {NAME}, or add --wait"
    shell("logs", NAME, expected=3)


def stop_and_go_on(shell: Shell, azure: SimulatedAzure) -> None:
    """A wake that is canceled, as its model does not become ready, and its retry."""
    stuck = {"outcome": "NeverReady"}
    fault = azure.add_fault({"cluster": f"gp-{NAME}-.*", "images": {IMAGE: stuck}})
    operation = shell("wake", NAME, "--detach").strip()
    shell("cancel", NAME)
    assert shell("show", NAME, "--query", "phase") == "Canceled\n"
    shell("watch", operation, expected=1)
    azure.delete(f"/_simulator/faults/{fault}").raise_for_status()
    shell("retry", NAME)
    shell("cancel", NAME, expected=4)


def change(shell: Shell) -> None:
    """An update by the GitHub Action, nothing to do from standard input, and a repair."""
    spec = shell.json("show", NAME, "--query", "spec")
    changed = json.dumps({**spec, "costCenter": "ML-9"})
    (shell.folder / "changed.json").write_text(changed)
    act(shell, "plan.sh", FILE="changed.json", PLAN_FILE="next.json", PULL_REQUEST="7")
    (looked, commented) = (shell.folder / "comments").read_text().split("\napi --method POST ")
    assert looked.startswith("api repos/acme/environments/issues/7/comments --paginate")
    assert "~   costCenter   ML-1234   ML-9    inPlace" in commented
    assert "<summary>update, $" in commented
    assert act(shell, "apply.sh", PLAN_FILE="next.json").startswith("endpoint=https://gp-typed-")
    assert shell("show", NAME, "--query", "spec.costCenter") == "ML-9\n"
    shell("apply", "-f", "-", "--no-input", stdin=changed)
    assert any("nothing to do" in line for line in shell.lines)
    shell("repair", NAME)
    assert shell("list", "--phase", "Ready", "--query", f"[?name=='{NAME}'].phase") == "Ready\n"


FAKE_GH = """#!/bin/sh
printf '%s\\n' "$*" >> comments
"""


def act(shell: Shell, script: str, **inputs: str) -> str:
    """Runs a script of the GitHub Action; its outputs."""
    gh = shell.folder / "bin" / "gh"
    gh.write_text(FAKE_GH)
    gh.chmod(0o755)
    outputs = shell.folder / f"{script}.outputs"
    given = {
        "RUNNER_TEMP": str(shell.folder),
        "GITHUB_OUTPUT": str(outputs),
        "GITHUB_REPOSITORY": "acme/environments",
        "GITHUB_SHA": "0123456",
        "GH_TOKEN": "a-token",
        "CI": "true",
        **inputs,
    }
    environ = {**shell.environ, **given}
    folder = PROJECT / ".github/actions/gridplane"
    done = subprocess.run(
        [folder / script], cwd=shell.folder, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return outputs.read_text()


def on_terminal(shell: Shell, *arguments: str, typed: str = "", **more: str) -> str:
    """What a terminal of 100 columns is sent. `typed`: what its user answers."""
    controller, terminal = pty.openpty()
    environ = {**shell.environ, "TERM": "xterm-256color", "COLUMNS": "100", **more}
    process = subprocess.Popen(
        [sys.executable, "-m", "gridplane", *arguments],
        cwd=shell.folder,
        env=environ,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    os.write(controller, typed.encode())
    sent = bytearray()
    try:
        while part := os.read(controller, 65536):
            sent += part
    except OSError:  # Linux says so once the other end is closed
        pass
    process.wait(SECONDS)
    os.close(controller)
    return sent.decode()


def test_colours_are_for_terminals(shell: Shell):
    bold = "\x1b["
    assert bold in on_terminal(shell, "offers", "-r", "westeurope")
    assert "\x1b[31m" not in on_terminal(shell, "show", "nothing", NO_COLOR="1")
    assert "\x1b" not in shell("offers", "-r", "westeurope")


def test_a_missing_sign_in_is_told_once(shell: Shell):
    """By the program alone: the Azure SDK would log it beside, which no test runner shows."""
    unsigned = {"PATH": "/nowhere", "GRIDPLANE_SCOPE": "api://gridplane/.default"}
    other = Shell(shell.folder, {**shell.environ, **unsigned})
    other("list", expected=5)
    assert [line.partition(":")[0] for line in other.lines] == ["No token for api", "Fix"]


def test_a_reader_that_has_enough_is_no_error(shell: Shell):
    script = "set -o pipefail; gridplane offers -r westeurope -o name | head -1"
    assert shell.bash(script).count("\n") == 1


COMPLETE_IN_BASH = """
source <(gridplane completion bash)
COMP_WORDS=(gridplane {words}) COMP_CWORD={place}
_gridplane_completion gridplane
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def test_bash_completes_commands_and_options(shell: Shell):
    commands = shell.bash(COMPLETE_IN_BASH.format(words="sc", place=1)).split()
    assert set(commands) == {"scale-down", "schema"}
    options = shell.bash(COMPLETE_IN_BASH.format(words="logs --pre", place=2)).split()
    assert options == ["--previous"]


START_ZSH = """autoload -U compinit; compinit -u; PS1='> '
source <(gridplane completion zsh)
print prepared
"""


def test_zsh_completes_commands(shell: Shell):
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed: its completion was not tried")
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        ["zsh", "-f", "-i"],
        cwd=shell.folder,
        env={**shell.environ, "TERM": "dumb", "HOME": str(shell.folder)},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    try:
        os.write(controller, START_ZSH.encode())
        read_until(controller, "\nprepared")
        os.write(controller, b"gridplane kubec\t")
        assert "gridplane kubeconfig" in read_until(controller, "onfig")
    finally:
        process.kill()
        process.wait(SECONDS)
        os.close(controller)


def read_until(controller: int, text: str) -> str:
    """What a terminal shows until this is there."""
    shown, ends_at = "", time.monotonic() + SECONDS
    while text not in shown:
        ready, _, _ = select.select([controller], [], [], max(0, ends_at - time.monotonic()))
        assert ready, f"no {text!r} in {shown!r}"
        shown += os.read(controller, 65536).decode().replace("\r", "")
    return shown

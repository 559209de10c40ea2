"""`make up`: runs the whole stack until Ctrl-C."""

import argparse
import json
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from emulators.stack.lag import open_watch
from emulators.stack.processes import ProcessFailed
from emulators.stack.stack import DEFAULT_TIME_SCALE, PROJECT, Stack, running_stack

FOLDER = PROJECT / "build" / "up"
STACK_FILE = PROJECT / "build" / "local-stack.json"
VARIABLES_FILE = PROJECT / "build" / "gridplane.env"
POLL_SECONDS = 0.5

WELCOME = """
Portal           {functionApp}/portal
Function app     {functionApp}
Simulated Azure  {simulator}
Task hub         {taskHub}
CA bundle        {caBundle}
{stack_file} has all of this as JSON. Ctrl-C stops the stack; the next `make up` resumes it,
`make up FRESH=1` starts from scratch.

Try, in another terminal:
  source {variables_file}
  gridplane apply -f examples/environment.json
  gridplane invoke fraud-llm "Is this transfer fraud?"
  gridplane kubeconfig fraud-llm --file build/kubeconfig
  make send
  curl -s --cacert {caBundle} {simulator}/_simulator/state
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--time-scale", type=float, default=DEFAULT_TIME_SCALE)
    parser.add_argument(
        "--work-dir",
        type=Path,
        default=FOLDER,
        help="folder of the logs and of the saved state",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="discard the saved state and start from scratch"
    )
    parser.add_argument(
        "--port", type=int, default=0, help="port of the function app; 0: a free one"
    )
    arguments = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        if arguments.fresh:
            shutil.rmtree(arguments.work_dir, ignore_errors=True)
        with running_stack(
            arguments.work_dir,
            time_scale=arguments.time_scale,
            app_port=arguments.port,
            keeps_state=True,
        ) as stack:
            _welcome(stack)
            _watch(stack, stopped)
    except ProcessFailed as error:
        print(f"{error}\n`make up FRESH=1` starts from scratch.", file=sys.stderr)
        return 1
    finally:
        STACK_FILE.unlink(missing_ok=True)
        VARIABLES_FILE.unlink(missing_ok=True)
    return 0


def _welcome(stack: Stack) -> None:
    facts = stack.describe()
    STACK_FILE.parent.mkdir(exist_ok=True)
    STACK_FILE.write_text(json.dumps(facts, indent=2) + "\n")
    VARIABLES_FILE.write_text(render_variables(facts))
    files = {"stack_file": STACK_FILE, "variables_file": VARIABLES_FILE}
    shown = {name: path.relative_to(PROJECT) for name, path in files.items()}
    text = WELCOME.format(**facts, **shown)
    if stack.is_resumed:
        text += "\nResumed from where it was stopped.\n"
    Console(soft_wrap=True).print(text, markup=False, highlight=False)


def render_variables(facts: Mapping[str, Any]) -> str:
    """By which the command line finds this stack, and the command line itself."""
    programs = Path(sys.executable).parent
    edge = facts["simulator"].removeprefix("https://")
    run = f"env PYTHONPATH={shlex.quote(str(PROJECT))} {sys.executable} -m emulators.stack"
    credential = f"{run}.kube_credential {shlex.quote(str(STACK_FILE))}"
    variables = {
        "GRIDPLANE_URL": facts["functionApp"],
        "GRIDPLANE_EDGE_ADDRESS": edge,
        "GRIDPLANE_CA_BUNDLE": facts["caBundle"],
        "GRIDPLANE_MODEL_TOKEN_COMMAND": f"{run}.model_token",
        "GRIDPLANE_KUBE_CREDENTIAL_COMMAND": credential,
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    return "\n".join([*lines, f'export PATH={shlex.quote(str(programs))}:"$PATH"', ""])


def _watch(stack: Stack, stopped: threading.Event) -> None:
    with ExitStack() as exits:
        lag = open_watch(stack, exits)
        while not stopped.wait(POLL_SECONDS):
            if ended := stack.find_ended():
                raise ProcessFailed(
                    f"{ended.name} ended with exit code {ended.popen.poll()}; its log is in "
                    f"{stack.work_dir}"
                )
            if said := lag.look():
                print(said, flush=True)


if __name__ == "__main__":
    sys.exit(main())

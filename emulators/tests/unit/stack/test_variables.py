"""`make up` writes variables that a shell reads, by which the command line finds the stack."""

import subprocess
import sys
from pathlib import Path

from emulators.stack.stack import PROJECT
from emulators.stack.up import STACK_FILE, render_variables

FACTS = {
    "functionApp": "http://127.0.0.1:7071",
    "simulator": "https://127.0.0.1:9",
    "caBundle": "/a folder/ca.pem",
}


def test_a_shell_reads_them():
    names = "$GRIDPLANE_URL|$GRIDPLANE_EDGE_ADDRESS|$GRIDPLANE_CA_BUNDLE|$PATH"
    commands = ("$GRIDPLANE_MODEL_TOKEN_COMMAND", "$GRIDPLANE_KUBE_CREDENTIAL_COMMAND")
    echoes = "; ".join(f'echo "{each}"' for each in (names, *commands))
    script = f"{render_variables(FACTS)}\n{echoes}"
    done = subprocess.run(
        ["/bin/sh", "-c", script], env={"PATH": "/usr/bin"}, capture_output=True, text=True
    )
    shown, token, credential = done.stdout.splitlines()
    programs = Path(sys.executable).parent
    assert shown == f"http://127.0.0.1:7071|127.0.0.1:9|/a folder/ca.pem|{programs}:/usr/bin"
    run = f"env PYTHONPATH={PROJECT} {sys.executable} -m emulators.stack"
    assert token == f"{run}.model_token"
    assert credential == f"{run}.kube_credential {STACK_FILE}"

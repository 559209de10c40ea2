"""An `az` on PATH that hands its calls to a Python object which keeps state."""

import json
import os
import socketserver
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Protocol

CALL = f"""#!{sys.executable}
import json, os, socket, sys
with socket.create_connection(("127.0.0.1", int(os.environ["FAKE_AZ_PORT"]))) as connection:
    with connection.makefile("rw") as stream:
        print(json.dumps(sys.argv[1:]), file=stream, flush=True)
        answer = json.loads(stream.readline())
sys.stdout.write(answer["out"])
sys.stderr.write(answer["err"])
sys.exit(answer["code"])
"""


class AzError(Exception):
    """What az prints before it exits with 1."""


class Az(Protocol):
    def call(self, command: str, options: dict[str, str]) -> str:
        """`command`: the words before the first option; `options`: by name, flags as "".
        Returns what az prints to stdout; raises AzError."""
        ...


def read_arguments(arguments: list[str]) -> tuple[str, dict[str, str]]:
    words = [each for each in arguments]
    command: list[str] = []
    while words and not words[0].startswith("--"):
        command.append(words.pop(0))
    options: dict[str, str] = {}
    while words:
        name = words.pop(0)
        has_value = bool(words) and not words[0].startswith("--")
        options[name.removeprefix("--")] = words.pop(0) if has_value else ""
    return " ".join(command), options


def answer(az: Az, arguments: list[str]) -> dict[str, str | int]:
    try:
        out = az.call(*read_arguments(arguments))
    except AzError as error:
        return {"out": "", "err": f"ERROR: {error}\n", "code": 1}
    return {"out": f"{out}\n" if out else "", "err": "", "code": 0}


@contextmanager
def served(az: Az) -> Iterator[int]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            arguments = json.loads(self.rfile.readline())
            self.wfile.write(json.dumps(answer(az, arguments)).encode() + b"\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


def run_with(
    az: Az, folder: Path, script: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`folder`: an empty one, where `az` is put."""
    fake = folder / "az"
    fake.write_text(CALL)
    fake.chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    with served(az) as port:
        return subprocess.run(
            [script, *arguments],
            env=os.environ | {"PATH": path, "FAKE_AZ_PORT": str(port)} | variables,
            capture_output=True,
            text=True,
            check=False,
        )

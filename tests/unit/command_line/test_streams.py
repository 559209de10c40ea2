"""The process and its streams: readers that have enough, closed ones, and old encodings."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.architecture.source import REPOSITORY

PROGRAM = f'exec "{sys.executable}" -m gridplane'


def shell(script: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(REPOSITORY / "cli/src"),
        "GRIDPLANE_CONFIG_DIR": str(folder),
        **more,
    }
    command = ["bash", "-c", script]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


class Models(BaseHTTPRequestHandler):
    """Answers with a list that is longer than what a pipe holds."""

    def do_GET(self) -> None:
        body = json.dumps({"value": [{"name": "a" * 100} for _ in range(5_000)]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Models) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("form", ["json", "yaml", "name"])
def test_a_reader_that_has_enough_of_a_long_result_is_no_error(
    tmp_path: Path, url: str, form: str
):
    script = f"({PROGRAM} models -o {form} --url {url}) | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = shell(script, tmp_path)
    assert (done.returncode, len(done.stdout), done.stderr) == (0, 1, "")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_stream_that_is_closed_is_no_error(tmp_path: Path, closed: str):
    done = shell(f"{PROGRAM} schema {closed}", tmp_path)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_what_an_encoding_does_not_have_is_replaced(tmp_path: Path):
    script = f"{PROGRAM} init 'ü.yaml' --name a-b"
    done = shell(f"cd {tmp_path}; {script}", tmp_path, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (0, "?.yaml\n"), done.stderr
    assert "next      gridplane plan -f ?.yaml" in done.stderr

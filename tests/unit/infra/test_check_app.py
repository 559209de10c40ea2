"""`.github/scripts/check_app.sh` against a server that answers as a published app does."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.architecture.source import REPOSITORY

SCRIPT = REPOSITORY / ".github/scripts/check_app.sh"
COMMIT = "83efbc6a1d0f4c0c8f5c0b8d0c9e7f6a5b4c3d2e"


@dataclass
class PublishedApp:
    """Answers /healthz with one body after the other, and the API with one status."""

    health: list[tuple[int, str]]
    api_status: int = 401
    forged: list[str] = field(default_factory=list[str])

    @contextmanager
    def served(self) -> Iterator[str]:
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = app.api_status, ""
                if self.path == "/healthz":
                    status, body = app.health.pop(0) if app.health[1:] else app.health[0]
                else:
                    app.forged.append(self.headers.get("X-MS-CLIENT-PRINCIPAL", ""))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Prints nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()


def check(app: PublishedApp, tries: int = 1) -> subprocess.CompletedProcess[str]:
    with app.served() as url:
        return subprocess.run(
            [SCRIPT, url, COMMIT],
            env=os.environ | {"TRIES": str(tries), "PAUSE_SECONDS": "0"},
            capture_output=True,
            text=True,
            check=False,
        )


def healthy(commit: str) -> tuple[int, str]:
    return 200, f'{{"status": "Healthy", "commit": "{commit}"}}'


def test_an_app_that_runs_the_commit_and_turns_away_the_forged_identity_passes():
    app = PublishedApp([healthy(COMMIT)])
    assert check(app).returncode == 0
    assert app.forged != []
    assert all(app.forged)


def test_it_waits_while_the_app_starts_and_while_the_commit_before_still_answers():
    app = PublishedApp([(503, "{}"), healthy("0" * 40), (200, "Healthy"), healthy(COMMIT)])
    assert check(app, tries=4).returncode == 0


def test_another_commit_fails_and_is_shown():
    result = check(PublishedApp([healthy("0" * 40)]), tries=2)
    assert (result.returncode, "0" * 40 in result.stdout) == (1, True)


def test_an_app_that_does_not_say_its_commit_fails():
    assert check(PublishedApp([(200, '{"status": "Healthy"}')])).returncode == 1


def test_an_app_that_believes_the_forged_identity_fails():
    for status in (200, 403):
        result = check(PublishedApp([healthy(COMMIT)], api_status=status))
        assert (result.returncode, f"answered {status}" in result.stdout) == (1, True)

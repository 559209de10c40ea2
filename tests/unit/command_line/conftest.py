"""The command line in front of the API's own routes, with a task hub in memory."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine


@pytest.fixture
def time_zone() -> Iterator[Callable[[str], None]]:
    """That of the user: UTC, if a test does not set another one."""
    with pytest.MonkeyPatch.context() as changed:

        def change(name: str) -> None:
            changed.setenv("TZ", name)
            time.tzset()

        change("UTC")
        yield change
    time.tzset()


@pytest.fixture
def cli(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    time_zone: Callable[[str], None],
) -> Iterator[CommandLine]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", "1")
    environ = {
        "GRIDPLANE_CONFIG_DIR": str(tmp_path / "config"),
        "GRIDPLANE_URL": "http://127.0.0.1:7071",
    }
    command_line = CommandLine(tmp_path, capsys, environ=environ)
    yield command_line
    assert command_line.instead == [], "answers that nothing has asked for"

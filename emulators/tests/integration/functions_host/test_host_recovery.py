"""Nothing is lost when the host or the task hub is killed in the middle of work."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.tests.integration.functions_host.host_processes import (
    APPS,
    FunctionsHost,
    TaskHub,
    ended_afterwards,
    eventually,
)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[TaskHub]:
    hub = TaskHub(tmp_path)
    with ended_afterwards(hub):
        hub.start()
        yield hub


@pytest.fixture
def host(tmp_path: Path, hub: TaskHub) -> Iterator[FunctionsHost]:
    host = FunctionsHost(tmp_path, APPS / "native", hub.address)
    with ended_afterwards(host):
        host.start()
        yield host


def test_an_activity_runs_again_after_the_host_was_killed_within_it(
    host: FunctionsHost, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    instance = host.begin("holding", str(runs))
    eventually(lambda: list(runs.iterdir()))

    host.end(signal.SIGKILL)
    host.start()

    assert host.finished(instance)["output"] == ["run 2", 2]


def test_a_living_host_works_on_after_its_hub_was_killed_and_restarted(
    host: FunctionsHost, hub: TaskHub
) -> None:
    waiting = host.begin("approval", 1)
    assert host.result("chain", 1) == 4

    hub.end(signal.SIGKILL)
    eventually(lambda: "The task hub is not reachable" in host.log)
    hub.start()

    eventually(lambda: host.log.count("Connected to the task hub.") == 2)
    assert host.result("chain", 2) == 5
    assert host.finished(waiting)["output"] == "nobody answered"


def test_a_host_that_is_told_to_stop_ends_cleanly_though_code_of_the_app_blocks(
    host: FunctionsHost, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    host.begin("holding", str(runs))
    eventually(lambda: list(runs.iterdir()))

    assert host.end(signal.SIGTERM) == 0
    assert "Traceback" not in host.log

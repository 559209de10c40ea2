"""The two sample apps, each under a Functions host and a task hub of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.tests.integration.functions_host.host_processes import (
    APPS,
    FunctionsHost,
    TaskHub,
    ended_afterwards,
)


def running_host(app: str, folder: Path, **environment: str) -> Iterator[FunctionsHost]:
    hub = TaskHub(folder)
    with ended_afterwards(hub):
        host = FunctionsHost(folder, APPS / app, hub.start()["address"], **environment)
        with ended_afterwards(host):
            host.start()
            yield host


@pytest.fixture(scope="session")
def native(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FunctionsHost]:
    yield from running_host("native", tmp_path_factory.mktemp("native"))


@pytest.fixture(scope="session")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FunctionsHost]:
    yield from running_host(
        "classic", tmp_path_factory.mktemp("classic"), HUB_NAME="Classic", GREETING="hi"
    )

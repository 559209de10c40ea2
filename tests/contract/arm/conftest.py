"""A simulator whose time passes while everything waits."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from emulators.azure.process import RunningSimulator
from emulators.tests.support.idle_time import IdleTimeLoop, idle_clock
from emulators.tests.support.simulator import (
    TEST_TIME_SCALE,
    SimulatorAddress,
    simulator_in_process,
)


def pytest_asyncio_loop_factories() -> dict[str, type[IdleTimeLoop]]:
    return {"idle time": IdleTimeLoop}


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[RunningSimulator, SimulatorAddress]]:
    async with simulator_in_process(tmp_path, idle_clock(TEST_TIME_SCALE)) as started:
        yield started

"""Stacks of real processes: simulated Azure, task hub and Functions host."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.support.azure_actions import granted_actions, read_actions
from tests.support.documented_api import DocumentedApi
from tests.support.forked import forked_stack
from tests.support.order import find_seconds

TIME_SCALE = 120.0

LATENCY_SHARE = 0.1
"""The shorter an operation, the fewer polls until it has ended, which are half of what the task
hub hands out for an environment. Tests that stop a process in the middle of a step, all rows of
the fault matrix, chaos runs and the demo leave each operation its measured duration."""

NEW_YEAR = "0 0 0 1 1 *"
NEVER = {"SWEEP_SCHEDULE": NEW_YEAR, "WAKE_SCHEDULE": NEW_YEAR}
"""Tests that want a sweep start it themselves."""


SHARED_STACKS = 4
"""Each takes 1 s of a processor to start, and 30 ms of each second while nothing happens. Fewer
would be still at work when all other tests have ended."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules whose tests use the shared stack go where the least is to do, the longest first."""
    seconds = {f"shared stack {number}": 0 for number in range(1, SHARED_STACKS + 1)}
    group_of: dict[Path, str] = {}
    for item in sorted(items, key=lambda item: find_seconds(item.path), reverse=True):
        if isinstance(item, pytest.Function) and "stack" in item.fixturenames:
            if item.path not in group_of:
                group_of[item.path] = min(seconds, key=seconds.__getitem__)
                seconds[group_of[item.path]] += find_seconds(item.path)
            item.add_marker(pytest.mark.xdist_group(group_of[item.path]))


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One for all tests that leave its processes alone; each uses environment names of its own."""
    folder = tmp_path_factory.mktemp("stack")
    with forked_stack(
        folder, time_scale=TIME_SCALE, settings=NEVER, latency_share=LATENCY_SHARE
    ) as stack:
        yield stack
        refuse_what_azure_would_refuse(stack)


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Stack]:
    """For tests that kill processes or break Azure."""
    with forked_stack(
        tmp_path / "stack", time_scale=TIME_SCALE, settings=NEVER, latency_share=LATENCY_SHARE
    ) as stack:
        yield stack
        refuse_what_azure_would_refuse(stack)


def refuse_what_azure_would_refuse(stack: Stack) -> None:
    """Nothing that the app asked for in any story may lie outside its roles."""
    assert read_actions(stack) - granted_actions() == set(), "refused in Azure"


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    with DocumentedApi(stack.app_url) as api:
        yield api


@pytest.fixture
def azure(stack: Stack) -> Iterator[SimulatedAzure]:
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        yield azure

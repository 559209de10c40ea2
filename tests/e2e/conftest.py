"""Stacks of real processes: simulated Azure, task hub and Functions host."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_stack.api import Api, SimulatedAzure
from local_stack.stack import Stack, running_stack

TIME_SCALE = 120.0

NEVER = {"SWEEP_SCHEDULE": "0 0 0 1 1 *"}
"""Tests that want a sweep start it themselves."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One for all tests that leave its processes alone; each uses environment names of its own."""
    with running_stack(
        tmp_path_factory.mktemp("stack"), time_scale=TIME_SCALE, settings=NEVER
    ) as stack:
        yield stack


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Stack]:
    """For tests that kill processes or break Azure."""
    with running_stack(tmp_path / "stack", time_scale=TIME_SCALE, settings=NEVER) as stack:
        yield stack


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    with Api(stack.app_url) as api:
        yield api


@pytest.fixture
def azure(stack: Stack) -> Iterator[SimulatedAzure]:
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        yield azure

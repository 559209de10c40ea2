"""Ending and purging orchestrations with all that they have started, however deep that goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.task_hub import lifecycle
from emulators.functions_host.task_hub.change import Change
from emulators.functions_host.task_hub.database import Database
from emulators.functions_host.task_hub.store import Store

NOW = 1_772_352_000_000_000
DEPTH = 1500
"""More than Python's own limit for calls within calls."""


@pytest.fixture
def change(tmp_path: Path) -> Iterator[Change]:
    database = Database(tmp_path / "hub.db")
    with database.transaction():
        yield Change(Store(database), NOW)
    database.close()


def test_descendants_of_any_depth_are_terminated_and_purged(change: Change) -> None:
    for depth in range(DEPTH):
        started = pb.ExecutionStartedEvent(
            name="nested", orchestrationInstance=pb.OrchestrationInstance(instanceId=str(depth))
        )
        if depth:
            started.parentInstance.orchestrationInstance.instanceId = str(depth - 1)
        lifecycle.start(change, started)

    lifecycle.terminate(change, "0", "enough", recursive=True)

    statuses = {one.status for one in change.store.instances.select("1", (), -1)}
    assert statuses == {pb.ORCHESTRATION_STATUS_TERMINATED}
    assert lifecycle.purge(change, "0", recursive=True) == DEPTH

"""Long-running operations."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from emulators.azure.aks import progress
from emulators.azure.aks.wire import operation_wire
from emulators.azure.arm.operations import Operation, PlannedFailure, Stage, Work
from emulators.azure.arm.platform import Platform
from emulators.azure.identifiers import Identifiers


def work(effects: list[str], **changes: Any) -> Work:
    given: dict[str, Any] = {
        "name": "AKS create x",
        "request": "PUT /x",
        "seconds": 100,
        "on_succeeded": lambda: effects.append("succeeded"),
        "on_failed": lambda error: effects.append(error["code"]),
        **changes,
    }
    return Work(**given)


async def ended(operation: Operation) -> Operation:
    assert operation.task is not None
    await asyncio.wait_for(asyncio.gather(operation.task, return_exceptions=True), 2)
    return operation


async def test_an_operation_takes_its_time_then_has_its_effect(platform: Platform) -> None:
    effects: list[str] = []
    operation = platform.operations.begin(work(effects))
    assert (operation.status, effects) == ("InProgress", [])
    await ended(operation)
    assert (operation.status, effects) == ("Succeeded", ["succeeded"])
    assert operation.ended_at is not None
    assert operation.ended_at - operation.started_at >= timedelta(seconds=100)
    assert platform.operations.get(operation.id.upper()) is operation
    assert [each.name for each in platform.latencies.record] == ["AKS create x"]


async def test_a_planned_failure_ends_it_early_with_its_error(platform: Platform) -> None:
    effects: list[str] = []
    failure = PlannedFailure({"code": "AllocationFailed", "message": ""}, after_seconds=2)
    operation = await ended(platform.operations.begin(work(effects, failure=failure, seconds=9e9)))
    assert (operation.status, effects) == ("Failed", ["AllocationFailed"])
    assert operation.error == failure.error


async def test_a_canceled_operation_has_no_effect(platform: Platform) -> None:
    effects: list[str] = []
    operation = platform.operations.begin(work(effects, seconds=9e9))
    platform.operations.cancel(operation)
    await ended(operation)
    assert (operation.status, effects) == ("Canceled", [])


@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        pytest.param(0, "InProgress", id="just begun"),
        pytest.param(20, "ProvisioningNetworkResources", id="network"),
        pytest.param(50, "ProvisioningControlPlane", id="control plane"),
        pytest.param(70, "CreatingAgentPools: 0/2 nodes completed", id="pools"),
        pytest.param(92, "ReconcilingDNS", id="name"),
        pytest.param(99, "ReconcilingAddons", id="add-ons"),
    ],
)
async def test_a_cluster_create_tells_how_far_it_is(
    platform: Platform, seconds: float, status: str
) -> None:
    operation = platform.operations.begin(work([], stages=progress.create_stages(2)))
    now = operation.started_at + timedelta(seconds=seconds)
    granular = operation_wire(operation, "2025-03-01", now)
    plain = operation_wire(operation, "2016-03-30", now)
    assert (granular["status"], plain["status"]) == (status, "InProgress")
    await platform.operations.stop()


async def test_a_stray_error_stands_beside_success(platform: Platform) -> None:
    stray = {"code": "NotLatestOperation", "message": ""}
    operation = await ended(platform.operations.begin(work([], stray_error=stray)))
    body = operation_wire(operation, "2025-03-01", platform.clock.now())
    assert (body["status"], body["error"]) == ("Succeeded", stray)


def test_stray_errors_are_as_rare_as_recorded() -> None:
    identifiers = Identifiers(seed=5)
    errors = [progress.stray_error(identifiers, progress.STRAY_ERROR_SHARE) for _ in range(20_000)]
    share = sum(error is not None for error in errors) / len(errors)
    assert share == pytest.approx(0.017, abs=0.004)


def test_stages_come_in_order() -> None:
    for stages in (
        progress.create_stages(2),
        progress.pool_create_stages(1),
        progress.UPDATE_STAGES,
    ):
        assert stages == tuple(sorted(stages, key=lambda stage: stage.after))
        assert all(isinstance(stage, Stage) and 0 <= stage.after < 1 for stage in stages)

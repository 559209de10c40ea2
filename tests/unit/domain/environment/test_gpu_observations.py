"""What operations and sweeps tell a record of GPU nodes."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.environment.gpu_observations import record_gpu_nodes
from domain.environment.gpu_usage import GpuNodes, GpuUsage, RecordGpuNodes
from domain.environment.operation import OperationKind, StepChange
from domain.environment.operation_views import build_operation_view
from domain.environment.phases import Phase
from domain.environment.record import CellState, EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.tombstones import bury
from domain.environment.transitions import end_operation, record_step
from domain.environment.views import build_environment_view
from domain.outcomes import Outcome, Status
from tests.support.payloads import CANCELED, QUOTA, SUCCEEDED
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes

PROVISION, DELETE = OperationKind.PROVISION, OperationKind.DELETE
SLEEP, WAKE, UPDATE = OperationKind.SCALE_DOWN, OperationKind.WAKE, OperationKind.UPDATE
A100 = "Standard_NC24ads_A100_v4"
WEST, SOUTH = "westeurope", "uksouth"


def begun(
    record: EnvironmentRecord, kind: OperationKind, minute: float, **spec: Any
) -> EnvironmentRecord:
    request = a_request(kind, record.sequence + 1, spec=a_spec(**spec) if spec else record.spec)
    started = start_operation(record, request, NOON + minutes(minute))
    assert started
    return started


def stepped(
    record: EnvironmentRecord, step: str, minute: float, status: Status = Status.SUCCEEDED
) -> EnvironmentRecord:
    change = StepChange(
        operation_id=record.operations[-1].id, step=step, status=status, at=NOON + minutes(minute)
    )
    return record_step(record, change)


def ended(
    record: EnvironmentRecord,
    phase: Phase,
    minute: float,
    outcome: Outcome = SUCCEEDED,
    **nodes: int,
) -> EnvironmentRecord:
    cells = tuple(CellState(region=region, nodes=count) for region, count in nodes.items())
    end = OperationEnd(
        operation_id=record.operations[-1].id,
        phase=phase,
        outcome=outcome,
        at=NOON + minutes(minute),
        cells=cells,
    )
    return end_operation(record, end)


def nodes_of(record: EnvironmentRecord) -> Mapping[str, int]:
    return {region: each.nodes for region, each in record.gpu_usage.observed.items()}


def usage_view(record: EnvironmentRecord, minute: float) -> dict[str, Any]:
    return build_environment_view(record, NOON + minutes(minute)).to_wire()["gpuUsage"]


def built() -> EnvironmentRecord:
    return ended(stepped(a_record(), f"cell/{WEST}/nodes", 5), Phase.READY, 10, westeurope=1)


def deleted() -> EnvironmentRecord:
    return ended(begun(built(), DELETE, 60), Phase.DELETED, 65)


def test_nodes_count_from_the_step_that_has_found_them_ready():
    building = stepped(a_record(), f"cell/{WEST}/nodes", 5)
    assert building.gpu_usage.observed == {
        WEST: GpuNodes(region=WEST, at=NOON + minutes(5), nodes=1, vm_size=A100)
    }
    assert usage_view(building, 65)["nodeHours"] == 1


@pytest.mark.parametrize(
    ("spec", "nodes"),
    [
        pytest.param({}, {WEST: 1}, id="one replica"),
        pytest.param({"workload": {"image": "llm", "replicas": 3}}, {WEST: 3}, id="three"),
        pytest.param({"workload": {"image": "llm", "replicas": 0}}, {}, id="none are needed"),
        pytest.param(
            {
                "gpu": {"vmSize": "Standard_ND96isr_H100_v5"},
                "workload": {"image": "llm", "replicas": 3, "gpusPerReplica": 4},
            },
            {WEST: 2},
            id="as few as have the GPUs",
        ),
    ],
)
def test_as_many_as_the_gpus_that_were_allocatable_need(
    spec: dict[str, Any], nodes: Mapping[str, int]
):
    record = a_record(a_request(spec=a_spec(**spec)))
    assert nodes_of(stepped(record, f"cell/{WEST}/nodes", 5)) == nodes


@pytest.mark.parametrize("status", [Status.RUNNING, Status.FAILED, Status.CANCELED])
def test_a_step_that_has_not_succeeded_shows_nothing(status: Status):
    assert nodes_of(stepped(a_record(), f"cell/{WEST}/nodes", 5, status)) == {}
    asleep = stepped(begun(built(), SLEEP, 60), f"cell/{WEST}/gpuPool", 62, status)
    assert nodes_of(asleep) == {WEST: 1}


@pytest.mark.parametrize(
    ("kind", "step", "nodes"),
    [
        pytest.param(SLEEP, "gpuPool", 0, id="asleep"),
        pytest.param(DELETE, "managedCluster", 0, id="the cluster is deleted"),
        pytest.param(DELETE, "resourceGroup", 0, id="its resource group is deleted"),
        pytest.param(UPDATE, "gpuPoolToZero", 0, id="stopped after a failure"),
        pytest.param(UPDATE, "removal/managedCluster", 0, id="moved to another region"),
        pytest.param(UPDATE, "gpuPool", 1, id="a pool that is up to date"),
        pytest.param(UPDATE, "managedCluster", 1, id="a cluster that is up to date"),
        pytest.param(DELETE, "gpuPool", 1, id="nothing that a deletion does"),
    ],
)
def test_a_step_that_removes_nodes_ends_their_hours(kind: OperationKind, step: str, nodes: int):
    record = stepped(begun(built(), kind, 60), f"cell/{WEST}/{step}", 65)
    assert nodes_of(record) == {WEST: nodes}
    assert usage_view(record, 65)["nodeHours"] == 1


def test_the_edges_steps_show_nothing():
    assert nodes_of(stepped(begun(built(), DELETE, 60), "edge/resourceGroup", 65)) == {WEST: 1}


def test_a_build_that_succeeds_reports_more_nodes_than_were_needed():
    building = stepped(a_record(), f"cell/{WEST}/nodes", 5)
    ready = ended(building, Phase.READY, 10, westeurope=3, norwayeast=1)
    assert nodes_of(ready) == {WEST: 3}, "no cell of the environment is anywhere else"
    assert usage_view(ready, 70)["nodeHours"] == round(5 / 60 + 3, 3)


@pytest.mark.parametrize("outcome", [QUOTA, CANCELED], ids=["failed", "canceled"])
def test_after_a_failure_the_cells_that_were_built_may_have_no_nodes_any_more(outcome: Outcome):
    """One region was refused, and the pools of both were scaled to zero."""
    record = a_record(a_request(spec=a_spec(regions=[WEST, SOUTH])))
    record = stepped(record, f"cell/{WEST}/nodes", 5)
    record = stepped(record, f"cell/{WEST}/gpuPoolToZero", 8)
    record = ended(record, Phase.FAILED, 10, outcome, westeurope=1)
    assert nodes_of(record) == {WEST: 0}
    assert usage_view(record, 70)["nodeHours"] == 0.05


@pytest.mark.parametrize(
    ("kind", "phase"),
    [(SLEEP, Phase.SCALED_DOWN), (DELETE, Phase.DELETED)],
    ids=["sleep", "delete"],
)
def test_the_end_ends_what_late_reports_of_steps_do_not(kind: OperationKind, phase: Phase):
    assert nodes_of(ended(begun(built(), kind, 60), phase, 65)) == {WEST: 0}
    assert nodes_of(ended(begun(built(), kind, 60), Phase.FAILED, 65, QUOTA)) == {WEST: 1}


def test_a_scale_down_tells_what_its_stretch_has_cost_and_a_deletion_everything():
    asleep = ended(
        stepped(begun(built(), SLEEP, 60), f"cell/{WEST}/gpuPool", 65), Phase.SCALED_DOWN, 66
    )
    awake = ended(stepped(begun(asleep, WAKE, 120), f"cell/{WEST}/nodes", 125), Phase.READY, 126)
    again = ended(
        stepped(begun(awake, SLEEP, 150), f"cell/{WEST}/gpuPool", 155), Phase.SCALED_DOWN, 156
    )
    gone = ended(begun(again, DELETE, 200), Phase.DELETED, 210)
    shown = [build_operation_view(each).to_wire().get("gpuUsage") for each in gone.operations]
    assert [each and each["nodeHours"] for each in shown] == [None, 1, None, 0.5, 1.5]
    assert shown[3] == {
        "nodeHours": 0.5,
        "costUsd": 2.388,
        "priceAsOf": "2026-06-18T03:43:41Z",
        "sinceDateTime": "2026-11-22T14:05:00Z",
        "untilDateTime": "2026-11-22T14:36:00Z",
    }
    assert shown[4] == {
        "nodeHours": 1.5,
        "costUsd": 7.163,
        "priceAsOf": "2026-06-18T03:43:41Z",
        "sinceDateTime": "2026-11-22T12:05:00Z",
        "untilDateTime": "2026-11-22T15:30:00Z",
    }


def test_a_scale_down_that_fails_has_ended_nothing():
    failed = ended(begun(built(), SLEEP, 60), Phase.FAILED, 65, QUOTA)
    assert "gpuUsage" not in build_operation_view(failed.operations[-1]).to_wire()


def test_an_environment_without_observations_shows_none():
    assert "gpuUsage" not in build_environment_view(a_record(), NOON).to_wire()


def test_a_record_of_an_earlier_version_has_seen_nothing():
    wire = a_record().to_wire()
    del wire["gpuUsage"]
    assert EnvironmentRecord.from_wire(wire).gpu_usage == GpuUsage()


def test_a_name_that_is_used_again_does_not_pay_for_its_past():
    gone = deleted().gpu_usage
    again = begun(deleted(), PROVISION, 120)
    assert again.gpu_usage == GpuUsage()
    assert {each.day.isoformat(): each.gpu for each in again.past_days} == gone.days


def test_a_buried_environment_keeps_what_it_has_cost():
    gone = deleted()
    buried = bury(gone, NOON + timedelta(days=31))
    assert buried
    assert gone.gpu_usage.changes
    assert buried.gpu_usage == gone.gpu_usage.model_copy(update={"changes": ()})
    (deletion,) = buried.operations
    shown = build_operation_view(deletion).to_wire()["gpuUsage"]
    assert (shown["nodeHours"], shown["costUsd"]) == (1, 4.775)


def counted(minute: float, nodes: int) -> RecordGpuNodes:
    at = NOON + minutes(minute)
    return RecordGpuNodes(seen=(GpuNodes(region=WEST, at=at, nodes=nodes, vm_size=A100),))


def test_a_sweep_corrects_the_count():
    before = built()
    noted = record_gpu_nodes(before, counted(65, 3))
    assert noted
    assert usage_view(noted, 125)["nodeHours"] == 4
    assert noted.etag == before.etag, "node hours grow all the time"
    assert noted.events == before.events
    assert record_gpu_nodes(noted, counted(65, 3)) is None, "twice is once"


def test_a_sweep_sees_what_a_failed_operation_has_left():
    failed = ended(a_record(), Phase.FAILED, 10, QUOTA)
    noted = record_gpu_nodes(failed, counted(15, 1))
    assert noted
    assert usage_view(noted, 75)["nodeHours"] == 1


def again() -> EnvironmentRecord:
    """Its name used for another one."""
    return begun(deleted(), PROVISION, 120)


@pytest.mark.parametrize(
    ("record", "noted"),
    [
        pytest.param(deleted, counted(70, 1), id="deleted: lists lag behind"),
        pytest.param(again, counted(119, 1), id="nodes of its past"),
        pytest.param(built, counted(4, 0), id="from before the latest observation"),
    ],
)
def test_what_a_sweep_tells_too_late_changes_nothing(
    record: Callable[[], EnvironmentRecord], noted: RecordGpuNodes
):
    assert record_gpu_nodes(record(), noted) is None


def test_a_wake_says_what_sleep_has_saved_and_a_scale_down_what_an_hour_of_it_saves():
    asleep = ended(
        stepped(begun(built(), SLEEP, 60), f"cell/{WEST}/gpuPool", 65), Phase.SCALED_DOWN, 66
    )
    begins = build_operation_view(asleep.operations[-1]).gpu_saving
    assert begins
    assert (begins.node_hours, begins.saved_usd, begins.usd_per_hour) == (0, 0, 4.775)
    assert asleep.events[-1].message.endswith(". An hour of sleep saves 4.78 USD")
    awake = ended(stepped(begun(asleep, WAKE, 180), f"cell/{WEST}/nodes", 185), Phase.READY, 190)
    ended_sleep = build_operation_view(awake.operations[-1]).gpu_saving
    assert ended_sleep
    assert (ended_sleep.node_hours, ended_sleep.saved_usd) == (2, 9.55)
    assert awake.events[-1].message == "wake Succeeded. Sleep has saved 9.55 USD"
    assert build_operation_view(awake.operations[-1]).gpu_usage is None


def test_operations_that_end_no_sleep_have_saved_nothing():
    for record in (built(), deleted()):
        assert build_operation_view(record.operations[-1]).gpu_saving is None
    failed = ended(begun(built(), SLEEP, 60), Phase.FAILED, 65, QUOTA)
    assert build_operation_view(failed.operations[-1]).gpu_saving is None

from functools import partial
from typing import Any

import pytest
from azure.durable_functions.testing import (
    EntitySignalAction,
    EntityTestResult,
    OrchestrationStartAction,
    execute_entity,
)
from durabletask.entities import EntityContext

from domain.directory.row import DirectoryRow
from domain.directory.shard import shard_key
from domain.durable.names import Orchestrator
from domain.environment.counters import RecordCounters
from domain.environment.gpu_usage import GpuNodes, RecordGpuNodes
from domain.environment.idle_notes import IdleNote
from domain.environment.operation import OperationKind, StepChange
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd, RecordWarning
from domain.environment.transitions import end_operation
from domain.outcomes import OperationWarning, Outcome, Status
from orchestrators.environment_entity import environment
from tests.support.events import SOURCE, TRACE, news_of
from tests.support.payloads import KEPT
from tests.support.specs import NOON, a_pinned_spec, a_record, a_request, a_spec, minutes
from tests.support.sweeps import a_note


def tell(
    operation: str, value: Any = None, record: EnvironmentRecord | None = None
) -> EntityTestResult:
    state = record.to_wire() if record else None
    return execute_entity(environment, operation, value, state, entity_key="fraud-llm")


def record_of(told: EntityTestResult) -> EnvironmentRecord:
    return EnvironmentRecord.from_wire(told.get_state())


def a_start(**changes: Any) -> dict[str, Any]:
    request = a_request(**changes)
    return {"request": request.to_wire(), "at": NOON.isoformat()}


def an_end(phase: Phase = Phase.READY) -> dict[str, Any]:
    return OperationEnd(
        operation_id="fraud-llm.1",
        phase=phase,
        outcome=Outcome.succeeded(),
        at=NOON + minutes(9),
        endpoint="https://gp-fraud-llm.z01.azurefd.net",
    ).to_wire()


def a_change() -> dict[str, Any]:
    return StepChange(
        operation_id="fraud-llm.1",
        step="edge/profile",
        status=Status.RUNNING,
        at=NOON + minutes(1),
    ).to_wire()


def test_the_first_operation_makes_the_record():
    told = tell("start_operation", a_start())
    assert told.get_result() is True
    assert record_of(told) == a_record()


def test_an_operation_that_may_not_start_changes_nothing():
    before = a_record()
    told = tell("start_operation", a_start(sequence=2), before)
    assert told.get_result() is False
    assert record_of(told) == before


def test_the_same_start_delivered_twice_is_accepted_twice():
    once = record_of(tell("start_operation", a_start()))
    again = tell("start_operation", a_start(), once)
    assert again.get_result() is True
    assert record_of(again) == once


def test_news_of_a_step_reach_the_record():
    told = tell("record_step", a_change(), a_record())
    operation = record_of(told).find_operation("fraud-llm.1")
    assert operation
    assert operation.steps[1].status is Status.RUNNING


def test_news_of_several_steps_reach_the_record_in_their_order():
    ended = {**a_change(), "status": "Succeeded"}
    other = {**a_change(), "step": "edge/endpoint"}
    record = record_of(tell("record_steps", [a_change(), ended, other], a_record()))
    operation = record.find_operation("fraud-llm.1")
    assert operation
    found = {step.name: step.status for step in operation.steps}
    assert found["edge/profile"] is Status.SUCCEEDED
    assert found["edge/endpoint"] is Status.RUNNING
    assert [event.message for event in record.events[-3:]] == [
        "edge/profile: Running",
        "edge/profile: Succeeded",
        "edge/endpoint: Running",
    ]


def test_a_change_is_logged_with_what_was_before_it():
    logged: list[tuple[EnvironmentRecord | None, EnvironmentRecord]] = []
    before = a_record()
    told = execute_entity(
        partial(environment, log_change=lambda old, new: logged.append((old, new))),
        "record_step",
        a_change(),
        before.to_wire(),
        entity_name="environment",
        entity_key="fraud-llm",
    )
    assert logged == [(before, record_of(told))]


def test_the_end_of_an_operation_moves_the_phase():
    record = record_of(tell("end_operation", an_end(), a_record()))
    assert (record.phase, record.endpoint) == (
        Phase.READY,
        "https://gp-fraud-llm.z01.azurefd.net",
    )


@pytest.mark.parametrize(
    ("record", "operation_id", "ended"),
    [
        pytest.param(a_record(), "fraud-llm.1", False, id="it runs"),
        pytest.param(
            end_operation(a_record(), OperationEnd.from_wire(an_end())),
            "fraud-llm.1",
            True,
            id="it ended",
        ),
        pytest.param(a_record(), "fraud-llm.9", True, id="nobody knows it: none to wait for"),
        pytest.param(None, "fraud-llm.1", True, id="no record"),
    ],
)
def test_whether_an_operation_has_ended_is_told_without_a_change(
    record: EnvironmentRecord | None, operation_id: str, ended: bool
):
    told = tell("has_ended", operation_id, record)
    assert told.get_result() is ended
    assert told.get_state() == (record.to_wire() if record else None)


@pytest.mark.parametrize(
    ("operation", "value"),
    [
        ("record_step", a_change()),
        ("end_operation", an_end()),
        ("keep_pool", {"region": "westeurope", "kept": KEPT.to_wire()}),
        ("record_warning", {}),
    ],
)
def test_news_for_a_name_without_a_record_make_none(operation: str, value: dict[str, Any]):
    told = tell(operation, value)
    assert (told.get_result(), told.get_state()) == (False, None)


def test_kept_settings_are_told_as_they_were_kept():
    half_done = KEPT.model_copy(update={"count": 1})
    told = tell("keep_pool", {"region": "westeurope", "kept": KEPT.to_wire()}, a_record())
    told = tell("keep_pool", {"region": "swedencentral", "kept": KEPT.to_wire()}, record_of(told))
    again = {"region": "westeurope", "kept": half_done.to_wire()}
    told = tell("keep_pool", again, record_of(told))
    assert told.get_result() is True
    asked = tell("get_kept_pools", record=record_of(told))
    assert asked.get_result() == {"westeurope": KEPT.to_wire(), "swedencentral": KEPT.to_wire()}
    assert record_of(asked) == record_of(told), "asking changes nothing"


@pytest.mark.parametrize("record", [None, a_record()], ids=["no record", "nothing kept"])
def test_where_nothing_is_kept_nothing_is_told(record: EnvironmentRecord | None):
    assert tell("get_kept_pools", record=record).get_result() == {}


def test_counts_of_gpu_nodes_reach_the_record_once_and_are_no_news():
    seen = GpuNodes(region="westeurope", at=NOON + minutes(5), nodes=2)
    told = tell_outside("record_gpu_nodes", RecordGpuNodes(seen=(seen,)).to_wire(), a_record())
    assert (told.get_result(), scheduled(told)) == (True, [])
    assert record_of(told).gpu_usage.observed == {"westeurope": seen}
    again = tell("record_gpu_nodes", RecordGpuNodes(seen=(seen,)).to_wire(), record_of(told))
    assert again.get_result() is False


def test_counters_reach_the_record_once_and_are_no_news():
    seen = RecordCounters(notes={"westeurope": a_note()}).to_wire()
    told = tell_outside("record_counters", seen, a_record())
    assert (told.get_result(), scheduled(told)) == (True, [])
    assert record_of(told).counters == {"westeurope": a_note()}
    assert tell("record_counters", seen, record_of(told)).get_result() is False


def test_an_unknown_operation_is_a_bug_and_says_so():
    with pytest.raises(ValueError, match="has no operation 'burn'"):
        tell("burn", {}, a_record())


def test_without_a_service_bus_the_record_starts_nothing():
    assert scheduled(tell("end_operation", an_end(), a_record())) == []


def test_a_change_and_its_row_leave_the_entity_together():
    told = tell("start_operation", a_start())
    assert rows_told(told) == [("put", DirectoryRow.of(record_of(told)))]
    ended = tell_outside("end_operation", an_end(), record_of(told))
    assert rows_told(ended) == [("put", DirectoryRow.of(record_of(ended)))]


def test_a_shard_is_told_nothing_by_most_changes():
    assert rows_told(tell("record_step", a_change(), a_record())) == []
    assert rows_told(tell("start_operation", a_start(), a_record())) == []
    assert rows_told(tell("record_warning", a_warning(), a_record())) == []


def test_the_shard_forgets_what_is_buried():
    deleted = a_record().model_copy(update={"phase": Phase.DELETED, "active_operation": None})
    told = tell("bury", (NOON + minutes(1)).isoformat(), deleted)
    assert rows_told(told) == [("forget", DirectoryRow.of(record_of(told)))]


def rows_told(told: EntityTestResult) -> list[tuple[str, DirectoryRow]]:
    """What the shard of `fraud-llm` is told."""
    rows: list[tuple[str, DirectoryRow]] = []
    for action in signals(told, "directory"):
        assert action.entity_id.key == shard_key("fraud-llm")
        [(name, text)] = action.get_input()["rows"].items()
        rows.append((action.operation, DirectoryRow.parse(name, text)))
    return rows


def signals(told: EntityTestResult, entity: str) -> list[EntitySignalAction]:
    found = [a for a in told.actions if isinstance(a, EntitySignalAction)]
    return [action for action in found if action.entity_id.entity == entity]


def test_a_start_and_its_entry_in_the_audit_leave_the_entity_together():
    (entry,) = signals(tell("start_operation", a_start()), "audit")
    assert (entry.operation, entry.get_input()["operationId"]) == ("add", "fraud-llm.1")
    assert signals(tell("record_step", a_change(), a_record()), "audit") == []


def tell_outside(
    operation: str, value: Any = None, record: EnvironmentRecord | None = None
) -> EntityTestResult:
    """As it is registered where there is a Service Bus."""
    state = record.to_wire() if record else None

    def registered(context: EntityContext, value: Any) -> Any:
        return environment(context, value, SOURCE)

    return execute_entity(registered, operation, value, state, entity_key="fraud-llm")


def scheduled(told: EntityTestResult) -> list[tuple[str, str]]:
    """Orchestrations that it starts, by name and id; it tells its shards and does nothing else."""
    told_shards = [*signals(told, "directory"), *signals(told, "audit")]
    assert len(starts(told)) + len(told_shards) == len(told.actions)
    return [(start.name, start.instance_id) for start in starts(told)]


def starts(told: EntityTestResult) -> list[OrchestrationStartAction]:
    return [a for a in told.actions if isinstance(a, OrchestrationStartAction)]


def test_a_change_and_its_news_leave_the_entity_together():
    told = tell_outside("start_operation", a_start(traceparent=TRACE))
    record = record_of(told)
    assert scheduled(told) == [(Orchestrator.DELIVER_EVENT, "fraud-llm.1.accepted")]
    assert starts(told)[0].get_input() == news_of(None, record).to_wire()
    ended = tell_outside("end_operation", an_end(), record)
    assert scheduled(ended) == [(Orchestrator.DELIVER_EVENT, "fraud-llm.1.succeeded")]
    assert starts(ended)[0].get_input() == news_of(record, record_of(ended)).to_wire()


def test_what_changes_nothing_tells_nothing():
    record = record_of(tell("start_operation", a_start()))
    ended = record_of(tell("end_operation", an_end(), record))
    assert scheduled(tell_outside("start_operation", a_start(), record)) == []
    assert scheduled(tell_outside("start_operation", a_start(sequence=2), record)) == []
    assert scheduled(tell_outside("end_operation", an_end(), ended)) == []
    assert scheduled(tell_outside("end_operation", an_end())) == []


def test_steps_and_warnings_are_no_news():
    assert scheduled(tell_outside("record_step", a_change(), a_record())) == []
    assert scheduled(tell_outside("record_warning", a_warning(), a_record())) == []


def test_a_note_of_the_sweep_is_news():
    note = IdleNote(at=NOON, event="IdleWarned", message="Nobody uses it.", warned_at=NOON)
    told = tell_outside("record_idle_note", note.to_wire(), a_record())
    assert scheduled(told) == [
        (Orchestrator.DELIVER_EVENT, "fraud-llm.idle-warned.2026-11-22T12:00:00Z")
    ]


def a_warning() -> dict[str, Any]:
    warning = OperationWarning(code="EventNotPublished", message="No topic.", target="an-event")
    return RecordWarning(operation_id="fraud-llm.1", at=NOON, warning=warning).to_wire()


def test_a_warning_reaches_the_operation_and_nothing_else():
    before = a_record(a_request(spec=a_pinned_spec()))
    after = record_of(tell("record_warning", a_warning(), before))
    operation = after.find_operation("fraud-llm.1")
    assert operation
    assert [warning.code for warning in operation.warnings] == ["EventNotPublished"]
    assert (after.phase, operation.status) == (before.phase, Status.RUNNING)


def test_a_deletion_takes_over_from_the_operation_that_runs():
    told = tell("start_operation", a_start(kind=OperationKind.DELETE, sequence=2), a_record())
    assert record_of(told).phase is Phase.DELETING
    late = tell("end_operation", an_end(Phase.CANCELED), record_of(told))
    assert record_of(late).phase is Phase.DELETING


def test_the_state_stays_small_however_long_the_story():
    """An entity's state travels with each of its operations; some 100 kB would be felt."""
    regions = ["westeurope", "northeurope", "swedencentral", "uksouth", "francecentral"]
    request = a_request(spec=a_spec(regions=regions))
    record = a_record(request)
    for minute in range(300):
        change = StepChange(
            operation_id="fraud-llm.1",
            step=f"cell/{regions[minute % 5]}/step-{minute % 40}",
            status=Status.RUNNING if minute % 2 else Status.FAILED,
            at=NOON + minutes(minute),
            detail="0/1 nodes completed " * 10,
        )
        record = record_of(tell("record_step", change.to_wire(), record))
    size = len(tell("has_ended", "fraud-llm.1", record).serialized_state or "")
    assert size < 100_000

"""A version that comes beside the one that serves, on the record."""

from typing import Any

import pytest

from domain.environment.beside import (
    find_former,
    find_shared_changes,
    runs_another_version,
    say_shared,
)
from domain.environment.cancellations import NoteCancellation, note_cancellation
from domain.environment.former_version import FormerDemand
from domain.environment.operation import Cancellation, OperationKind
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation
from domain.outcomes import Failure, Outcome, Status
from domain.requests.command import ROLLBACK, Command
from domain.requests.command_decision import decide
from domain.requests.decision import Cancel, Refused, Start
from domain.spec.model import EnvironmentSpec
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes, spec_body
from tests.unit.domain.environment.test_versions import an_image

BLUE_GREEN = {"strategy": "blueGreen"}
SLOW = Failure(
    reason="NewVersionSlow", message="It is slow.", retryable=False, suggested_action="Correct it."
)


def spec_with(update: Any = BLUE_GREEN, **workload: Any) -> EnvironmentSpec:
    return a_spec(update=update, workload={**spec_body()["workload"], **workload})


NEW = spec_with(image="registry.example.com/llm:1.5.0")


def ready(spec: EnvironmentSpec | None = None) -> EnvironmentRecord:
    record = a_record(a_request(spec=spec or spec_with()))
    end = OperationEnd(
        operation_id="fraud-llm.1",
        phase=Phase.READY,
        outcome=Outcome.succeeded(),
        at=NOON,
        endpoint="https://fraud-llm.example.com",
    )
    return end_operation(record, end).model_copy(update={"image": an_image()})


def update(record: EnvironmentRecord, spec: EnvironmentSpec = NEW) -> EnvironmentRecord:
    decision = decide(record, Command(OperationKind.UPDATE, record.name, spec))
    assert isinstance(decision, Start)
    started = start_operation(record, decision.request, NOON + minutes(1))
    assert started
    return started


@pytest.mark.parametrize(
    ("changes", "is_other"),
    [
        ({"image": "registry.example.com/llm:2"}, True),
        ({"args": ["--fast"]}, True),
        ({"gpusPerReplica": 2}, True),
        ({"replicas": 2}, False),
        ({"egress": {"mode": "restricted"}}, False),
    ],
)
def test_which_fields_make_another_version(changes: dict[str, Any], is_other: bool):
    old, new = spec_with().workload, spec_with(**changes).workload
    assert runs_another_version(old, new) is is_other


@pytest.mark.parametrize(
    ("record", "spec"),
    [
        pytest.param(ready(), spec_with(None, image="llm:2"), id="replace"),
        pytest.param(ready(), spec_with(), id="the same version"),
        pytest.param(ready(spec_with(replicas=0)), NEW, id="nothing serves"),
        pytest.param(ready(), spec_with(image="llm:2", replicas=0), id="nothing is to serve"),
        pytest.param(
            ready().model_copy(update={"phase": Phase.FAILED}), NEW, id="it may serve nothing"
        ),
    ],
)
def test_when_no_version_comes_beside(record: EnvironmentRecord, spec: EnvironmentSpec):
    assert find_former(record, spec) is None


def test_the_request_knows_what_the_former_version_needs():
    decision = decide(ready(), Command(OperationKind.UPDATE, "fraud-llm", NEW))
    assert isinstance(decision, Start)
    assert decision.request.former == FormerDemand(replicas=1, gpus=1, startup_minutes=20)
    repair = decide(ready(), Command(OperationKind.REPAIR, "fraud-llm"))
    assert isinstance(repair, Start)
    assert repair.request.former is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"port": 9000}, "workload.port"),
        ({"healthPath": "/ready"}, "workload.healthPath"),
        ({"healthHeaders": {"X-Probe": "1"}}, "workload.healthHeaders"),
    ],
)
def test_what_both_versions_share_cannot_change(changes: dict[str, Any], field: str):
    spec = spec_with(image="llm:2", **changes)
    assert find_shared_changes(ready(), spec) == [field]
    decision = decide(ready(), Command(OperationKind.UPDATE, "fraud-llm", spec))
    assert isinstance(decision, Refused)
    assert (decision.code, decision.target) == ("FieldNeedsReplace", field)
    assert find_shared_changes(ready(), spec_with(None, image="llm:2", **changes)) == []


def test_each_version_may_follow_requests_in_its_own_way():
    record = ready(spec_with(None, autoscale={"max": 2}))
    assert find_shared_changes(record, NEW) == []
    assert find_former(record, NEW)


def test_the_record_keeps_what_serves_while_it_is_updated():
    record = update(ready())
    assert record.former
    assert record.former.workload == spec_with().workload
    assert record.former.image_digest == an_image().digest
    assert record.former.in_place_of(record.spec).workload == spec_with().workload
    names = [step.name for step in record.operations[-1].steps]
    assert names[-1] == "probe"
    assert {"traffic/10", "traffic/50/watch", "traffic/100/watch", "traffic/end"} <= set(names)


def end(record: EnvironmentRecord, outcome: Outcome, **changes: Any) -> EnvironmentRecord:
    assert record.active_operation
    value = {"phase": Phase.READY, "outcome": outcome, "at": NOON + minutes(60), **changes}
    return end_operation(record, OperationEnd(operation_id=record.active_operation, **value))


def test_an_update_that_goes_back_is_a_rollback_on_record():
    started = update(ready())
    changed = started.model_copy(update={"image": None})
    record = end(changed, Outcome.failed(SLOW), is_restored=True)
    assert (record.phase, record.former) == (Phase.READY, None)
    assert record.spec == spec_with()
    assert record.image == an_image()
    assert record.operations[-1].status is Status.FAILED
    assert [(each.version, each.status) for each in record.versions] == [
        (1, Status.SUCCEEDED),
        (2, Status.FAILED),
        (3, Status.SUCCEEDED),
    ]
    rollback = record.versions[-1].rollback
    assert rollback
    assert (rollback.from_version, rollback.to_version) == (2, 1)
    assert rollback.digest == an_image().digest
    told = record.events[-2]
    assert (told.type, told.evidence and told.evidence["toVersion"]) == ("RolledBack", 1)
    assert "NewVersionSlow: It is slow." in told.message


def test_what_else_the_update_has_changed_stays():
    spec = NEW.model_copy(update={"cost_center": "ML-9"})
    record = end(update(ready(), spec), Outcome.failed(SLOW), is_restored=True)
    assert record.spec.cost_center == "ML-9"
    assert record.spec.workload == spec_with().workload


@pytest.mark.parametrize(
    ("outcome", "phase"),
    [(Outcome.succeeded(), Phase.READY), (Outcome.failed(SLOW), Phase.FAILED)],
)
def test_an_update_that_does_not_go_back_leaves_the_new_version(outcome: Outcome, phase: Phase):
    record = end(update(ready()), outcome, phase=phase)
    assert (record.phase, record.former) == (phase, None)
    assert record.spec == NEW
    assert record.generation == 2


def test_an_update_that_another_operation_has_overtaken_changes_no_specification():
    record = update(ready()).model_copy(update={"active_operation": "fraud-llm.3"})
    ended = end_operation(
        record,
        OperationEnd(
            operation_id="fraud-llm.2",
            phase=Phase.READY,
            outcome=Outcome.canceled(),
            at=NOON,
            is_restored=True,
        ),
    )
    assert ended.spec == NEW


@pytest.mark.parametrize("to_version", [None, 1])
def test_a_rollback_meanwhile_cancels_the_update(to_version: int | None):
    rollback = Command(ROLLBACK, "fraud-llm", to_version=to_version, reason="Slow.")
    assert decide(update(ready()), rollback) == Cancel("fraud-llm.2", 1, "Slow.")


def ask(record: EnvironmentRecord, **asked: Any) -> EnvironmentRecord | None:
    cancellation = Cancellation(actor="alice", **asked)
    assert record.active_operation
    note = NoteCancellation(
        operation_id=record.active_operation, at=NOON, cancellation=cancellation
    )
    return note_cancellation(record, note)


@pytest.mark.parametrize(
    ("asked", "said", "reason"),
    [
        ({"to_version": 1, "reason": "Slow."}, "rollback to 1 requested: Slow.", "Slow."),
        ({"to_version": 1}, "rollback to 1 requested", "The update was canceled."),
        ({}, "cancellation requested", "The update was canceled."),
    ],
)
def test_who_has_asked_for_it_is_on_the_timeline(asked: dict[str, Any], said: str, reason: str):
    record = ask(update(ready()), **asked)
    assert record
    told = record.events[-1]
    assert (told.type, told.actor, told.message) == ("CancelRequested", "alice", f"update: {said}")
    assert ask(record) is None, "asked again"
    record = end(record, Outcome.canceled(), is_restored=True)
    assert (record.events[-2].type, record.events[-2].actor) == ("RolledBack", "alice")
    assert "automatic" not in record.events[-2].message
    restored = record.versions[-1]
    assert (restored.requested_by, restored.rollback and restored.rollback.reason) == (
        "alice",
        reason,
    )


def test_an_update_that_fails_before_it_is_canceled_goes_back_by_itself():
    asked = ask(update(ready()), to_version=1, reason="I do not like it.")
    assert asked
    record = end(asked, Outcome.failed(SLOW), is_restored=True)
    assert "automatic rollback" in record.events[-2].message
    assert "NewVersionSlow" in record.events[-2].message
    assert record.versions[-1].requested_by is None


def test_a_rollback_to_yet_another_version_waits():
    decision = decide(update(ready()), Command(ROLLBACK, "fraud-llm", to_version=7))
    assert isinstance(decision, Refused)
    assert decision.code == "WrongPhase"


def test_after_it_went_back_the_gpus_stay_as_they_are():
    record = end(update(ready()), Outcome.failed(SLOW), is_restored=True)
    gpu = {"vmSize": "Standard_NC40ads_H100_v5", "maxNodes": 5}
    spec = a_spec(update=BLUE_GREEN, gpu=gpu)
    decision = decide(record, Command(OperationKind.UPDATE, "fraud-llm", spec))
    assert isinstance(decision, Refused)
    assert decision.target == "gpu.vmSize"


def test_after_it_went_back_the_same_specification_starts_an_update():
    """The one that failed is no answer to it."""
    record = end(update(ready()), Outcome.failed(SLOW), is_restored=True)
    assert record.was_restored
    again = Command(OperationKind.UPDATE, "fraud-llm", record.spec)
    decision = decide(record, again)
    assert isinstance(decision, Start)
    assert decision.request.former is None
    assert not ready().was_restored


def test_what_can_be_done_is_said():
    of_port = say_shared(["workload.port"])
    assert "side by side: keep what the environment has, or set update.strategy to" in of_port

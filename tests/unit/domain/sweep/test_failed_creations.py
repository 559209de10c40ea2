"""With `onFailure: delete` what is left of a failed creation is deleted after a while."""

from datetime import datetime

import pytest

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation
from domain.outcomes import Outcome
from domain.sweep.failed_creations import (
    FAILURE_GRACE,
    failed_creation_at,
    find_failed_creations,
    is_removal_due,
)
from domain.sweep.model import SweepAction
from domain.sweep.record_notes import read_sweep_state
from domain.sweep.schedule import PlannedAction, add_expired, add_failed
from tests.support.payloads import failed
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes

DELETES = a_spec(onFailure="delete")


def ended(
    record: EnvironmentRecord, phase: Phase, outcome: Outcome, at: datetime = NOON
) -> EnvironmentRecord:
    endpoint = "https://fraud.example.com" if outcome.is_success else None
    end = OperationEnd(
        operation_id=record.latest.id, phase=phase, outcome=outcome, at=at, endpoint=endpoint
    )
    return end_operation(record, end)


def a_failure(on_failure: str | None = "delete", phase: Phase = Phase.FAILED) -> EnvironmentRecord:
    spec = a_spec(onFailure=on_failure)
    outcome = Outcome.canceled() if phase is Phase.CANCELED else failed("AllocationFailed")
    return ended(a_record(a_request(spec=spec)), phase, outcome)


def test_a_creation_that_failed_is_deleted_an_hour_later():
    state = read_sweep_state(a_failure())
    assert state.failed_creation_at == NOON
    assert not is_removal_due(state, NOON + FAILURE_GRACE - minutes(1))
    assert is_removal_due(state, NOON + FAILURE_GRACE)
    assert find_failed_creations([state], NOON + FAILURE_GRACE) == ["fraud-llm"]


def test_one_that_was_canceled_as_well():
    assert failed_creation_at(a_failure(phase=Phase.CANCELED)) == NOON


def test_by_default_everything_stays_for_a_retry():
    assert failed_creation_at(a_failure(None)) is None
    assert failed_creation_at(a_failure("keep")) is None


def test_what_runs_or_serves_is_not_concerned():
    running = a_record(a_request(spec=DELETES))
    assert failed_creation_at(running) is None
    ready = ended(running, Phase.READY, Outcome.succeeded())
    assert failed_creation_at(ready) is None
    update = start_operation(ready, a_request(OperationKind.UPDATE, 2, spec=DELETES), NOON)
    assert update
    assert failed_creation_at(ended(update, Phase.FAILED, failed("QuotaExceeded"))) is None


def test_a_retry_gives_it_another_hour():
    retried = start_operation(a_failure(), a_request(sequence=2, spec=DELETES), NOON + minutes(50))
    assert retried
    assert failed_creation_at(retried) is None
    again = ended(retried, Phase.FAILED, failed("QuotaExceeded"), NOON + minutes(58))
    assert failed_creation_at(again) == NOON + minutes(58)


@pytest.mark.parametrize("expired", [[], ["fraud-llm"]])
def test_what_has_expired_is_deleted_once(expired: list[str]):
    warned = PlannedAction(
        environment="fraud-llm", action=SweepAction.STOP_GPU_COST, reason="Unused", pools=()
    )
    actions = add_failed(add_expired([warned], expired), ["fraud-llm"])
    assert [each.reason for each in actions] == ["Expired" if expired else "CreationFailed"]

"""An operation that has changed nothing leaves the environment in the phase it was in."""

import pytest

from domain.environment.failures import operation_aborted
from domain.environment.operation import OperationKind, StepChange
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation, keep_pool, record_step
from domain.outcomes import Outcome, Status
from tests.support.payloads import CANCELED, KEPT, QUOTA, SUCCEEDED, failed
from tests.support.specs import NOON, a_record, a_request, in_azure

SETTINGS, POOL = "cell/westeurope/settings", "cell/westeurope/gpuPool"
WORKLOAD, COST = "cell/westeurope/workload", "cell/westeurope/gpuPoolToZero"
ASLEEP_AGAIN, ELSEWHERE_ASLEEP = "cell/westeurope/asleep", "cell/swedencentral/asleep"


def ended(
    record: EnvironmentRecord, phase: Phase, outcome: Outcome = SUCCEEDED
) -> EnvironmentRecord:
    assert record.active_operation
    end = OperationEnd(
        operation_id=record.active_operation,
        phase=phase,
        outcome=outcome,
        at=NOON,
        remaining=("/subscriptions/0",),
    )
    return end_operation(record, end)


def begun(record: EnvironmentRecord, kind: OperationKind) -> EnvironmentRecord:
    started = start_operation(record, a_request(kind, record.sequence + 1), NOON)
    assert started
    return started


def reported(record: EnvironmentRecord, step: str, outcome: Outcome) -> EnvironmentRecord:
    assert record.active_operation
    change = StepChange(
        operation_id=record.active_operation,
        step=step,
        status=outcome.status,
        at=NOON,
        failure=outcome.failure,
    )
    return record_step(record, change)


READY = ended(a_record(), Phase.READY)
GOING_DOWN = begun(READY, OperationKind.SCALE_DOWN)
ASLEEP = ended(in_azure(GOING_DOWN, POOL), Phase.SCALED_DOWN)
WAKING = begun(ASLEEP, OperationKind.WAKE)
TOLD = reported(WAKING, WORKLOAD, SUCCEEDED)
READ = reported(GOING_DOWN, SETTINGS, SUCCEEDED)


@pytest.mark.parametrize(
    ("record", "phase"),
    [
        pytest.param(GOING_DOWN, Phase.READY, id="nothing begun"),
        pytest.param(reported(GOING_DOWN, SETTINGS, QUOTA), Phase.READY, id="nothing read"),
        pytest.param(reported(READ, POOL, QUOTA), Phase.READY, id="the pool refused"),
        pytest.param(
            reported(READ, POOL, failed("AzureGatewayError")),
            Phase.FAILED,
            id="a gateway's answer: AKS may be scaling",
        ),
        pytest.param(
            reported(in_azure(READ, POOL), POOL, QUOTA), Phase.FAILED, id="the pool failed later"
        ),
        pytest.param(
            reported(READ, POOL, SUCCEEDED), Phase.FAILED, id="the pool at zero, another refused"
        ),
        pytest.param(
            reported(READ, WORKLOAD, QUOTA), Phase.FAILED, id="some Kubernetes objects applied"
        ),
        pytest.param(
            reported(READ, POOL, Outcome.running("busy")), Phase.FAILED, id="not known how far"
        ),
        pytest.param(WAKING, Phase.SCALED_DOWN, id="a wake that has begun nothing"),
        pytest.param(
            reported(reported(WAKING, POOL, QUOTA), COST, SUCCEEDED),
            Phase.SCALED_DOWN,
            id="a refused wake, looked at for nodes",
        ),
        pytest.param(
            reported(reported(TOLD, POOL, QUOTA), ASLEEP_AGAIN, SUCCEEDED),
            Phase.SCALED_DOWN,
            id="a refused wake, whose workload sleeps again",
        ),
        pytest.param(
            reported(reported(TOLD, POOL, QUOTA), ASLEEP_AGAIN, QUOTA),
            Phase.FAILED,
            id="a refused wake, whose workload could not be put to sleep",
        ),
        pytest.param(
            reported(reported(TOLD, POOL, QUOTA), ELSEWHERE_ASLEEP, SUCCEEDED),
            Phase.FAILED,
            id="a refused wake, with the workload of another cell asleep",
        ),
        pytest.param(in_azure(WAKING, POOL), Phase.FAILED, id="nodes on their way"),
        pytest.param(
            begun(READY, OperationKind.UPDATE),
            Phase.FAILED,
            id="an update: its specification is on record",
        ),
        pytest.param(begun(READY, OperationKind.DELETE), Phase.READY, id="a deletion not begun"),
        pytest.param(
            reported(in_azure(begun(READY, OperationKind.DELETE), COST), COST, SUCCEEDED),
            Phase.FAILED,
            id="a locked environment whose nodes are at zero",
        ),
        pytest.param(
            begun(GOING_DOWN, OperationKind.DELETE),
            Phase.FAILED,
            id="a deletion that has canceled another operation",
        ),
        pytest.param(a_record(), Phase.FAILED, id="a provision has no phase to return to"),
    ],
)
def test_a_failure_that_changed_nothing_returns(record: EnvironmentRecord, phase: Phase):
    after = ended(record, Phase.FAILED, QUOTA)
    assert (after.phase, after.failure) == (phase, QUOTA.failure)
    assert after.operations[-1].status is Status.FAILED
    assert bool(after.remaining) is (phase is Phase.FAILED)


def test_a_cancellation_that_came_before_any_change_returns_too():
    assert ended(READ, Phase.CANCELED, CANCELED).phase is Phase.READY


def test_an_orchestration_that_died_may_have_changed_anything():
    aborted = Outcome.failed(operation_aborted("fraud-llm.2"))
    assert ended(GOING_DOWN, Phase.FAILED, aborted).phase is Phase.FAILED


def test_a_ready_environment_keeps_no_settings_of_a_scale_down_that_was_refused():
    refused = reported(keep_pool(READ, "westeurope", KEPT), POOL, QUOTA)
    assert ended(refused, Phase.FAILED, QUOTA).kept_pools == {}


def test_after_a_failure_it_returns_to_the_failure():
    failed_wake = ended(in_azure(WAKING, POOL), Phase.FAILED, QUOTA)
    again = begun(failed_wake, OperationKind.WAKE)
    assert ended(again, Phase.FAILED, QUOTA).phase is Phase.FAILED

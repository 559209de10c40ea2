"""When the sweep repairs, and what else it then leaves undone."""

from typing import Any

import pytest

from domain.environment.health import Health, HealthStatus
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation
from domain.outcomes import Outcome
from domain.sweep.model import SweepAction
from domain.sweep.repairs import find_repairs, is_repair_due
from domain.sweep.schedule import PlannedAction, add_repairs
from domain.sweep.wanted import WantedEnvironment, read_wanted
from tests.support.payloads import QUOTA, SUCCEEDED
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes
from tests.support.sweeps import a_swept

DEGRADED = Health(status=HealthStatus.DEGRADED)


def ended(record: EnvironmentRecord, phase: Phase, outcome: Outcome, minute: float = 10):
    assert record.active_operation
    end = OperationEnd(
        operation_id=record.active_operation,
        phase=phase,
        outcome=outcome,
        at=NOON + minutes(minute),
    )
    return end_operation(record, end)


def ready(**spec: Any) -> EnvironmentRecord:
    return ended(a_record(a_request(spec=a_spec(**spec))), Phase.READY, SUCCEEDED)


def repaired(record: EnvironmentRecord, minute: float, outcome: Outcome) -> EnvironmentRecord:
    request = a_request(OperationKind.REPAIR, record.sequence + 1, spec=record.spec)
    started = start_operation(record, request, NOON + minutes(minute))
    assert started
    return ended(started, Phase.READY, outcome, minute)


AUTO = ready(repair="auto")


@pytest.mark.parametrize(
    ("record", "status", "is_due"),
    [
        pytest.param(AUTO, HealthStatus.DEGRADED, True, id="degraded"),
        pytest.param(AUTO, HealthStatus.UNREACHABLE, True, id="unreachable"),
        pytest.param(AUTO, HealthStatus.HEALTHY, False, id="healthy"),
        pytest.param(AUTO, HealthStatus.UNKNOWN, False, id="a look that failed"),
        pytest.param(ready(), HealthStatus.DEGRADED, False, id="not asked for"),
        pytest.param(
            ended(a_record(a_request(spec=a_spec(repair="auto"))), Phase.FAILED, QUOTA),
            HealthStatus.DEGRADED,
            False,
            id="failed: people decide",
        ),
        pytest.param(
            repaired(AUTO, 70, SUCCEEDED), HealthStatus.DEGRADED, False, id="repaired just now"
        ),
        pytest.param(repaired(AUTO, 60, SUCCEEDED), HealthStatus.DEGRADED, True, id="an hour ago"),
        pytest.param(
            repaired(AUTO, 20, QUOTA), HealthStatus.DEGRADED, False, id="a repair has failed"
        ),
    ],
)
def test_when_a_repair_is_due(record: EnvironmentRecord, status: HealthStatus, is_due: bool):
    health = Health(status=status)
    assert is_repair_due(read_wanted(record), health, NOON + minutes(120)) is is_due


def test_it_finds_them_by_what_this_sweep_has_seen():
    def swept(name: str, wanted: WantedEnvironment | None):
        return a_swept(name).model_copy(update={"wanted": wanted})

    wanted = read_wanted(AUTO)
    environments = [
        swept("b", wanted.model_copy(update={"environment": "b"})),
        swept("a", wanted.model_copy(update={"environment": "a"})),
        swept("unseen", wanted.model_copy(update={"environment": "unseen"})),
        swept("older", None),
    ]
    health = {"a": DEGRADED, "b": DEGRADED}
    assert find_repairs(environments, health, NOON) == ["a", "b"]


@pytest.mark.parametrize(
    ("planned", "kind", "action"),
    [
        pytest.param(PlannedAction.for_expiry, "expiry", "delete", id="expiry"),
        pytest.param(PlannedAction.for_repair, "health", "repair", id="repair"),
    ],
)
def test_an_action_says_why_it_is_due_and_needs_no_pool(planned: Any, kind: str, action: str):
    due = planned("fraud-llm")
    assert (due.environment, due.kind, due.action, due.pools) == ("fraud-llm", kind, action, ())


@pytest.mark.parametrize(
    ("action", "actions"),
    [
        (SweepAction.WARN, [SweepAction.REPAIR]),
        (SweepAction.WITHDRAW_WARNING, [SweepAction.REPAIR]),
        (SweepAction.SCALE_TO_ZERO, [SweepAction.SCALE_TO_ZERO]),
        (SweepAction.DELETE, [SweepAction.DELETE]),
    ],
)
def test_what_is_about_to_go_is_not_repaired(action: SweepAction, actions: list[SweepAction]):
    planned = PlannedAction(environment="a", action=action, reason="Idle", pools=())
    assert [each.action for each in add_repairs([planned], ["a"])] == actions

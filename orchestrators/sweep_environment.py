"""Carries out one action of the sweep on one environment.

1. Wait for its turn.
2. Check again: skip an environment that is in use or busy by now, or whose expiry has moved.
3. Start the operation that carries it out.
4. Record that it has started, with the evidence for it.
5. Wait until the operation has ended.

Stopping the GPU cost of a failed environment is no operation: its pools are scaled to zero here,
and its failed operation stays the latest, to be retried.
"""

from collections.abc import Callable, Mapping
from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import OperationRef
from domain.durable.sweep_inputs import SweepActionInput
from domain.environment.failures import OPERATION_IN_PROGRESS
from domain.environment.idle_notes import IdleNote
from domain.environment.operation import first_failure
from domain.outcomes import Outcome
from domain.sweep.expiry import ExpiryAction, decide_expiry
from domain.sweep.failed_creations import build_failure_note, is_removal_due
from domain.sweep.model import SweepAction
from domain.sweep.overspending import BudgetAction, build_budget_note, decide_overspending
from domain.sweep.record_notes import (
    build_expiry_note,
    build_idle_note,
    build_repair_note,
)
from domain.sweep.repairs import is_repair_due
from domain.sweep.schedule import ActionKind, PlannedAction
from domain.sweep.summary import ActionResult, ResultStatus
from orchestrators.environment_proxy import EnvironmentProxy
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import stop_gpu_cost
from orchestrators.sweep_snapshot import SweepContext, take_snapshot
from orchestrators.swept_operation import begin_operation
from orchestrators.waiting import sleep_unless_canceled

POLL_SECONDS = 15.0
RECORD_ONLY = frozenset({SweepAction.WARN, SweepAction.WITHDRAW_WARNING})

type Check = Callable[[SweepContext, PlannedAction], Steps[IdleNote | None]]


def sweep_environment(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    action = SweepActionInput.from_wire(value)
    sweep = SweepContext.open(context, action.sweep)
    result = yield from _carry_out(sweep, action.planned)
    return Outcome.succeeded(**result.to_wire()).to_wire()


def _carry_out(sweep: SweepContext, planned: PlannedAction) -> Steps[ActionResult]:
    delay = planned.start_delay_seconds
    if delay and not (yield from sleep_unless_canceled(sweep, delay)):
        return _result(planned, ResultStatus.SKIPPED, "Canceled")
    note = yield from CHECKS[planned.kind](sweep, planned)
    if note is None:
        return _result(planned, ResultStatus.SKIPPED, "NoLongerDue")
    environment = EnvironmentProxy(sweep.context, planned.environment)
    if planned.action in RECORD_ONLY:
        yield from environment.record_idle_note(note)
        return _result(planned, ResultStatus.SUCCEEDED)
    if planned.action is SweepAction.STOP_GPU_COST:
        return (yield from _stop_gpu_cost(sweep, environment, planned, note))
    return (yield from _run_operation(sweep, environment, planned, note))


def _check_idleness(sweep: SweepContext, planned: PlannedAction) -> Steps[IdleNote | None]:
    """The note to record; None if the action is not due any more."""
    snapshot = yield from take_snapshot(sweep, [planned.environment], planned.pools)
    decisions = snapshot.decide(sweep.now)
    if all(decision.action is not planned.action for decision in decisions):
        return None
    notes = snapshot.environments[planned.environment].notes
    return build_idle_note(notes, planned.action, decisions, sweep.now)


def _check_expiry(sweep: SweepContext, planned: PlannedAction) -> Steps[IdleNote | None]:
    """The expiry may have been postponed while the action waited for its turn."""
    snapshot = yield from take_snapshot(sweep, [planned.environment], ())
    found = snapshot.environments.get(planned.environment)
    if found is None or found.expires_at is None or not found.may_expire:
        return None
    sent = found.notes.expiry_warnings_sent
    if decide_expiry(found.expires_at, sent, sweep.now) is not ExpiryAction.DELETE:
        return None
    return build_expiry_note(found.notes, ExpiryAction.DELETE, found.expires_at, sweep.now)


def _check_health(sweep: SweepContext, planned: PlannedAction) -> Steps[IdleNote | None]:
    """Its health is recorded before the action waits for its turn."""
    snapshot = yield from take_snapshot(sweep, [planned.environment], ())
    found = snapshot.environments.get(planned.environment)
    if found is None or found.wanted is None:
        return None
    health = found.wanted.health
    if not is_repair_due(found.wanted, health, sweep.now):
        return None
    return build_repair_note(found.notes, health.findings, sweep.now)


def _check_budget(sweep: SweepContext, planned: PlannedAction) -> Steps[IdleNote | None]:
    """It may sleep by now, or be pinned."""
    snapshot = yield from take_snapshot(sweep, [planned.environment], ())
    found, over = snapshot.environments.get(planned.environment), planned.over_budget
    if found is None or over is None:
        return None
    if decide_overspending(found, over, sweep.now) is not BudgetAction.SCALE_DOWN:
        return None
    return build_budget_note(found.notes, BudgetAction.SCALE_DOWN, over, sweep.now)


def _check_failure(sweep: SweepContext, planned: PlannedAction) -> Steps[IdleNote | None]:
    """It may be retried by now."""
    snapshot = yield from take_snapshot(sweep, [planned.environment], ())
    found = snapshot.environments.get(planned.environment)
    if found is None or not is_removal_due(found, sweep.now):
        return None
    return build_failure_note(found.notes, sweep.now)


CHECKS: Mapping[ActionKind, Check] = {
    ActionKind.HEALTH: _check_health,
    ActionKind.IDLENESS: _check_idleness,
    ActionKind.EXPIRY: _check_expiry,
    ActionKind.BUDGET: _check_budget,
    ActionKind.FAILURE: _check_failure,
}


def _stop_gpu_cost(
    sweep: SweepContext, environment: EnvironmentProxy, planned: PlannedAction, note: IdleNote
) -> Steps[ActionResult]:
    """Recorded once the pools are at zero; after a failure the next sweep tries again."""
    ref = OperationRef(
        environment=planned.environment,
        operation_id=sweep.context.instance_id,
        deadline=sweep.ref.deadline,
    )
    run = OperationContext(sweep.context, sweep.canceled, ref)
    outcomes = yield from stop_gpu_cost(run, [pool.region for pool in planned.pools])
    failure = first_failure(outcomes)
    if failure is None:
        yield from environment.record_idle_note(note.model_copy(update={"at": sweep.now}))
    return _ended(planned, failure or Outcome.succeeded())


def _run_operation(
    sweep: SweepContext, environment: EnvironmentProxy, planned: PlannedAction, note: IdleNote
) -> Steps[ActionResult]:
    begun = yield from begin_operation(sweep, environment, planned.action, note)
    if isinstance(begun, str):
        return (yield from _await_end(sweep, environment, planned, begun))
    if begun.failure and begun.failure.reason == OPERATION_IN_PROGRESS:
        return _result(planned, ResultStatus.SKIPPED, "Busy")
    return _ended(planned, begun)


def _await_end(
    sweep: SweepContext, environment: EnvironmentProxy, planned: PlannedAction, operation_id: str
) -> Steps[ActionResult]:
    while sweep.now < sweep.ref.deadline:
        if not (yield from sleep_unless_canceled(sweep, POLL_SECONDS)):
            return _result(planned, ResultStatus.FAILED, "Canceled")
        ended = yield from environment.get_end(operation_id)
        if ended:
            return _ended(planned, ended)
    return _result(planned, ResultStatus.FAILED, "DeadlineExceeded")


def _ended(planned: PlannedAction, outcome: Outcome) -> ActionResult:
    status = ResultStatus.SUCCEEDED if outcome.is_success else ResultStatus.FAILED
    return _result(planned, status).model_copy(update={"failure": outcome.failure})


def _result(
    planned: PlannedAction, status: ResultStatus, reason: str | None = None
) -> ActionResult:
    return ActionResult(
        environment=planned.environment,
        action=planned.action,
        status=status,
        reason=reason or planned.reason,
    )

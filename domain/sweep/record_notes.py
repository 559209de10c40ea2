"""Between an environment's record and the sweep: reads its state, records the sweep's actions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.environment.failures import GPU_COST_NOT_STOPPED
from domain.environment.gpu_usage import observe_none
from domain.environment.health import MODEL_NOT_ANSWERING, Finding
from domain.environment.idle_notes import IdleNote, IdleNotes
from domain.environment.operation import Operation, OperationKind
from domain.environment.operation_request import BUILDS
from domain.environment.phases import UNSUCCESSFUL
from domain.environment.record import EnvironmentRecord
from domain.environment.step_keys import pods_step, workload_step
from domain.environment.transitions import add_event
from domain.outcomes import Outcome, Status
from domain.requests.decision import Start
from domain.requests.decisions import (
    decide_delete,
    decide_repair,
    decide_scale_down,
    decide_wake,
)
from domain.sweep.expiry import ExpiryAction, expiry_warning_key
from domain.sweep.failed_creations import failed_creation_at
from domain.sweep.model import EnvironmentSweepState, IdleState, SweepAction, SweepDecision
from domain.sweep.wanted import read_wanted

SWEEP_CALLER = "sweep"
"""Who requested an operation of the sweep."""
GPU_COST_STOPPED = "GpuCostStopped"
IDLE_EVENTS = {
    SweepAction.WARN: ("IdleWarned", "It is idle; its GPU pools are scaled to zero soon."),
    SweepAction.WITHDRAW_WARNING: ("IdleWarningWithdrawn", "It is in use again."),
    SweepAction.SCALE_TO_ZERO: ("IdleScaledToZero", "It was not used after the warning."),
    SweepAction.STOP_GPU_COST: (GPU_COST_STOPPED, "Nothing serves, and no GPU node runs."),
    SweepAction.DELETE: ("IdleDeleted", "It was asleep for longer than deleteAfterDays."),
    SweepAction.REPAIR: ("RepairStarted", "It differs from its specification."),
    SweepAction.WAKE: ("OffHoursOver", "Off hours are over and minNodes applies again."),
}
"""Event type and message by action."""

EXPIRY_EVENTS = {
    ExpiryAction.WARN_24H: ("ExpiryWarned", "It expires within 24 hours and is deleted then."),
    ExpiryAction.WARN_1H: ("ExpiryWarned", "It expires within the hour and is deleted then."),
    ExpiryAction.DELETE: ("Expired", "It has expired."),
}


def read_sweep_state(record: EnvironmentRecord) -> EnvironmentSweepState:
    notes = record.idle_notes
    state = IdleState(
        environment=record.name,
        phase=record.phase,
        policy=record.spec.idle,
        regions=record.regions,
        min_nodes=record.spec.gpu.min_nodes,
        ready_since=_last_success(record, *BUILDS) or record.created_at,
        woken_at=_last_success(record, OperationKind.WAKE),
        warned_at=notes.warned_at,
        scaled_down_at=_last_success(record, OperationKind.SCALE_DOWN),
        wake_failed_at=_wake_failed_at(record),
        unused_since=_unused_since(record),
        warns_of_gpu_cost=any(each.code == GPU_COST_NOT_STOPPED for each in record.warnings),
        slept_for_off_hours=notes.slept_for_off_hours,
        own_requests=record.own_requests,
        counters=record.counters,
    )
    return EnvironmentSweepState(
        state=state,
        notes=notes,
        expires_at=record.spec.expires_at,
        wanted=read_wanted(record),
        gpu_nodes=record.gpu_usage.observed,
        failed_creation_at=failed_creation_at(record),
    )


def record_idle_note(record: EnvironmentRecord, note: IdleNote) -> EnvironmentRecord:
    """A note that a later operation has overtaken leaves an event, but no state."""
    if not _is_overtaken(record, note):
        notes = IdleNotes(
            warned_at=note.warned_at,
            expiry_warnings_sent=note.expiry_warnings_sent,
            slept_for_off_hours=note.slept_for_off_hours,
            budget_warned_at=note.budget_warned_at or record.idle_notes.budget_warned_at,
        )
        cleared = _after_stop(record, note) if note.event == GPU_COST_STOPPED else {}
        record = record.model_copy(update={"idle_notes": notes, **cleared})
    return add_event(
        record,
        note.at,
        note.event,
        note.message,
        operation_id=note.operation_id,
        evidence=note.evidence,
        actor=SWEEP_CALLER,
    )


def build_idle_note(
    notes: IdleNotes,
    action: SweepAction,
    decisions: Sequence[SweepDecision],
    now: datetime,
) -> IdleNote:
    """The record of an action that begins, with the evidence of every cell.

    `decisions`: of one environment, `action` for at least one of its pools.
    """
    acting = [decision for decision in decisions if decision.action is action]
    against_min_nodes = any(
        d.evidence.get("offHours") and d.evidence.get("minNodes", 0) > 0 for d in acting
    )
    event, message = IDLE_EVENTS[action]
    return IdleNote(
        at=now,
        event=event,
        message=f"{message} ({acting[0].reason})",
        warned_at=now if action is SweepAction.WARN else None,
        expiry_warnings_sent=notes.expiry_warnings_sent,
        slept_for_off_hours=action is SweepAction.SCALE_TO_ZERO and against_min_nodes,
        evidence={decision.pool.region: decision.evidence for decision in decisions},
    )


def build_expiry_note(
    notes: IdleNotes, action: ExpiryAction, expires_at: datetime, now: datetime
) -> IdleNote:
    event, message = EXPIRY_EVENTS[action]
    sent = (*notes.expiry_warnings_sent, expiry_warning_key(action, expires_at))
    return IdleNote(
        at=now,
        event=event,
        message=message,
        warned_at=notes.warned_at,
        expiry_warnings_sent=tuple(dict.fromkeys(sent)),
        slept_for_off_hours=notes.slept_for_off_hours,
    )


def build_repair_note(notes: IdleNotes, findings: Sequence[Finding], now: datetime) -> IdleNote:
    """`findings`: why it is repaired."""
    event, message = IDLE_EVENTS[SweepAction.REPAIR]
    return IdleNote(
        at=now,
        event=event,
        message=f"{message} ({', '.join(finding.code for finding in findings)})",
        warned_at=notes.warned_at,
        expiry_warnings_sent=notes.expiry_warnings_sent,
        slept_for_off_hours=notes.slept_for_off_hours,
        evidence={finding.code: finding.evidence for finding in findings},
    )


def plan_swept_operation(record: EnvironmentRecord, action: SweepAction) -> dict[str, Any] | None:
    """The request of the operation that an action of the sweep starts; None if it cannot now."""
    match action:
        case SweepAction.SCALE_TO_ZERO:
            decision = decide_scale_down(record)
        case SweepAction.WAKE:
            decision = decide_wake(record)
        case SweepAction.REPAIR:
            decision = decide_repair(record)
        case _:
            decision = decide_delete(record, force=False)
    if not isinstance(decision, Start):
        return None
    return decision.request.model_copy(update={"requested_by": SWEEP_CALLER}).to_wire()


def read_end(record: EnvironmentRecord, operation_id: str) -> dict[str, Any] | None:
    """The outcome of an operation of the sweep; None while it runs."""
    operation = record.find_operation(operation_id)
    if operation is None or not operation.has_ended:
        return None
    return Outcome(status=operation.status, failure=operation.failure).to_wire()


def _after_stop(record: EnvironmentRecord, note: IdleNote) -> dict[str, Any]:
    """What changes once the pools of the regions in the note's evidence are at zero."""
    usage = observe_none(record.gpu_usage, note.evidence, note.at)
    return {"warnings": (), "gpu_usage": usage}


def _is_overtaken(record: EnvironmentRecord, note: IdleNote) -> bool:
    """Whether another operation has started since the one that the note is about."""
    known = note.operation_id is not None and record.find_operation(note.operation_id)
    return bool(known) and record.latest.id != note.operation_id


def _unused_since(record: EnvironmentRecord) -> datetime | None:
    """None if replicas may serve, or if emptying a pool would lose settings that are not kept.

    Replicas of the previous version outlive a failed update or repair, except the only one of a
    cell. A scale-down that failed before it kept the settings of every pool is repeated as an
    operation.
    """
    latest = record.latest
    if record.phase not in UNSUCCESSFUL:
        return None
    are_kept = record.kept_pools.keys() >= set(record.regions)
    is_update = latest.kind in {OperationKind.UPDATE, OperationKind.REPAIR}
    if is_update and not _has_lost_all_replicas(record, latest):
        return None
    if latest.kind is OperationKind.SCALE_DOWN and not are_kept:
        return None
    return latest.last_action_at


def _has_lost_all_replicas(record: EnvironmentRecord, update: Operation) -> bool:
    """Whether the update has replaced the only replica of each cell by one that does not run.

    The Deployment's rollout stops one old replica before it starts a new one: no GPU is spare. An
    update that failed elsewhere was not there to see the pods: then the model's silence decides,
    which the sweep hears after the update.
    """
    status = {step.name: step.status for step in update.steps}
    is_silent = any(each.code == MODEL_NOT_ANSWERING for each in record.health.findings)
    return record.spec.workload.replicas == 1 and all(
        status.get(workload_step(region).name) is Status.SUCCEEDED
        and _has_no_pods(status.get(pods_step(region).name), is_silent=is_silent)
        for region in record.regions
    )


def _has_no_pods(seen: Status | None, *, is_silent: bool) -> bool:
    return seen is Status.FAILED or (seen is not Status.SUCCEEDED and is_silent)


def _wake_failed_at(record: EnvironmentRecord) -> datetime | None:
    latest = record.latest
    has_failed = latest.kind is OperationKind.WAKE and latest.has_ended
    return latest.last_action_at if has_failed and latest.status is not Status.SUCCEEDED else None


def _last_success(record: EnvironmentRecord, *kinds: OperationKind) -> datetime | None:
    ended = [
        operation.last_action_at
        for operation in record.operations
        if operation.kind in kinds and operation.status is Status.SUCCEEDED
    ]
    return ended[-1] if ended else None

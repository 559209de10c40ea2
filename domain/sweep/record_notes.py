"""Between an environment's record and the sweep: reads its idle state, takes in its notes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime

from domain.environment.idle_notes import IdleNote, IdleNotes
from domain.environment.operation import OperationKind, OperationStatus
from domain.environment.operation_request import BRING_A_SPEC
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.environment.transitions import note_event
from domain.outcomes import Outcome
from domain.requests.decisions import Start, decide_delete, decide_scale_down, decide_wake
from domain.sweep.expiry import ExpiryAction, expiry_warning_key
from domain.sweep.model import IdleState, SweepAction, SweepDecision
from domain.wire import WireModel


def read_idle_state(record: EnvironmentRecord) -> IdleState:
    notes = record.idle_notes
    return IdleState(
        environment=record.name,
        phase=record.phase,
        policy=record.spec.idle,
        regions=record.spec.regions,
        ready_since=_last_success(record, *BRING_A_SPEC) or record.created_at,
        woken_at=_last_success(record, OperationKind.WAKE),
        warned_at=notes.warned_at,
        scaled_down_at=_last_success(record, OperationKind.SCALE_DOWN),
        slept_for_off_hours=notes.slept_for_off_hours,
    )


class EnvironmentSweepState(WireModel):
    """All that the sweep needs to know of one environment."""

    state: IdleState
    notes: IdleNotes
    min_nodes: int
    expires_at: AwareDatetime | None = None

    @property
    def is_live(self) -> bool:
        return self.state.phase not in {Phase.DELETING, Phase.DELETED}


def read_sweep_state(record: EnvironmentRecord) -> EnvironmentSweepState:
    return EnvironmentSweepState(
        state=read_idle_state(record),
        notes=record.idle_notes,
        min_nodes=record.spec.gpu.min_nodes,
        expires_at=record.spec.expires_at,
    )


def take_note(record: EnvironmentRecord, note: IdleNote) -> EnvironmentRecord:
    if not _is_overtaken(record, note):
        notes = IdleNotes(
            warned_at=note.warned_at,
            expiry_warnings_sent=note.expiry_warnings_sent,
            slept_for_off_hours=note.slept_for_off_hours,
        )
        record = record.model_copy(update={"idle_notes": notes})
    return note_event(
        record,
        note.at,
        note.event,
        note.message,
        operation_id=note.operation_id,
        evidence=note.evidence,
    )


def _is_overtaken(record: EnvironmentRecord, note: IdleNote) -> bool:
    """Whether another operation has begun since the one that the note is about.

    The event is still recorded; how the environment sleeps is up to that operation.
    """
    known = note.operation_id is not None and record.find_operation(note.operation_id)
    return bool(known) and record.operations[-1].id != note.operation_id


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
    off_hours = any(d.evidence.get("offHours") and d.pool.min_nodes > 0 for d in acting)
    messages = {
        SweepAction.WARN: ("IdleWarned", "Nobody uses it; its GPU pools go to zero soon."),
        SweepAction.WITHDRAW_WARNING: ("IdleWarningWithdrawn", "It is in use again."),
        SweepAction.SCALE_TO_ZERO: ("IdleScaledToZero", "Nobody used it after the warning."),
        SweepAction.DELETE: ("IdleDeleted", "It slept for longer than deleteAfterDays."),
        SweepAction.WAKE: ("OffHoursOver", "Off hours are over and minNodes holds again."),
    }
    event, message = messages[action]
    return IdleNote(
        at=now,
        event=event,
        message=f"{message} ({acting[0].reason})",
        warned_at=now if action is SweepAction.WARN else None,
        expiry_warnings_sent=notes.expiry_warnings_sent,
        slept_for_off_hours=action is SweepAction.SCALE_TO_ZERO and off_hours,
        evidence={decision.pool.region: decision.evidence for decision in decisions},
    )


def build_expiry_note(
    notes: IdleNotes, action: ExpiryAction, expires_at: datetime, now: datetime
) -> IdleNote:
    left = {
        ExpiryAction.WARN_24H: "It expires within 24 hours and is deleted then.",
        ExpiryAction.WARN_1H: "It expires within the hour and is deleted then.",
        ExpiryAction.DELETE: "It has expired.",
    }[action]
    return IdleNote(
        at=now,
        event="Expired" if action is ExpiryAction.DELETE else "ExpiryWarned",
        message=left,
        warned_at=notes.warned_at,
        expiry_warnings_sent=tuple(
            dict.fromkeys((*notes.expiry_warnings_sent, expiry_warning_key(action, expires_at)))
        ),
        slept_for_off_hours=notes.slept_for_off_hours,
    )


def _last_success(record: EnvironmentRecord, *kinds: OperationKind) -> datetime | None:
    ended = [
        operation.last_action_at
        for operation in record.operations
        if operation.kind in kinds and operation.status is OperationStatus.SUCCEEDED
    ]
    return ended[-1] if ended else None


def plan_swept_operation(record: EnvironmentRecord, action: SweepAction) -> dict[str, Any] | None:
    """The request of the operation that an action of the sweep starts; None if it may not now."""
    match action:
        case SweepAction.SCALE_TO_ZERO:
            decision = decide_scale_down(record)
        case SweepAction.WAKE:
            decision = decide_wake(record)
        case _:
            decision = decide_delete(record, force=False)
    return decision.request.to_wire() if isinstance(decision, Start) else None


def read_end(record: EnvironmentRecord, operation_id: str) -> dict[str, Any] | None:
    """How an operation of the sweep ended; None while it runs."""
    operation = record.find_operation(operation_id)
    if operation is None or not operation.has_ended:
        return None
    if operation.failure:
        return Outcome.failed(operation.failure).to_wire()
    succeeded = operation.status is OperationStatus.SUCCEEDED
    return (Outcome.succeeded() if succeeded else Outcome.canceled()).to_wire()

"""Decides what a command for an environment leads to, whatever its kind and its door."""

from collections.abc import Callable, Mapping

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.requests.command import CANCEL, RETRY, Command, CommandKind
from domain.requests.conditions import find_repeated, find_stale
from domain.requests.decision import (
    AlreadyStarted,
    Decision,
    Forbidden,
    Foreign,
    NotFound,
    PreconditionFailed,
    Refused,
    Start,
)
from domain.requests.decisions import (
    decide_cancel,
    decide_create,
    decide_delete,
    decide_repair,
    decide_retry,
    decide_rollback,
    decide_scale_down,
    decide_update,
    decide_wake,
)
from domain.requests.scopes import find_foreign_cost_center
from domain.spec.model import EnvironmentSpec

DECISIONS: Mapping[CommandKind, Callable[[EnvironmentRecord | None], Decision]] = {
    OperationKind.SCALE_DOWN: decide_scale_down,
    OperationKind.WAKE: decide_wake,
    OperationKind.REPAIR: decide_repair,
    RETRY: decide_retry,
    CANCEL: decide_cancel,
}
"""By kind, for commands that consist of it alone."""


def decide(record: EnvironmentRecord | None, command: Command) -> Decision:
    """A repeated request gets the operation that it started, whatever has happened since.

    That comes before If-Match: the first request itself has changed the ETag.
    """
    if unseen := _decide_out_of_scope(record, command):
        return unseen
    if record is not None and (repeated := find_repeated(record, command)):
        return repeated
    if record is not None and (stale := find_stale(record, command)):
        return stale
    decision = _decide_anew(record, command)
    if not isinstance(decision, Start):
        return decision
    if command.based_on not in (None, decision.request.sequence - 1):
        return _plan_is_stale(command)
    is_at_work = record is not None and record.phase is not Phase.AWAITING_APPROVAL
    if decision.request.predecessor and command.waits and not command.force and is_at_work:
        return _not_yet(command.name, decision.request.predecessor)
    caller = {**dict(command.caller), "digest": command.digest}
    return Start(decision.request.model_copy(update=caller))


def _decide_out_of_scope(
    record: EnvironmentRecord | None, command: Command
) -> Refused | NotFound | None:
    """None where environment and specification are of cost centers of the caller. An environment
    changes its cost center only at the hands of a caller that has both."""
    taken = record if record and not record.is_deleted else None
    if taken and not command.scope.admits(taken.spec.cost_center):
        return _name_is_taken() if command.kind is OperationKind.PROVISION else Foreign()
    spec = command.spec
    problem = spec and find_foreign_cost_center(spec.cost_center, command.scope)
    return Forbidden(problem.code, problem.message, target=problem.target) if problem else None


def _name_is_taken() -> Refused:
    return Refused("EnvironmentExists", "The name is taken. Choose another one.")


def _plan_is_stale(command: Command) -> PreconditionFailed:
    return PreconditionFailed(
        "PlanIsStale",
        f"Environment '{command.name}' has changed since the plan was made. Make another one "
        "with POST /plans.",
        target="planId",
    )


def _decide_anew(record: EnvironmentRecord | None, command: Command) -> Decision:
    waiting = record and record.waiting
    if waiting and waiting.approval and waiting.approval.request_digest == command.digest:
        return AlreadyStarted(waiting.id)
    match command:
        case Command(OperationKind.PROVISION, spec=EnvironmentSpec() as spec):
            return decide_create(record, spec)
        case Command(OperationKind.UPDATE, spec=EnvironmentSpec() as spec):
            return decide_update(record, spec)
        case Command(OperationKind.DELETE):
            return decide_delete(record, command.force)
        case Command("rollback"):
            return decide_rollback(record, command.to_version, command.reason)
        case Command(kind) if kind in DECISIONS:
            return DECISIONS[kind](record)
        case _:
            raise ValueError(f"a {command.kind} needs a specification")


def _not_yet(name: str, operation_id: str) -> Refused:
    return Refused(
        "OperationInProgress",
        f"Operation '{operation_id}' of environment '{name}' has to end first.",
        operation_id,
        is_passing=True,
    )

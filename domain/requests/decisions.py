"""Decides what a request for an environment leads to: a new operation, a known one, a refusal."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from domain.environment.operation import Operation, OperationKind, build_operation_id
from domain.environment.operation_request import BRING_A_SPEC, OperationRequest
from domain.environment.phases import UNSUCCESSFUL, Phase
from domain.environment.record import EnvironmentRecord
from domain.problem import Problem
from domain.requests.caller import ANONYMOUS, Caller
from domain.requests.entity_tags import matches_strongly, matches_weakly
from domain.spec.model import EnvironmentSpec

RETRY: Final = "retry"
"""Starts the environment's failed or canceled operation again."""

type CommandKind = OperationKind | Literal["retry"]


@dataclass(frozen=True, slots=True)
class Command:
    """What a caller wants, through whichever door it came."""

    kind: CommandKind
    name: str
    """Of the environment."""
    spec: EnvironmentSpec | None = None
    """Only with the kinds that bring one along."""
    force: bool = False
    if_match: str | None = None
    """`If-Match`, which the environment's ETag has to match; None for any. Not in messages."""
    if_none_match: str | None = None
    """`If-None-Match`, which the environment's ETag must not match. Not in messages."""
    waits: bool = False
    """Whether it lets a running operation end where it could also cancel it."""
    caller: Caller = ANONYMOUS

    @property
    def digest(self) -> str:
        """Distinguishes a repetition of the request from another request with the same id."""
        spec = self.spec.to_wire() if self.spec else None
        text = json.dumps([self.kind, spec, self.force], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Start:
    """Start this operation."""

    request: OperationRequest


@dataclass(frozen=True, slots=True)
class AlreadyStarted:
    """The request was made before: answer with the operation that it started then."""

    operation_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The environment is in no state for it."""

    code: str
    message: str
    operation_id: str | None = None
    target: str = "name"
    is_passing: bool = False
    """Whether the same request can be accepted later as it is."""


@dataclass(frozen=True, slots=True)
class PreconditionFailed(Refused):
    """The environment is not as the caller last saw it."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """There is no such environment."""


def environment_not_found(name: str) -> Problem:
    return Problem("EnvironmentNotFound", f"There is no environment '{name}'.", "")


FIXED_FIELDS: dict[str, Callable[[EnvironmentSpec], Any]] = {
    "regions": lambda spec: frozenset(spec.regions),
    "gpu.vmSize": lambda spec: spec.gpu.vm_size,
    "gpu.spot": lambda spec: spec.gpu.spot,
    "edge.sku": lambda spec: spec.edge.sku,
}

type Decision = Start | AlreadyStarted | Refused | NotFound


def decide(record: EnvironmentRecord | None, command: Command) -> Decision:
    """A repeated request gets the operation that it started, whatever has happened since.

    That comes before If-Match: the first request itself has changed the ETag.
    """
    if record is not None and (repeated := _find_repeated(record, command)):
        return repeated
    if record is not None and (stale := _find_stale(record, command)):
        return stale
    decision = _decide_anew(record, command)
    if not isinstance(decision, Start):
        return decision
    if decision.request.predecessor and command.waits and not command.force:
        return _not_yet(command.name, decision.request.predecessor)
    caller = {**dict(command.caller), "digest": command.digest}
    return Start(decision.request.model_copy(update=caller))


def _decide_anew(record: EnvironmentRecord | None, command: Command) -> Decision:
    match command:
        case Command(OperationKind.PROVISION, spec=EnvironmentSpec() as spec):
            return decide_create(record, spec)
        case Command(OperationKind.UPDATE, spec=EnvironmentSpec() as spec):
            return decide_update(record, spec)
        case Command(OperationKind.DELETE):
            return decide_delete(record, command.force)
        case Command(OperationKind.SCALE_DOWN):
            return decide_scale_down(record)
        case Command(OperationKind.WAKE):
            return decide_wake(record)
        case Command(kind="retry"):
            return decide_retry(record)
        case _:
            raise ValueError(f"a {command.kind} needs a specification")


def decide_create(record: EnvironmentRecord | None, spec: EnvironmentSpec) -> Decision:
    """The same specification again starts anew after a failure, and is known otherwise."""
    if record is None or record.is_deleted:
        return Start(_next_request(record, OperationKind.PROVISION, spec))
    if record.phase is Phase.DELETING:
        return Refused(
            "EnvironmentIsBeingDeleted",
            f"Environment '{spec.name}' is being deleted. Wait for the deletion to end, "
            "then send the request again.",
            record.active_operation,
            is_passing=True,
        )
    if record.spec == spec and record.phase not in UNSUCCESSFUL:
        return AlreadyStarted(_latest_build(record))
    if record.spec == spec and record.operations[-1].kind in BRING_A_SPEC:
        return decide_retry(record)
    return _exists(record, spec)


def _exists(record: EnvironmentRecord, spec: EnvironmentSpec) -> Refused:
    """Suggests only what the environment accepts in its phase."""
    what = "exists" if record.spec == spec else "exists with another spec"
    fix = "Update it with PUT"
    latest = record.operations[-1].kind
    if record.phase in UNSUCCESSFUL and latest not in BRING_A_SPEC:
        what = f"{what}, and its {latest} did not succeed"
        fix = f"Retry that with POST /environments/{spec.name}/retry"
    elif record.phase is Phase.SCALED_DOWN:
        fix = f"Wake it with POST /environments/{spec.name}/wake and update it with PUT"
    return Refused(
        "EnvironmentExists",
        f"Environment '{spec.name}' {what}. {fix}, delete it first, or choose another name.",
        record.active_operation or _latest_build(record),
    )


def decide_update(record: EnvironmentRecord | None, spec: EnvironmentSpec) -> Decision:
    """Also after a failed build or update: the corrected specification continues it."""
    if record is None or record.is_deleted:
        return NotFound()
    if fixed := find_fixed_fields(record.spec, spec):
        return Refused(
            "FieldCannotBeChanged",
            f"{', '.join(fixed)} cannot be changed in place. Keep what environment "
            f"'{spec.name}' has, or create another environment and delete this one.",
            record.active_operation,
            target=fixed[0],
        )
    latest = record.operations[-1]
    if record.spec == spec and (
        record.phase is Phase.READY or _is_running(latest, OperationKind.UPDATE)
    ):
        return AlreadyStarted(_latest_build(record))
    if record.phase in UNSUCCESSFUL and latest.kind in BRING_A_SPEC:
        return Start(_next_request(record, latest.kind, spec))
    if record.phase is Phase.READY:
        return Start(_next_request(record, OperationKind.UPDATE, spec))
    return _wrong_phase(record, "Ready")


def find_fixed_fields(old: EnvironmentSpec, new: EnvironmentSpec) -> list[str]:
    """What differs and Azure cannot change: a pool's size and priority, Front Door's tier.

    Regions are cells: another one is another environment's size of work.
    """
    return [name for name, read in FIXED_FIELDS.items() if read(old) != read(new)]


def decide_retry(record: EnvironmentRecord | None) -> Decision:
    """What exists in Azure is adopted: steps send only what is missing or differs.

    Without kept settings there is nothing to wake to, so the specification is applied instead.
    """
    if record is None or record.is_deleted:
        return NotFound()
    if record.phase not in UNSUCCESSFUL:
        return _wrong_phase(record, "Failed or Canceled")
    match record.operations[-1].kind:
        case OperationKind.SCALE_DOWN:
            return decide_scale_down(record)
        case OperationKind.WAKE if record.kept_pools:
            return decide_wake(record)
        case OperationKind.WAKE:
            return Start(_next_request(record, OperationKind.UPDATE, record.spec))
        case kind:
            return Start(_next_request(record, kind, record.spec))


def decide_delete(
    record: EnvironmentRecord | None, force: bool
) -> Start | AlreadyStarted | NotFound:
    """A second DELETE answers the running deletion; `force` starts one beside a stuck one."""
    if record is None or record.is_deleted:
        return NotFound()
    if record.phase is Phase.DELETING and record.active_operation and not force:
        return AlreadyStarted(record.active_operation)
    request = _next_request(record, OperationKind.DELETE, record.spec)
    return Start(
        request.model_copy(update={"predecessor": record.active_operation, "force": force})
    )


def decide_scale_down(
    record: EnvironmentRecord | None,
) -> Start | AlreadyStarted | Refused | NotFound:
    if record is None or record.is_deleted:
        return NotFound()
    if record.phase is Phase.READY or _failed_on_the_way(record):
        return Start(_next_request(record, OperationKind.SCALE_DOWN, record.spec))
    return _known_or_refused(record, OperationKind.SCALE_DOWN, Phase.SCALED_DOWN, "Ready")


def decide_wake(record: EnvironmentRecord | None) -> Start | AlreadyStarted | Refused | NotFound:
    """Also after a failed wake or scale-down: the settings to go back to are still kept."""
    if record is None or record.is_deleted:
        return NotFound()
    if record.phase is Phase.SCALED_DOWN or (_failed_on_the_way(record) and record.kept_pools):
        return Start(_next_request(record, OperationKind.WAKE, record.spec))
    return _known_or_refused(record, OperationKind.WAKE, Phase.READY, "ScaledDown")


def _failed_on_the_way(record: EnvironmentRecord) -> bool:
    """To zero or back, or to another specification: its GPU nodes may still cost.

    After a failed deletion there is nothing left that could go either way.
    """
    return record.phase in UNSUCCESSFUL and record.operations[-1].kind in {
        OperationKind.SCALE_DOWN,
        OperationKind.WAKE,
        OperationKind.UPDATE,
    }


def _known_or_refused(
    record: EnvironmentRecord, kind: OperationKind, goal: Phase, needed: str
) -> AlreadyStarted | Refused:
    """Already started while it runs, and while nothing has followed its success."""
    latest = record.operations[-1] if record.operations else None
    if latest and latest.kind is kind and (not latest.has_ended or record.phase is goal):
        return AlreadyStarted(latest.id)
    return _wrong_phase(record, needed)


def _is_running(operation: Operation, kind: OperationKind) -> bool:
    return operation.kind is kind and not operation.has_ended


def _wrong_phase(record: EnvironmentRecord, needed: str) -> Refused:
    return Refused(
        "WrongPhase",
        f"Environment '{record.name}' is {record.phase}; this needs it to be {needed}.",
        record.active_operation,
        is_passing=record.active_operation is not None,
    )


def _not_yet(name: str, operation_id: str) -> Refused:
    return Refused(
        "OperationInProgress",
        f"Operation '{operation_id}' of environment '{name}' has to end first.",
        operation_id,
        is_passing=True,
    )


def _find_repeated(record: EnvironmentRecord, command: Command) -> AlreadyStarted | Refused | None:
    """None if the request has no id, or its id is new."""
    request_id = command.caller.request_id
    taken = record.find_request(request_id) if request_id else None
    if taken is None:
        return None
    if taken.digest == command.digest:
        return AlreadyStarted(taken.operation_id)
    return Refused(
        "RepeatabilityRequestIdReused",
        f"The id {request_id} was used with another request. Send a new id with a new request.",
        taken.operation_id,
    )


def _find_stale(record: EnvironmentRecord, command: Command) -> PreconditionFailed | None:
    """What is deleted has no ETag: it is not found, whatever the caller last saw."""
    if record.is_deleted:
        return None
    if command.if_match is not None and not matches_strongly(command.if_match, record.etag):
        return PreconditionFailed(
            "PreconditionFailed",
            f"The environment has changed: its ETag is {record.etag}. Read it again.",
            target="header If-Match",
        )
    if command.if_none_match is not None and matches_weakly(command.if_none_match, record.etag):
        return PreconditionFailed(
            "PreconditionFailed",
            f"The environment exists with the ETag {record.etag}. Omit If-None-Match to change "
            "it, or use POST /environments to create one.",
            target="header If-None-Match",
        )
    return None


def _next_request(
    record: EnvironmentRecord | None,
    kind: OperationKind,
    spec: EnvironmentSpec,
) -> OperationRequest:
    sequence = (record.sequence if record else 0) + 1
    return OperationRequest(
        operation_id=build_operation_id(spec.name, sequence),
        kind=kind,
        sequence=sequence,
        spec=spec,
        host_name=((record and record.endpoint) or "").removeprefix("https://"),
    )


def _latest_build(record: EnvironmentRecord) -> str:
    """Of the operation that the present specification came with."""
    builds = [operation.id for operation in record.operations if operation.kind in BRING_A_SPEC]
    return builds[-1] if builds else build_operation_id(record.name, record.sequence)

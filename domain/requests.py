"""Decides what a request for an environment leads to: a new operation, a known one, a refusal."""

from dataclasses import dataclass

from domain.environment import EnvironmentRecord, OperationRequest
from domain.operations import OperationKind, build_operation_id
from domain.phases import Phase
from domain.spec import EnvironmentSpec


@dataclass(frozen=True, slots=True)
class Start:
    """Start this operation."""

    request: OperationRequest


@dataclass(frozen=True, slots=True)
class Known:
    """The request was made before: answer with the operation that it started then."""

    operation_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The environment is in no state for it."""

    code: str
    message: str
    operation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no such environment."""


def is_live(record: EnvironmentRecord | None) -> bool:
    return record is not None and record.phase is not Phase.DELETED


def decide_create(
    record: EnvironmentRecord | None, spec: EnvironmentSpec, request_id: str | None
) -> Start | Known | Refused:
    if record is not None and request_id and record.last_request_id == request_id:
        return _repeated(record, spec)
    if record is None or record.phase is Phase.DELETED:
        return Start(_next_request(record, OperationKind.PROVISION, spec, request_id=request_id))
    if record.phase is Phase.DELETING:
        return Refused(
            "EnvironmentIsBeingDeleted",
            f"Environment '{spec.name}' is being deleted. Wait for the deletion to end, "
            "then send the request again.",
            record.active_operation,
        )
    if record.spec == spec:
        return Known(_latest(record, OperationKind.PROVISION))
    return Refused(
        "EnvironmentExists",
        f"Environment '{spec.name}' exists with another spec. Delete it first, "
        "or choose another name.",
        record.active_operation or _latest(record, OperationKind.PROVISION),
    )


def decide_delete(record: EnvironmentRecord | None, force: bool) -> Start | Known | Absent:
    """A second DELETE answers the running deletion; `force` starts one beside a stuck one."""
    if record is None or record.phase is Phase.DELETED:
        return Absent()
    if record.phase is Phase.DELETING and record.active_operation and not force:
        return Known(record.active_operation)
    request = _next_request(record, OperationKind.DELETE, record.spec)
    return Start(
        request.model_copy(update={"predecessor": record.active_operation, "force": force})
    )


def decide_scale_down(record: EnvironmentRecord | None) -> Start | Known | Refused | Absent:
    if record is None or record.phase is Phase.DELETED:
        return Absent()
    if record.phase is Phase.READY or _failed_on_the_way(record):
        return Start(_next_request(record, OperationKind.SCALE_DOWN, record.spec))
    return _known_or_refused(record, OperationKind.SCALE_DOWN, Phase.SCALED_DOWN, "Ready")


def decide_wake(record: EnvironmentRecord | None) -> Start | Known | Refused | Absent:
    """Also after a failed wake or scale-down: the settings to go back to are still kept."""
    if record is None or record.phase is Phase.DELETED:
        return Absent()
    if record.phase is Phase.SCALED_DOWN or (_failed_on_the_way(record) and record.kept_pools):
        return Start(_next_request(record, OperationKind.WAKE, record.spec))
    return _known_or_refused(record, OperationKind.WAKE, Phase.READY, "ScaledDown")


def _failed_on_the_way(record: EnvironmentRecord) -> bool:
    """To zero or back. After a failed deletion there is nothing left that could go either way."""
    return record.phase is Phase.FAILED and record.operations[-1].kind in {
        OperationKind.SCALE_DOWN,
        OperationKind.WAKE,
    }


def _known_or_refused(
    record: EnvironmentRecord, kind: OperationKind, goal: Phase, needed: str
) -> Known | Refused:
    """Known while it runs, and when it has led where it leads and nothing has happened since."""
    latest = record.operations[-1] if record.operations else None
    if latest and latest.kind is kind and (not latest.has_ended or record.phase is goal):
        return Known(latest.id)
    return Refused(
        "WrongPhase",
        f"Environment '{record.name}' is {record.phase}; this needs it to be {needed}.",
        record.active_operation,
    )


def _repeated(record: EnvironmentRecord, spec: EnvironmentSpec) -> Known | Refused:
    if record.spec == spec:
        return Known(_latest(record, OperationKind.PROVISION))
    return Refused(
        "RepeatabilityRequestIdReused",
        "This Repeatability-Request-ID was used with another body. Send a new id with a new body.",
        _latest(record, OperationKind.PROVISION),
    )


def _next_request(
    record: EnvironmentRecord | None,
    kind: OperationKind,
    spec: EnvironmentSpec,
    request_id: str | None = None,
) -> OperationRequest:
    sequence = (record.sequence if record else 0) + 1
    return OperationRequest(
        operation_id=build_operation_id(spec.name, sequence),
        kind=kind,
        sequence=sequence,
        spec=spec,
        host_name=((record and record.endpoint) or "").removeprefix("https://"),
        request_id=request_id,
    )


def _latest(record: EnvironmentRecord, kind: OperationKind) -> str:
    of_kind = [operation.id for operation in record.operations if operation.kind is kind]
    return of_kind[-1] if of_kind else build_operation_id(record.name, record.sequence)

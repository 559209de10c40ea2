"""Decides for each kind of request: a new operation, a known one, a refusal."""

from domain.environment.beside import find_former, find_shared_changes, say_shared
from domain.environment.former_version import FormerVersion
from domain.environment.health import UNHEALTHY, WITHOUT_NODES
from domain.environment.operation import Operation, OperationKind, build_operation_id
from domain.environment.operation_request import (
    BRING_A_SPEC,
    GET_NODES,
    OperationRequest,
)
from domain.environment.phases import AT_REST, UNSUCCESSFUL, Phase
from domain.environment.record import EnvironmentRecord
from domain.outcomes import Status
from domain.requests.decision import (
    AlreadyStarted,
    Cancel,
    Decision,
    NotFound,
    Refused,
    Start,
)
from domain.requests.fixed_fields import find_fixed_fields
from domain.requests.rollbacks import build_rollback, find_version
from domain.spec.model import EnvironmentSpec


def decide_create(record: EnvironmentRecord | None, spec: EnvironmentSpec) -> Decision:
    """The same specification again starts anew after a failure, and is known otherwise. Of what
    was never begun there is nothing that another one would have to update."""
    if record is None or record.is_deleted or _waits_no_more(record):
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
    if record.spec == spec and record.latest.kind in BRING_A_SPEC:
        return decide_retry(record)
    return _exists(record, spec)


def _waits_no_more(record: EnvironmentRecord) -> bool:
    """Whether its creation was never begun, and will not be."""
    return record.was_never_begun and record.phase in UNSUCCESSFUL


def _exists(record: EnvironmentRecord, spec: EnvironmentSpec) -> Refused:
    """Suggests only what the environment accepts in its phase."""
    what = "exists" if record.spec == spec else "exists with another spec"
    if record.phase is Phase.AWAITING_APPROVAL:
        return Refused(
            "EnvironmentExists",
            f"Environment '{spec.name}' {what} and waits for approval. Cancel it with POST "
            f"/environments/{spec.name}/cancel, delete it, or choose another name.",
            record.active_operation,
        )
    fix = "Update it with PUT"
    if record.phase is Phase.SCALED_DOWN and not record.has_failed:
        fix = f"Wake it with POST /environments/{spec.name}/wake and update it with PUT"
    return Refused(
        "EnvironmentExists",
        f"Environment '{spec.name}' {what}. {fix}, delete it first, or choose another name.",
        record.active_operation or _latest_build(record),
    )


def decide_update(record: EnvironmentRecord | None, spec: EnvironmentSpec) -> Decision:
    """Also after an operation that did not succeed: a corrected specification continues it."""
    if record is None or record.is_deleted:
        return NotFound()
    if fixed := find_fixed_fields(record, spec):
        return Refused(
            "FieldCannotBeChanged",
            f"{', '.join(fixed)} cannot be changed in place. Keep what environment "
            f"'{spec.name}' has, or create another environment and delete this one.",
            record.active_operation,
            target=fixed[0],
        )
    if refused := _refuse_shared(record, spec):
        return refused
    latest = record.latest
    if record.spec == spec and record.phase in AT_REST and record.health.status in UNHEALTHY:
        return decide_repair(record)
    is_ready = record.phase is Phase.READY and not record.was_restored
    if record.spec == spec and (is_ready or _is_running(latest, OperationKind.UPDATE)):
        return AlreadyStarted(_latest_build(record))
    if record.phase is Phase.READY or record.has_failed:
        return Start(_next_request(record, _build_kind(record, OperationKind.UPDATE), spec))
    return _wrong_phase(record, "Ready")


def _refuse_shared(record: EnvironmentRecord, spec: EnvironmentSpec) -> Refused | None:
    shared = find_shared_changes(record, spec)
    if not shared:
        return None
    return Refused(
        "FieldNeedsReplace",
        say_shared(shared),
        record.active_operation,
        target=shared[0],
    )


def decide_rollback(
    record: EnvironmentRecord | None, to_version: int | None, reason: str | None
) -> Decision:
    """An update to the workload, and the image, of an earlier version. What else is specified,
    such as who may call the model, stays as it is."""
    if record is None or record.is_deleted:
        return NotFound()
    latest = record.operations[-1]
    under_way = None if latest.has_ended else latest.rollback
    if under_way and to_version in (None, under_way.to_version):
        return AlreadyStarted(latest.id)
    if former := _find_way_back(record, to_version):
        return Cancel(latest.id, to_version=former.version, reason=reason)
    if record.phase is not Phase.READY and not record.has_failed:
        return _wrong_phase(record, "Ready, or Failed or Canceled")
    target = find_version(record, to_version)
    if isinstance(target, Refused):
        return target
    if record.phase is Phase.READY and target.runs_the_same_as(record.versions[-1]):
        return AlreadyStarted(_latest_build(record))
    spec = record.spec.model_copy(update={"workload": target.workload})
    if refused := _refuse_shared(record, spec):
        return refused
    request = _next_request(record, OperationKind.UPDATE, spec)
    rollback = build_rollback(record, target, reason)
    return Start(request.model_copy(update={"image": target.image, "rollback": rollback}))


def _find_way_back(record: EnvironmentRecord, to_version: int | None) -> FormerVersion | None:
    """The version that serves, or is kept, beside the one that an update brings: to cancel the
    update is to go back to it."""
    former, latest = record.former, record.operations[-1]
    if former is None or latest.id != record.active_operation:
        return None
    return former if to_version in (None, former.version) else None


def decide_retry(record: EnvironmentRecord | None) -> Decision:
    """What exists in Azure is adopted: steps send only what is missing or differs.

    Without kept settings there is nothing to wake to, so the specification is applied instead. A
    rollback stays one.
    """
    if record is None or record.is_deleted:
        return NotFound()
    if not record.has_failed:
        return _wrong_phase(record, "Failed or Canceled")
    match record.latest.kind:
        case OperationKind.WAKE if record.kept_pools:
            return decide_wake(record)
        case OperationKind.WAKE:
            return Start(_next_request(record, OperationKind.UPDATE, record.spec))
        case OperationKind.DELETE:
            return decide_delete(record, force=False)
        case kind:
            request = _next_request(record, kind, record.spec)
            return Start(request.model_copy(update={"rollback": record.latest.rollback}))


def decide_repair(record: EnvironmentRecord | None) -> Decision:
    """In any phase that no operation owns; it wakes an environment that is ScaledDown."""
    if record is None or record.is_deleted:
        return NotFound()
    if _is_running(record.latest, OperationKind.REPAIR):
        return AlreadyStarted(record.latest.id)
    if record.phase in AT_REST | UNSUCCESSFUL:
        kind = _build_kind(record, OperationKind.REPAIR)
        return Start(_next_request(record, kind, record.spec))
    return _wrong_phase(record, "Ready, ScaledDown, Failed or Canceled")


def _build_kind(record: EnvironmentRecord, kind: OperationKind) -> OperationKind:
    """What was never built completely is provisioned: after a failure nothing of it serves."""
    return OperationKind.PROVISION if record.was_never_built else kind


def decide_cancel(record: EnvironmentRecord | None) -> Decision:
    """Repeating a cancellation answers the operation that it canceled, until another starts."""
    if record is None or record.is_deleted:
        return NotFound()
    waiting = record.waiting
    if running := record.active_operation or (waiting and waiting.id):
        return Cancel(running)
    latest = record.latest
    if latest.status is Status.CANCELED and latest.failure is None:
        return AlreadyStarted(latest.id)
    return Refused("NoOperationRunning", f"No operation of '{record.name}' is running.")


def decide_delete(
    record: EnvironmentRecord | None, force: bool
) -> Start | AlreadyStarted | NotFound:
    """A second DELETE answers the running deletion; `force` starts one beside a stuck one."""
    if record is None or record.is_deleted:
        return NotFound()
    if record.phase is Phase.DELETING and record.active_operation and not force:
        return AlreadyStarted(record.active_operation)
    request = _next_request(record, OperationKind.DELETE, record.spec)
    return Start(request.model_copy(update={"predecessor": _find_unended(record), "force": force}))


def _find_unended(record: EnvironmentRecord) -> str | None:
    """The operation that runs, also one that a deletion has stopped which was canceled itself."""
    if record.active_operation:
        return record.active_operation
    running = (o.id for o in reversed(record.operations) if o.status is Status.RUNNING)
    return next(running, None)


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
    return record.phase in UNSUCCESSFUL and record.latest.kind in {
        OperationKind.SCALE_DOWN,
        OperationKind.WAKE,
        OperationKind.UPDATE,
        OperationKind.REPAIR,
    }


def _known_or_refused(
    record: EnvironmentRecord, kind: OperationKind, goal: Phase, needed: str
) -> AlreadyStarted | Refused:
    """Already started while it runs, and while nothing has followed its success."""
    latest = record.latest if record.operations else None
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
        is_passing=record.active_operation is not None
        and record.phase is not Phase.AWAITING_APPROVAL,
    )


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
        placements=record.placements if record and not record.is_deleted else {},
        image=record.image if record else None,
        granted_roles=record.granted_roles or None if record else None,
        former=(find_former(record, spec) if record and kind is OperationKind.UPDATE else None),
        may_change_offers=kind in GET_NODES and not (record and _may_serve(record)),
    )


def _may_serve(record: EnvironmentRecord) -> bool:
    found = {finding.code for finding in record.health.findings}
    return record.phase is Phase.READY and not found & WITHOUT_NODES


def _latest_build(record: EnvironmentRecord) -> str:
    """Of the operation that the present specification came with."""
    builds = [
        operation.id
        for operation in record.operations
        if operation.kind in BRING_A_SPEC
        and not (operation.kind is OperationKind.UPDATE and operation.was_never_begun)
    ]
    return builds[-1] if builds else build_operation_id(record.name, record.sequence)

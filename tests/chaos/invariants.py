"""What holds after any chaos once faults are lifted and time has passed.

Each invariant is a function from a snapshot to what violates it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from domain.environment.health import HealthStatus
from domain.environment.phases import AT_REST, IN_MOTION, UNSUCCESSFUL, Phase
from tests.chaos.placement_invariants import (
    cells_are_where_the_api_says,
    gpu_nodes_are_of_the_offer,
)
from tests.chaos.plan import Door
from tests.chaos.snapshot import Creation, GpuNode, Orchestration, Sent, Snapshot

CLOCK_TOLERANCE = timedelta(minutes=4)
"""Times of the task hub have the resolution of a real second, which is minutes here."""

UNWATCHED = frozenset({"EnvironmentUnknown", "NotReady", "NotOurs"})
"""Reasons with which the sweep leaves a pool to others."""

TROUBLED = frozenset({HealthStatus.DEGRADED, HealthStatus.UNREACHABLE})

BUILDS = frozenset({"provision", "update", "wake", "repair"})
"""Kinds of operations that bring an environment to its specification."""

ALL_KINDS = frozenset({"provision", "update", "scale-down", "wake", "repair", "delete"})

KINDS: Mapping[str, frozenset[str]] = {
    "provision": frozenset({"provision", "update"}),
    "update": frozenset({"provision", "update"}),
    "rollback": frozenset({"update"}),
    "scale-down": frozenset({"scale-down"}),
    "wake": frozenset({"wake"}),
    "delete": frozenset({"delete"}),
    "repair": frozenset({"repair", "provision"}),
    "retry": ALL_KINDS,
    "cancel": ALL_KINDS,
}
"""Kinds of the operations that may answer each command."""


@dataclass(frozen=True, slots=True)
class Violation:
    invariant: str
    environment: str | None
    text: str


type Found = Iterator[tuple[str | None, str]]
"""Environment and description of each violation."""

type Invariant = Callable[[Snapshot], Found]


def every_operation_has_ended(snapshot: Snapshot) -> Found:
    for each in snapshot.orchestrations:
        if not each.has_ended and not each.is_sweep:
            yield each.environment, f"{each.id} ({each.name}) is {each.status}"
    for operation in snapshot.operations.values():
        if operation["status"] not in ("Succeeded", "Failed", "Canceled"):
            yield operation["environment"], f"{operation['id']} is {operation['status']}"


def no_orchestration_died(snapshot: Snapshot) -> Found:
    """Expected failures are values; an orchestration that failed met a bug."""
    for each in snapshot.orchestrations:
        if each.status in ("Failed", "Terminated"):
            yield each.environment, f"{each.id} ({each.name}) is {each.status}: {each.output}"


def phases_are_truthful(snapshot: Snapshot) -> Found:
    for name in snapshot.names:
        view = snapshot.environments.get(name)
        problems = _find_lies(snapshot, name, view) if view else _find_leftovers(snapshot, name)
        yield from ((name, problem) for problem in problems)


def _find_lies(snapshot: Snapshot, name: str, view: Mapping[str, Any]) -> Iterator[str]:
    phase = view["phase"]
    if phase in IN_MOTION or "operationId" in view:
        yield f"{phase} with operation {view.get('operationId')}, after everything has ended"
    if phase in AT_REST:
        yield from _find_untold_failure(snapshot, name, view)
    if phase in UNSUCCESSFUL:
        yield from _find_unexplained(snapshot, name, view)
    if not tells_of_drift(snapshot, name):
        yield from _find_misbehaviour(snapshot, name, view)


def _find_untold_failure(snapshot: Snapshot, name: str, view: Mapping[str, Any]) -> Iterator[str]:
    """What is at rest has an error exactly if its latest operation failed, and changed nothing."""
    *_, latest = snapshot.operations_of(name)
    has_failed = latest.has_failed and not latest.has_been_canceled
    if has_failed != ("error" in view):
        yield f"{view['phase']} after {latest.id} {latest.output}, with error {view.get('error')}"


def _find_misbehaviour(snapshot: Snapshot, name: str, view: Mapping[str, Any]) -> Iterator[str]:
    """How it answers, and what it has, against its phase."""
    phase, edge = view["phase"], snapshot.edges.get(name)
    replicas = view["spec"]["workload"]["replicas"]
    if phase == Phase.READY and replicas and (edge is None or edge.status != 200):
        yield f"Ready, but its endpoint answers {edge}"
    if phase == Phase.SCALED_DOWN:
        if nodes := _nodes_of(snapshot, name):
            yield f"ScaledDown with the GPU nodes {[node.name for node in nodes]}"
        if edge is None or edge.status != 503 or not edge.retry_after:
            yield f"ScaledDown, but its endpoint answers {edge}"


def _find_unexplained(snapshot: Snapshot, name: str, view: Mapping[str, Any]) -> Iterator[str]:
    if view["phase"] == Phase.FAILED and not view.get("error", {}).get("suggestedAction"):
        yield f"Failed without a suggested action: {view.get('error')}"
    listed = {each.lower() for each in view.get("remainingResources", ())}
    clusters = {each.lower() for each in _resources_of(snapshot, name) if _is_cluster(each)}
    missing = clusters - listed
    if missing and not snapshot.says_remaining_is_unknown(name):
        yield f"{view['phase']}, and does not list {sorted(missing)} as remaining"


def _find_leftovers(snapshot: Snapshot, name: str) -> Iterator[str]:
    """Absent is what was never created and what is deleted."""
    if found := _resources_of(snapshot, name):
        yield f"does not exist, but Azure has {found}"


def health_is_truthful(snapshot: Snapshot) -> Found:
    """Of what is at rest: Healthy unless it was changed by hand, and then not without findings.

    That a Healthy environment behaves as its phase says is part of the truth of phases.
    """
    for name, view in snapshot.environments.items():
        health = view["health"]
        is_told = health["status"] in TROUBLED
        if is_told and not health["findings"]:
            yield name, f"{health['status']} without findings"
        if view["phase"] not in AT_REST:
            continue
        if health["status"] == HealthStatus.UNKNOWN:
            yield name, f"{view['phase']}, but its health is Unknown: {health['findings']}"
        if is_told and not has_drifted(snapshot, name):
            yield name, f"{view['phase']}, but {health['status']}: {health['findings']}"


def gpu_nodes_are_owned_and_serve(snapshot: Snapshot) -> Found:
    """Every GPU node has an environment that shows it and a sweep that watches it, and serves."""
    decisions = {each["pool"]["clusterId"].lower(): each for each in snapshot.decisions}
    for node in snapshot.gpu_nodes:
        name, view = node.environment, snapshot.environments.get(node.environment)
        if view is None:
            yield name, f"{node.name} belongs to an environment that does not exist"
            continue
        yield from _find_unwatched(node, decisions.get(node.cluster_id.lower()))
        if not tells_of_drift(snapshot, name) and not _serves(snapshot, name):
            edge = snapshot.edges.get(name)
            yield name, f"{node.name} is paid for while {view['phase']} answers {edge}"


def _find_unwatched(node: GpuNode, decision: Mapping[str, Any] | None) -> Found:
    if decision is None:
        yield node.environment, f"{node.name} is not seen by the sweep"
    elif decision["environment"] != node.environment or decision["reason"] in UNWATCHED:
        yield node.environment, f"{node.name} is left alone: {decision['reason']}"


def one_version_serves(snapshot: Snapshot) -> Found:
    """Of what is Ready: replicas run the image on record, and none of a second version is left."""
    for name, view in snapshot.environments.items():
        if view["phase"] != Phase.READY or tells_of_drift(snapshot, name):
            continue
        wanted = view["spec"]["workload"]["image"]
        for replica in snapshot.replicas.get(name, ()):
            if replica.is_next:
                yield name, f"{replica.pod} of a second version is left"
            elif replica.image != wanted:
                yield name, f"{replica.pod} runs {replica.image}; on record is {wanted}"


def nothing_is_double(snapshot: Snapshot) -> Found:
    yield from _find_double_requests(snapshot)
    yield from _find_strangers(snapshot)
    for name in snapshot.names:
        for first, second in combinations(snapshot.operations_of(name), 2):
            if _overlap(snapshot, first, second) and second.predecessor != first.id:
                yield name, f"{first.id} and {second.id} ran at the same time"
    yield from _find_double_creations(snapshot)


def _find_double_requests(snapshot: Snapshot) -> Found:
    counts = Counter(o.request_id for o in snapshot.orchestrations if o.request_id)
    for each in snapshot.orchestrations:
        if each.request_id and counts[each.request_id] > 1:
            yield each.environment, f"{each.id} has the same request as another operation"


def _find_strangers(snapshot: Snapshot) -> Found:
    known = {each for name in snapshot.names for each in _resources_of(snapshot, name)}
    for each in snapshot.resources:
        if each not in known:
            yield None, f"{each} belongs to no environment of the plan"


def _find_double_creations(snapshot: Snapshot) -> Found:
    """A cluster is created once at a time, and by an operation that builds."""
    for first, second in combinations(snapshot.creations, 2):
        if first.cluster == second.cluster and _is_during(first, second):
            yield _owner(first), f"{first.cluster} was created twice at the same time"
    for each in snapshot.creations:
        operations = snapshot.operations_of(_owner(each))
        if not any(o.kind in BUILDS and _ran_at(snapshot, o, each.started_at) for o in operations):
            yield _owner(each), f"{each.cluster} was created at {each.started_at} by no operation"


def no_message_is_lost(snapshot: Snapshot) -> Found:
    """Each is completed by an operation or without effect, or dead-lettered with a reason.

    The app logs what it has completed. If the broker's answer was lost, it logs that instead; a
    message that the broker had not completed is delivered again, and then logged.
    """
    completed = {*snapshot.completed_messages, *snapshot.interrupted_messages}
    dead = {each.message_id: each for each in snapshot.dead_letters}
    started = {each.request_id for each in snapshot.orchestrations}
    for each in snapshot.sent:
        if each.door is not Door.MESSAGE or each.request_id in started:
            continue
        letter = dead.get(each.request_id)
        if letter is None and each.request_id not in completed:
            yield each.environment, f"message {each.request_id} ({each.command}) has vanished"
        if letter is not None and not (letter.reason and letter.description):
            yield each.environment, f"message {each.request_id} was dead-lettered without a reason"
        if letter is not None and letter.reason == "MaxDeliveryCountExceeded":
            yield (
                each.environment,
                f"message {each.request_id} was delivered until it was given up",
            )
    if snapshot.waiting_messages:
        yield None, f"{snapshot.waiting_messages} messages are still on the queue"


def every_answer_is_kept(snapshot: Snapshot) -> Found:
    """A 202 names an operation of its own or the one that it repeats; a refusal starts none."""
    own = {o.request_id: o for o in snapshot.orchestrations if o.request_id}
    for sent in snapshot.sent:
        if sent.door is not Door.REST:
            continue
        problem = _find_broken_promise(snapshot, sent, own.get(sent.request_id))
        if problem:
            request = f"{sent.command} {sent.request_id} answered {sent.status} {sent.code or ''}"
            yield sent.environment, f"{request}: {problem}"


def _find_broken_promise(snapshot: Snapshot, sent: Sent, own: Orchestration | None) -> str | None:
    if sent.status != 202:
        is_refusal = sent.status is not None
        return f"but it started {own.id}" if own and is_refusal else None
    named = snapshot.find_operation(sent.operation_id or "")
    if named is None:
        return f"{sent.operation_id} does not exist"
    if named.kind not in KINDS[sent.command]:
        return f"{named.id} is a {named.kind}"
    if own is not None:
        return None if own.id == named.id else f"it names {named.id}, but started {own.id}"
    if _end_of(snapshot, named) >= sent.sent_at - CLOCK_TOLERANCE:
        return None
    if sent.command == "cancel":
        return None if named.has_been_canceled else f"{named.id} had ended before"
    return f"{named.id} had failed before" if named.has_failed else None


INVARIANTS: tuple[Invariant, ...] = (
    every_operation_has_ended,
    no_orchestration_died,
    phases_are_truthful,
    health_is_truthful,
    gpu_nodes_are_owned_and_serve,
    cells_are_where_the_api_says,
    gpu_nodes_are_of_the_offer,
    one_version_serves,
    nothing_is_double,
    no_message_is_lost,
    every_answer_is_kept,
)


def everything_recovers(snapshot: Snapshot) -> Found:
    """By a retry, a repair or a corrected specification, with no fault in the way."""
    for name, view in snapshot.environments.items():
        if view["phase"] in UNSUCCESSFUL:
            yield name, f"{view['phase']} after its recovery: {view.get('error')}"
        if view["health"]["status"] != HealthStatus.HEALTHY:
            yield name, f"{view['phase']}, but {view['health']}"


def nothing_is_left(snapshot: Snapshot) -> Found:
    """Of environments that were deleted."""
    for name, view in snapshot.environments.items():
        yield name, f"{view['phase']} after its deletion: {view.get('error')}"
    for each in snapshot.resources:
        yield None, f"{each} is left"


def check(snapshot: Snapshot, invariants: Sequence[Invariant] = INVARIANTS) -> list[Violation]:
    return [
        Violation(invariant.__name__, environment, text)
        for invariant in invariants
        for environment, text in invariant(snapshot)
    ]


def tells_of_drift(snapshot: Snapshot, name: str) -> bool:
    """Whether somebody changed it by hand, and its health says that it is not as it should be."""
    status = snapshot.environments[name]["health"]["status"]
    return has_drifted(snapshot, name) and status in TROUBLED


def has_drifted(snapshot: Snapshot, name: str) -> bool:
    """Whether somebody changed it by hand since it was last brought to its specification."""
    drifts = [each.at for each in snapshot.drifted if each.environment == name]
    built = [
        each.created_at
        for each in snapshot.operations_of(name)
        if each.kind in BUILDS and not each.has_failed
    ]
    return bool(drifts) and (not built or max(drifts) > max(built) - CLOCK_TOLERANCE)


def _serves(snapshot: Snapshot, name: str) -> bool:
    edge = snapshot.edges.get(name)
    return edge is not None and edge.status == 200


def _resources_of(snapshot: Snapshot, name: str) -> list[str]:
    """Names begin with gp-, with gp alone where Azure allows letters and digits only."""
    return [each for each in snapshot.resources if name in each.lower()]


def _is_cluster(resource_id: str) -> bool:
    return resource_id.lower().split("/")[-2:-1] == ["managedclusters"]


def _nodes_of(snapshot: Snapshot, name: str) -> list[GpuNode]:
    return [each for each in snapshot.gpu_nodes if each.environment == name]


def _owner(creation: Creation) -> str:
    return creation.cluster.removeprefix("gp-").rpartition("-")[0]


def _is_during(first: Creation, second: Creation) -> bool:
    return first.started_at < second.ended_at and second.started_at < first.ended_at


def _end_of(snapshot: Snapshot, operation: Orchestration) -> datetime:
    """The record's time is exact, and it counts; it knows the latest operations only."""
    view = snapshot.operations.get(operation.id)
    if view is None:
        return operation.ended_at
    return datetime.fromisoformat(view["lastActionDateTime"])


def _overlap(snapshot: Snapshot, first: Orchestration, second: Orchestration) -> bool:
    """By the second's start on the record: an orchestration may wait for its turn."""
    view = snapshot.operations.get(second.id)
    if view is None or first.id not in snapshot.operations:
        return False
    begun = datetime.fromisoformat(view["createdDateTime"])
    return begun < _end_of(snapshot, first)


def _ran_at(snapshot: Snapshot, operation: Orchestration, moment: datetime) -> bool:
    begun = operation.created_at - CLOCK_TOLERANCE
    return begun <= moment <= _end_of(snapshot, operation) + CLOCK_TOLERANCE

"""What the cluster autoscaler decides: which pools grow, and which nodes nobody needs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from emulators.azure.kubernetes import pods, scheduling
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.node_pools import NodePool
from emulators.azure.kubernetes.nodes import GPU
from emulators.azure.kubernetes.scheduling import Candidate

UTILIZATION_THRESHOLD = Decimal("0.5")
MAX_SIZE_REACHED = "max node group size reached"
IN_BACKOFF = "in backoff after failed scale-up"


@dataclass(frozen=True, slots=True)
class Group:
    """A pool that may grow: what its next node would offer and how large it is."""

    pool: NodePool
    scale_set: str
    template: Candidate
    size: int
    in_backoff: bool = False


@dataclass(slots=True)
class ScaleUp:
    """The outcome of one scan: nodes to add per pool, and what to tell each pod."""

    added: Counter[str] = field(default_factory=Counter[str])
    triggered: list[tuple[Object, str]] = field(default_factory=list[tuple[Object, str]])
    refused: list[tuple[Object, str]] = field(default_factory=list[tuple[Object, str]])


def decide_scale_up(
    pending: Sequence[Object], upcoming: Sequence[Candidate], groups: Sequence[Group]
) -> ScaleUp:
    """Put each pending pod on a node that is coming anyway, else on a new one."""
    outcome = ScaleUp()
    room = list(upcoming)
    waiting: list[tuple[Object, Group]] = []
    for pod in pending:
        if _place(pod, room):
            continue
        fitting = [each for each in groups if _obstacle(pod, each, outcome.added) is None]
        if not fitting:
            outcome.refused.append((pod, _refusal(pod, groups, outcome.added)))
            continue
        group = min(fitting, key=lambda each: (_waste(pod, each.template), each.pool.name))
        outcome.added[group.pool.name] += 1
        room.append(group.template.with_pod(pod))
        waiting.append((pod, group))
    outcome.triggered = [(pod, _trigger(group, outcome.added)) for pod, group in waiting]
    return outcome


def _place(pod: Object, room: list[Candidate]) -> bool:
    for index, candidate in enumerate(room):
        if scheduling.reject(pod, candidate) is None:
            room[index] = candidate.with_pod(pod)
            return True
    return False


def _obstacle(pod: Object, group: Group, added: Mapping[str, int]) -> str | None:
    rejection = scheduling.reject(pod, group.template)
    if rejection is not None:
        return ", ".join(rejection.reasons)
    if group.size + added.get(group.pool.name, 0) >= group.pool.max_count:
        return MAX_SIZE_REACHED
    return IN_BACKOFF if group.in_backoff else None


def _refusal(pod: Object, groups: Sequence[Group], added: Mapping[str, int]) -> str:
    reasons = Counter(_obstacle(pod, each, added) for each in groups)
    listed = ", ".join(sorted(f"{count} {reason}" for reason, count in reasons.items()))
    return f"pod didn't trigger scale-up: {listed}"


def _trigger(group: Group, added: Mapping[str, int]) -> str:
    after = group.size + added[group.pool.name]
    name = group.scale_set
    return (
        f"pod triggered scale-up: [{{{name} {group.size}->{after} (max: {group.pool.max_count})}}]"
    )


def _waste(pod: Object, template: Candidate) -> Decimal:
    """How much of a new node the pod leaves idle; a node with GPUs is wasted on a pod without."""
    wanted = scheduling.pod_requests(pod)
    idle_gpus = template.allocatable.get(GPU, Decimal(0)) - wanted.get(GPU, Decimal(0))
    idle_cpus = template.allocatable.get("cpu", Decimal(0)) - wanted.get("cpu", Decimal(0))
    return idle_gpus * 1000 + idle_cpus


def is_unneeded(node: Candidate, on_it: Sequence[Object], others: Sequence[Candidate]) -> bool:
    """Whether the node is little used and everything on it would fit elsewhere."""
    movable = [each for each in on_it if not _stays(each)]
    if any(_blocks(each) for each in movable):
        return False
    if movable and _utilization(node) >= UTILIZATION_THRESHOLD:
        return False
    room = list(others)
    return all(_place(each, room) for each in movable)


def _stays(pod: Object) -> bool:
    return pods.owned_by_kind(pod, "DaemonSet") or pods.is_finished(pod)


def _blocks(pod: Object) -> bool:
    """System pods and pods that nobody would create again keep their node."""
    owners = pod["metadata"].get("ownerReferences") or []
    replicated = any(each.get("controller") for each in owners)
    return not replicated or pod["metadata"]["namespace"] == "kube-system"


def _utilization(node: Candidate) -> Decimal:
    """Of a node with GPUs only the GPUs count."""
    names = (GPU,) if node.allocatable.get(GPU) else ("cpu", "memory")
    return max(
        node.used.get(name, Decimal(0)) / node.allocatable[name]
        for name in names
        if node.allocatable.get(name)
    )

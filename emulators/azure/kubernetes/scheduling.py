"""Which nodes a pod fits on, and the scheduler's words for why it does not."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from emulators.azure.kubernetes import quantities, selectors
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.quantities import Amounts

_FINISHED = ("Succeeded", "Failed")
_AFFINITY_REASON = "node(s) didn't match Pod's node affinity/selector"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node as the scheduler sees it: what it offers and what is left of it."""

    name: str
    labels: Mapping[str, str]
    taints: Sequence[Mapping[str, str]]
    allocatable: Amounts
    used: Amounts = field(default_factory=dict[str, Decimal])
    unschedulable: bool = False

    def with_pod(self, pod: Object) -> "Candidate":
        """The node after `pod` was put on it."""
        used = quantities.total([self.used, pod_requests(pod)])
        return Candidate(
            self.name, self.labels, self.taints, self.allocatable, used, self.unschedulable
        )


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a node was filtered out; `resolvable` when evicting other pods could help."""

    reasons: tuple[str, ...]
    resolvable: bool = False


def pod_requests(pod: Object) -> Amounts:
    return quantities.requests_of(pod) | {"pods": Decimal(1)}


def candidate_of(node: Object, pods: Iterable[Object]) -> Candidate:
    """A node with the pods that are bound to it and not finished."""
    bound = [each for each in pods if each["status"].get("phase") not in _FINISHED]
    spec = node.get("spec") or {}
    return Candidate(
        node["metadata"]["name"],
        node["metadata"].get("labels") or {},
        spec.get("taints") or [],
        quantities.parse_all(node["status"].get("allocatable")),
        quantities.total(pod_requests(each) for each in bound),
        bool(spec.get("unschedulable")),
    )


def reject(pod: Object, node: Candidate) -> Rejection | None:
    """The first filter that the node fails, in the scheduler's order, or None when it fits."""
    spec = pod["spec"]
    tolerations = spec.get("tolerations") or []
    if node.unschedulable and not _tolerates(tolerations, _UNSCHEDULABLE_TAINT):
        return Rejection(("node(s) were unschedulable",))
    taint = untolerated_taint(tolerations, node.taints)
    if taint is not None:
        return Rejection((f"node(s) had untolerated taint {taint}",))
    if not matches_affinity(spec, node):
        return Rejection((_AFFINITY_REASON,))
    return _reject_by_resources(pod_requests(pod), node)


def _reject_by_resources(wanted: Amounts, node: Candidate) -> Rejection | None:
    reasons: list[str] = []
    resolvable = True
    for name, amount in wanted.items():
        offered = node.allocatable.get(name, Decimal(0))
        if amount > offered - node.used.get(name, Decimal(0)):
            reasons.append("Too many pods" if name == "pods" else f"Insufficient {name}")
            resolvable = resolvable and amount <= offered
    return Rejection(tuple(reasons), resolvable) if reasons else None


_UNSCHEDULABLE_TAINT = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}


def untolerated_taint(
    tolerations: Sequence[Mapping[str, Any]], taints: Sequence[Mapping[str, str]]
) -> str | None:
    """The first taint that keeps the pod away, as `{key: value}`."""
    for taint in taints:
        if taint["effect"] != "PreferNoSchedule" and not _tolerates(tolerations, taint):
            return f"{{{taint['key']}: {taint.get('value', '')}}}"
    return None


def _tolerates(tolerations: Sequence[Mapping[str, Any]], taint: Mapping[str, str]) -> bool:
    return any(_tolerated_by(each, taint) for each in tolerations)


def _tolerated_by(toleration: Mapping[str, Any], taint: Mapping[str, str]) -> bool:
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if toleration.get("key") not in (None, "", taint["key"]):
        return False
    if toleration.get("operator") == "Exists":
        return True
    return bool(toleration.get("key")) and toleration.get("value", "") == taint.get("value", "")


def matches_affinity(spec: Mapping[str, Any], node: Candidate) -> bool:
    """Whether nodeSelector and required node affinity allow the node."""
    if not selectors.of_labels(spec.get("nodeSelector") or {}).matches(node.labels):
        return False
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    wanted = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if not wanted:
        return True
    return any(_matches_term(each, node) for each in wanted["nodeSelectorTerms"])


def _matches_term(term: Mapping[str, Any], node: Candidate) -> bool:
    by_label = [selectors.of_expression(each) for each in term.get("matchExpressions") or []]
    by_field = [selectors.of_expression(each) for each in term.get("matchFields") or []]
    if not by_label and not by_field:
        return False
    fields = {"metadata.name": node.name}
    return all(each.holds(node.labels) for each in by_label) and all(
        each.holds(fields) for each in by_field
    )


def unschedulable_message(rejections: Sequence[Rejection]) -> str:
    """The text of FailedScheduling, one rejection for each node of the cluster."""
    if not rejections:
        return "no nodes available to schedule pods"
    prefix = f"0/{len(rejections)} nodes are available:"
    hopes = Counter(
        "No preemption victims found for incoming pod"
        if each.resolvable
        else "Preemption is not helpful for scheduling"
        for each in rejections
    )
    reasons = Counter(reason for each in rejections for reason in each.reasons)
    return f"{prefix} {_histogram(reasons)}. preemption: {prefix} {_histogram(hopes)}."


def _histogram(counts: Mapping[str, int]) -> str:
    return ", ".join(sorted(f"{count} {reason}" for reason, count in counts.items()))


def best(candidates: Sequence[Candidate]) -> Candidate:
    """The least loaded node, by name when several are equal."""
    return min(candidates, key=lambda each: (_load(each), each.name))


def _load(node: Candidate) -> Decimal:
    shares = [
        node.used.get(name, Decimal(0)) / node.allocatable[name]
        for name in ("cpu", "memory", "pods")
        if node.allocatable.get(name)
    ]
    return sum(shares, Decimal(0))

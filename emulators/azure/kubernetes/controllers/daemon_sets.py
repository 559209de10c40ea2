"""DaemonSets: one pod on every node that they select and whose taints they tolerate."""

from collections.abc import Iterable

from emulators.azure.kubernetes import pods, scheduling
from emulators.azure.kubernetes.controllers.machinery import (
    Machinery,
    controlled_by,
    is_deleted,
    owner_keys,
    owner_reference,
)
from emulators.azure.kubernetes.controllers.pod_creation import PodCreation
from emulators.azure.kubernetes.events import Source
from emulators.azure.kubernetes.kinds import DAEMON_SET, NODE, POD, Object
from emulators.azure.kubernetes.store import Change, Key

_SOURCE = Source("daemonset-controller")
_HASH = "controller-revision-hash"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"

_ALWAYS_TOLERATED = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/not-ready", "NoSchedule"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)


class DaemonSetController:
    """Creates a pod for each node that wants one and deletes the others."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery
        self._creation = PodCreation(machinery, _SOURCE, DAEMON_SET, self.reconcile)

    def keys_of(self, change: Change) -> Iterable[Key]:
        if change.kind is POD:
            return owner_keys(change.object, DAEMON_SET)
        if change.kind is NODE or change.kind is DAEMON_SET:
            every = self._machinery.store.list(DAEMON_SET)
            return [(each["metadata"]["namespace"], each["metadata"]["name"]) for each in every]
        return []

    def reconcile(self, key: Key) -> None:
        daemon_set = self._machinery.store.get(DAEMON_SET, *key)
        if daemon_set is None:
            return
        wanted = self._wanted_nodes(daemon_set)
        if not is_deleted(daemon_set):
            self._place(daemon_set, wanted)
        status = _status(daemon_set, wanted, self._pods(daemon_set))
        self._machinery.set_status(DAEMON_SET, daemon_set, status)

    def _wanted_nodes(self, daemon_set: Object) -> list[str]:
        spec = daemon_set["spec"]["template"]["spec"]
        return [
            node["metadata"]["name"]
            for node in self._machinery.store.list(NODE)
            if _is_wanted(spec, node)
        ]

    def _place(self, daemon_set: Object, wanted: list[str]) -> None:
        present = {_target(each): each for each in self._pods(daemon_set)}
        for node in wanted:
            if node not in present:
                self._create(daemon_set, node)
        for node, pod in present.items():
            if node not in wanted:
                self._delete(daemon_set, pod)
        self._roll(daemon_set, list(present.values()))

    def _roll(self, daemon_set: Object, present: list[Object]) -> None:
        digest = pods.template_hash(daemon_set["spec"]["template"])
        outdated = [each for each in present if each["metadata"]["labels"].get(_HASH) != digest]
        rolls = daemon_set["spec"]["updateStrategy"]["type"] == "RollingUpdate"
        unready = [each for each in outdated if not pods.is_ready(each)]
        all_ready = all(pods.is_ready(each) for each in present)
        for pod in unready or (outdated[:1] if all_ready else []):
            if rolls:
                self._delete(daemon_set, pod)

    def _pods(self, daemon_set: Object) -> list[Object]:
        namespace = daemon_set["metadata"]["namespace"]
        return [
            each
            for each in self._machinery.store.list(POD, namespace)
            if controlled_by(each, daemon_set) and not pods.is_terminating(each)
        ]

    def _create(self, daemon_set: Object, node: str) -> None:
        self._creation.create(daemon_set, _pod_for(daemon_set, node))

    def _delete(self, daemon_set: Object, pod: Object) -> None:
        metadata = pod["metadata"]
        self._machinery.registry.delete(POD, metadata["namespace"], metadata["name"])
        message = f"Deleted pod: {metadata['name']}"
        self._machinery.events.normal(_SOURCE, DAEMON_SET, daemon_set, "SuccessfulDelete", message)


def _pod_for(daemon_set: Object, node: str) -> Object:
    """The pod for one node, bound to it by affinity so that the scheduler places it."""
    template = daemon_set["spec"]["template"]
    owner = owner_reference(DAEMON_SET, daemon_set)
    pod = pods.from_template(template, f"{daemon_set['metadata']['name']}-", owner)
    labels = pod["metadata"].setdefault("labels", {})
    labels[_HASH] = pods.template_hash(template)
    labels["pod-template-generation"] = str(daemon_set["metadata"]["generation"])
    _pin(pod["spec"], node)
    tolerations = pod["spec"].setdefault("tolerations", [])
    tolerations += _daemon_tolerations()
    return pod


def _pin(spec: Object, node: str) -> None:
    field = {"key": "metadata.name", "operator": "In", "values": [node]}
    affinity = spec.setdefault("affinity", {}).setdefault("nodeAffinity", {})
    required = affinity.setdefault(_REQUIRED, {})
    terms = required.get("nodeSelectorTerms") or [{}]
    required["nodeSelectorTerms"] = [{**each, "matchFields": [field]} for each in terms]


def _target(pod: Object) -> str:
    terms = pod["spec"]["affinity"]["nodeAffinity"][_REQUIRED]["nodeSelectorTerms"]
    return terms[0]["matchFields"][0]["values"][0]


def _is_wanted(spec: Object, node: Object) -> bool:
    """Whether a pod belongs on the node; a node that is not ready yet gets its pod as well."""
    candidate = scheduling.candidate_of(node, [])
    tolerations = [*(spec.get("tolerations") or []), *_daemon_tolerations()]
    untolerated = scheduling.untolerated_taint(tolerations, candidate.taints)
    return untolerated is None and scheduling.matches_affinity(spec, candidate)


def _daemon_tolerations() -> list[Object]:
    return [
        {"key": key, "operator": "Exists", "effect": effect} for key, effect in _ALWAYS_TOLERATED
    ]


def _status(daemon_set: Object, wanted: list[str], owned: list[Object]) -> Object:
    placed = [each for each in owned if each["spec"].get("nodeName") in wanted]
    ready = sum(pods.is_ready(each) for each in placed)
    digest = pods.template_hash(daemon_set["spec"]["template"])
    updated = sum(each["metadata"]["labels"].get(_HASH) == digest for each in placed)
    optional = {
        "updatedNumberScheduled": updated,
        "numberAvailable": ready,
        "numberUnavailable": len(wanted) - ready,
    }
    return {
        "currentNumberScheduled": len(placed),
        "numberMisscheduled": 0,
        "desiredNumberScheduled": len(wanted),
        "numberReady": ready,
        "observedGeneration": daemon_set["metadata"]["generation"],
    } | {key: value for key, value in optional.items() if value}

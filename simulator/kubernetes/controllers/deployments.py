"""Deployments: one ReplicaSet for each pod template, rolled over without losing too many pods."""

import math
from collections.abc import Iterable

from simulator.kubernetes import pods
from simulator.kubernetes.controllers.machinery import (
    Machinery,
    controlled_by,
    is_deleted,
    owner_keys,
    owner_reference,
    set_condition,
)
from simulator.kubernetes.events import Source
from simulator.kubernetes.kinds import DEPLOYMENT, REPLICA_SET, Object
from simulator.kubernetes.store import Change, Key, copy_of

_SOURCE = Source("deployment-controller")
_REVISION = "deployment.kubernetes.io/revision"


class DeploymentController:
    """Makes ReplicaSets, moves replicas between them, and sums up their state."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery

    def keys_of(self, change: Change) -> Iterable[Key]:
        if change.kind is DEPLOYMENT:
            metadata = change.object["metadata"]
            return [(metadata["namespace"], metadata["name"])]
        if change.kind is REPLICA_SET:
            return owner_keys(change.object, DEPLOYMENT)
        return []

    def reconcile(self, key: Key) -> None:
        deployment = self._machinery.store.get(DEPLOYMENT, *key)
        if deployment is None or is_deleted(deployment):
            return
        owned = [
            each
            for each in self._machinery.store.list(REPLICA_SET, key[0])
            if controlled_by(each, deployment) and not is_deleted(each)
        ]
        current = self._current(deployment, owned)
        older = [each for each in owned if each is not current]
        self._scale(deployment, current, older)
        self._write_status(deployment)

    def _current(self, deployment: Object, owned: list[Object]) -> Object:
        name = _replica_set_name(deployment)
        present = next((each for each in owned if each["metadata"]["name"] == name), None)
        return present or self._create(deployment, len(owned) + 1)

    def _create(self, deployment: Object, revision: int) -> Object:
        metadata = deployment["metadata"]
        spec = deployment["spec"]
        digest = pods.template_hash(spec["template"])
        template = copy_of(spec["template"])
        template["metadata"].setdefault("labels", {})["pod-template-hash"] = digest
        selector = copy_of(spec["selector"])
        selector.setdefault("matchLabels", {})["pod-template-hash"] = digest
        body: Object = {
            "metadata": {
                "name": _replica_set_name(deployment),
                "labels": dict(template["metadata"]["labels"]),
                "annotations": {
                    _REVISION: str(revision),
                    "deployment.kubernetes.io/desired-replicas": str(spec["replicas"]),
                    "deployment.kubernetes.io/max-replicas": str(
                        spec["replicas"] + _surge(deployment)
                    ),
                },
                "ownerReferences": [owner_reference(DEPLOYMENT, deployment)],
            },
            "spec": {"replicas": 0, "selector": selector, "template": template},
        }
        created = self._machinery.registry.create(REPLICA_SET, metadata["namespace"], body)
        self._note_revision(deployment, revision)
        return created

    def _note_revision(self, deployment: Object, revision: int) -> None:
        def edit(subject: Object) -> None:
            annotations = subject["metadata"].setdefault("annotations", {})
            annotations[_REVISION] = str(revision)

        metadata = deployment["metadata"]
        self._machinery.store.change(DEPLOYMENT, metadata["namespace"], metadata["name"], edit)

    def _scale(self, deployment: Object, current: Object, older: list[Object]) -> None:
        wanted = deployment["spec"]["replicas"]
        running_old = sum(each["spec"]["replicas"] for each in older)
        recreate = deployment["spec"]["strategy"]["type"] == "Recreate"
        if recreate and any((each.get("status") or {}).get("replicas") for each in older):
            target = 0
        else:
            target = min(wanted, max(wanted + _surge(deployment) - running_old, 0))
        self._set_replicas(deployment, current, target)
        self._scale_down(deployment, current, older)

    def _scale_down(self, deployment: Object, current: Object, older: list[Object]) -> None:
        """Old pods may go as far as enough others are available; the broken ones go first."""
        wanted = deployment["spec"]["replicas"]
        if deployment["spec"]["strategy"]["type"] == "Recreate":
            least = -sum(each["spec"]["replicas"] for each in older)
        else:
            least = wanted - _unavailable(deployment)
        every = [current, *older]
        unavailable = current["spec"]["replicas"] - _available(current)
        room = sum(each["spec"]["replicas"] for each in every) - least - unavailable
        spare = sum(_available(each) for each in every) - least
        for each in older:
            replicas = each["spec"]["replicas"]
            broken = min(replicas - _available(each), room)
            removed = max(broken, min(replicas, room, max(spare, 0) + max(broken, 0)), 0)
            spare -= removed - max(broken, 0)
            room -= removed
            self._set_replicas(deployment, each, replicas - removed)

    def _set_replicas(self, deployment: Object, replica_set: Object, replicas: int) -> None:
        present = replica_set["spec"]["replicas"]
        if present == replicas:
            return
        metadata = replica_set["metadata"]

        def edit(subject: Object) -> None:
            subject["spec"]["replicas"] = replicas
            subject["metadata"]["generation"] += 1

        self._machinery.store.change(REPLICA_SET, metadata["namespace"], metadata["name"], edit)
        direction = "up" if replicas > present else "down"
        self._machinery.events.normal(
            _SOURCE,
            DEPLOYMENT,
            deployment,
            "ScalingReplicaSet",
            f"Scaled {direction} replica set {metadata['name']} from {present} to {replicas}",
        )

    def _write_status(self, before: Object) -> None:
        metadata = before["metadata"]
        store = self._machinery.store
        deployment = store.read(DEPLOYMENT, metadata["namespace"], metadata["name"])
        sets = [
            each
            for each in store.list(REPLICA_SET, metadata["namespace"])
            if controlled_by(each, deployment)
        ]
        name = _replica_set_name(deployment)
        current = next((each for each in sets if each["metadata"]["name"] == name), None)
        status = _status(deployment, sets, current, self._machinery.now())
        self._machinery.set_status(DEPLOYMENT, deployment, status)


def _replica_set_name(deployment: Object) -> str:
    digest = pods.template_hash(deployment["spec"]["template"])
    return f"{deployment['metadata']['name']}-{digest}"


def _available(replica_set: Object) -> int:
    return (replica_set.get("status") or {}).get("availableReplicas", 0)


def _surge(deployment: Object) -> int:
    rolling = deployment["spec"]["strategy"].get("rollingUpdate") or {}
    return _share(rolling.get("maxSurge", 0), deployment["spec"]["replicas"], round_up=True)


def _unavailable(deployment: Object) -> int:
    rolling = deployment["spec"]["strategy"].get("rollingUpdate") or {}
    replicas = deployment["spec"]["replicas"]
    share = _share(rolling.get("maxUnavailable", 0), replicas, round_up=False)
    return share or int(_surge(deployment) == 0)


def _share(value: str | int, replicas: int, round_up: bool) -> int:
    if isinstance(value, int):
        return value
    exact = int(value.rstrip("%")) * replicas / 100
    return math.ceil(exact) if round_up else math.floor(exact)


def _status(deployment: Object, sets: list[Object], current: Object | None, now: str) -> Object:
    def count(field: str) -> int:
        return sum((each.get("status") or {}).get(field, 0) for each in sets)

    updated = ((current or {}).get("status") or {}).get("replicas", 0)
    available = count("availableReplicas")
    wanted = deployment["spec"]["replicas"]
    counts = {
        "replicas": count("replicas"),
        "updatedReplicas": updated,
        "readyReplicas": count("readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(max(wanted, count("replicas")) - available, 0),
    }
    status = {"observedGeneration": deployment["metadata"]["generation"]}
    status |= {key: value for key, value in counts.items() if value}
    name = current["metadata"]["name"] if current else ""
    complete = counts["replicas"] == updated == available == wanted
    return status | {"conditions": _conditions(deployment, name, complete, available, now)}


def _conditions(
    deployment: Object, replica_set: str, complete: bool, available: int, now: str
) -> list[Object]:
    present = (deployment.get("status") or {}).get("conditions") or []
    enough = available >= deployment["spec"]["replicas"] - _unavailable(deployment)
    is_available: Object = {
        "type": "Available",
        "status": "True" if enough else "False",
        "reason": "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
        "message": f"Deployment {'has' if enough else 'does not have'} minimum availability.",
    }
    verb = "has successfully progressed" if complete else "is progressing"
    progressing: Object = {
        "type": "Progressing",
        "status": "True",
        "reason": "NewReplicaSetAvailable" if complete else "ReplicaSetUpdated",
        "message": f'ReplicaSet "{replica_set}" {verb}.',
    }
    conditions = present
    for wanted in (is_available, progressing):
        conditions = set_condition(conditions, _with_update_time(conditions, wanted, now), now)
    return conditions


def _with_update_time(conditions: list[Object], wanted: Object, now: str) -> Object:
    present = next((each for each in conditions if each["type"] == wanted["type"]), None)
    same = present is not None and all(present.get(key) == wanted[key] for key in wanted)
    return wanted | {"lastUpdateTime": present["lastUpdateTime"] if present and same else now}

"""Deployments: one ReplicaSet for each pod template, rolled over without losing too many pods."""

from collections.abc import Iterable

from emulators.azure.kubernetes import deployment_status, pods, revisions
from emulators.azure.kubernetes.controllers.machinery import (
    Machinery,
    controlled_by,
    is_deleted,
    owner_keys,
    owner_reference,
)
from emulators.azure.kubernetes.controllers.ownership import claim
from emulators.azure.kubernetes.events import Source
from emulators.azure.kubernetes.kinds import DEPLOYMENT, REPLICA_SET, Kind, Object
from emulators.azure.kubernetes.store import Change, Key, copy_of

_SOURCE = Source("deployment-controller")


class DeploymentController:
    """Makes ReplicaSets, moves replicas between them, and sums up their state."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery
        self._watched: set[Key] = set()

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
        claim(self._machinery, DEPLOYMENT, deployment, REPLICA_SET)
        owned = [
            each
            for each in self._machinery.store.list(REPLICA_SET, key[0])
            if controlled_by(each, deployment) and not is_deleted(each)
        ]
        if deployment["spec"].get("paused"):
            self._hold(deployment, owned)
        else:
            self._roll(deployment, owned)
        self._write_status(deployment)

    def _hold(self, deployment: Object, owned: list[Object]) -> None:
        """A paused Deployment is scaled, but not rolled over."""
        active = [each for each in owned if each["spec"]["replicas"]]
        if len(active) == 1:
            self._set_replicas(deployment, active[0], deployment["spec"]["replicas"])

    def _roll(self, deployment: Object, owned: list[Object]) -> None:
        name = _replica_set_name(deployment)
        older = [each for each in owned if each["metadata"]["name"] != name]
        present = next((each for each in owned if each["metadata"]["name"] == name), None)
        revision = revisions.next_after(older)
        if present is None:
            present = self._create(deployment, revision)
        revision = max(revision, revisions.number_of(present))
        self._note_revision(REPLICA_SET, present, revision)
        self._note_revision(DEPLOYMENT, deployment, revision)
        self._scale(deployment, present, older)

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
                "annotations": revisions.annotations_of(
                    deployment, revision, deployment_status.surge(deployment)
                ),
                "ownerReferences": [owner_reference(DEPLOYMENT, deployment)],
            },
            "spec": {"replicas": 0, "selector": selector, "template": template},
        }
        return self._machinery.registry.create(REPLICA_SET, metadata["namespace"], body)

    def _note_revision(self, kind: Kind, subject: Object, revision: int) -> None:
        def edit(changed: Object) -> None:
            annotations = changed["metadata"].setdefault("annotations", {})
            annotations[revisions.REVISION] = str(revision)

        metadata = subject["metadata"]
        self._machinery.store.change(kind, metadata["namespace"], metadata["name"], edit)

    def _scale(self, deployment: Object, current: Object, older: list[Object]) -> None:
        wanted = deployment["spec"]["replicas"]
        running_old = sum(each["spec"]["replicas"] for each in older)
        recreate = deployment["spec"]["strategy"]["type"] == "Recreate"
        if recreate and any((each.get("status") or {}).get("replicas") for each in older):
            target = 0
        else:
            target = min(
                wanted, max(wanted + deployment_status.surge(deployment) - running_old, 0)
            )
        self._set_replicas(deployment, current, target)
        self._scale_down(deployment, current, older)

    def _scale_down(self, deployment: Object, current: Object, older: list[Object]) -> None:
        """Old pods may go as far as enough others are available; the broken ones go first."""
        wanted = deployment["spec"]["replicas"]
        if deployment["spec"]["strategy"]["type"] == "Recreate":
            least = -sum(each["spec"]["replicas"] for each in older)
        else:
            least = wanted - deployment_status.unavailable(deployment)
        every = [current, *older]
        unavailable = current["spec"]["replicas"] - deployment_status.available(current)
        room = sum(each["spec"]["replicas"] for each in every) - least - unavailable
        spare = sum(deployment_status.available(each) for each in every) - least
        for each in older:
            replicas = each["spec"]["replicas"]
            broken = min(replicas - deployment_status.available(each), room)
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
        status = deployment_status.status_of(deployment, sets, current, self._machinery.now())
        self._machinery.set_status(DEPLOYMENT, deployment, status)
        self._watch_deadline((metadata["namespace"], metadata["name"]))

    def _watch_deadline(self, key: Key) -> None:
        """Look again when a rollout that goes on has had its time."""
        deployment = self._machinery.store.read(DEPLOYMENT, *key)
        seconds = deployment_status.seconds_until_deadline(deployment, self._machinery.now())
        if seconds is not None and seconds > 0 and key not in self._watched:
            self._watched.add(key)
            work = self._reconcile_after(seconds + 1, key)
            self._machinery.background.start(work, f"deadline of deployment {'/'.join(key)}")

    async def _reconcile_after(self, seconds: float, key: Key) -> None:
        await self._machinery.clock.sleep(seconds)
        self._watched.discard(key)
        self.reconcile(key)


def _replica_set_name(deployment: Object) -> str:
    digest = pods.template_hash(deployment["spec"]["template"])
    return f"{deployment['metadata']['name']}-{digest}"

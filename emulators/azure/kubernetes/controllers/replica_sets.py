"""ReplicaSets: as many pods as asked for."""

from collections.abc import Iterable

from emulators.azure.kubernetes import pods
from emulators.azure.kubernetes.conditions import set_condition
from emulators.azure.kubernetes.controllers.machinery import (
    Machinery,
    controlled_by,
    is_deleted,
    owner_keys,
    owner_reference,
)
from emulators.azure.kubernetes.controllers.ownership import claim
from emulators.azure.kubernetes.controllers.pod_creation import PodCreation
from emulators.azure.kubernetes.events import Source
from emulators.azure.kubernetes.kinds import POD, REPLICA_SET, Object
from emulators.azure.kubernetes.store import Change, Key

_SOURCE = Source("replicaset-controller")


class ReplicaSetController:
    """Creates missing pods and deletes those that are too many."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery
        self._creation = PodCreation(machinery, _SOURCE, REPLICA_SET, self.reconcile)

    def keys_of(self, change: Change) -> Iterable[Key]:
        if change.kind is REPLICA_SET:
            metadata = change.object["metadata"]
            return [(metadata["namespace"], metadata["name"])]
        return owner_keys(change.object, REPLICA_SET) if change.kind is POD else []

    def reconcile(self, key: Key) -> None:
        replica_set = self._machinery.store.get(REPLICA_SET, *key)
        if replica_set is None:
            return
        if not is_deleted(replica_set):
            claim(self._machinery, REPLICA_SET, replica_set, POD)
        owned = self._pods(replica_set)
        if not is_deleted(replica_set):
            missing = replica_set["spec"]["replicas"] - len(owned)
            for _ in range(missing):
                if not self._create(replica_set):
                    break
            for pod in sorted(owned, key=_keep_first)[len(owned) + min(missing, 0) :]:
                self._delete(replica_set, pod)
        status = _status(replica_set, self._pods(replica_set))
        if refusal := self._creation.refusal(replica_set):
            status["conditions"] = self._replica_failure(replica_set, refusal)
        self._machinery.set_status(REPLICA_SET, replica_set, status)

    def _replica_failure(self, replica_set: Object, message: str) -> list[Object]:
        condition: Object = {
            "type": "ReplicaFailure",
            "status": "True",
            "reason": "FailedCreate",
            "message": message,
        }
        present = (replica_set.get("status") or {}).get("conditions") or []
        return set_condition(present, condition, self._machinery.now())

    def _pods(self, replica_set: Object) -> list[Object]:
        namespace = replica_set["metadata"]["namespace"]
        return [
            each
            for each in self._machinery.store.list(POD, namespace)
            if controlled_by(each, replica_set)
            and not pods.is_terminating(each)
            and not pods.is_finished(each)
        ]

    def _create(self, replica_set: Object) -> bool:
        owner = owner_reference(REPLICA_SET, replica_set)
        template = replica_set["spec"]["template"]
        body = pods.from_template(template, f"{replica_set['metadata']['name']}-", owner)
        return self._creation.create(replica_set, body)

    def _delete(self, replica_set: Object, pod: Object) -> None:
        metadata = pod["metadata"]
        self._machinery.registry.delete(POD, metadata["namespace"], metadata["name"])
        message = f"Deleted pod: {metadata['name']}"
        self._machinery.events.normal(
            _SOURCE, REPLICA_SET, replica_set, "SuccessfulDelete", message
        )


def _keep_first(pod: Object) -> tuple[bool, bool, str]:
    return (not pods.is_ready(pod), not pod["spec"].get("nodeName"), pod["metadata"]["name"])


def _status(replica_set: Object, owned: list[Object]) -> Object:
    ready = sum(pods.is_ready(each) for each in owned)
    counts = {
        "fullyLabeledReplicas": len(owned),
        "readyReplicas": ready,
        "availableReplicas": ready,
    }
    return {
        "replicas": len(owned),
        "observedGeneration": replica_set["metadata"]["generation"],
    } | {key: value for key, value in counts.items() if value}

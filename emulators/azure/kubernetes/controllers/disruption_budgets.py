"""The disruption controller: keeps the status of each PodDisruptionBudget."""

from collections.abc import Iterable

from emulators.azure.kubernetes import disruptions
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.kinds import (
    DEPLOYMENT,
    POD,
    POD_DISRUPTION_BUDGET,
    REPLICA_SET,
    Kind,
    Object,
)
from emulators.azure.kubernetes.store import Change, ChangeType, Key

_CONCERNED = (POD, DEPLOYMENT, REPLICA_SET)


class DisruptionController:
    """Counts again when a pod of the namespace, or the size of a workload, has changed."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery

    def keys_of(self, change: Change) -> Iterable[Key]:
        metadata = change.object["metadata"]
        if change.kind is POD_DISRUPTION_BUDGET:
            is_there = change.type is not ChangeType.DELETED
            return [(metadata["namespace"], metadata["name"])] if is_there else []
        if change.kind not in _CONCERNED:
            return []
        budgets = self._machinery.store.list(POD_DISRUPTION_BUDGET, metadata["namespace"])
        return [(metadata["namespace"], each["metadata"]["name"]) for each in budgets]

    def reconcile(self, key: Key) -> None:
        budget = self._machinery.store.get(POD_DISRUPTION_BUDGET, *key)
        if budget is None:
            return
        selected = [
            each
            for each in self._machinery.store.list(POD, key[0])
            if disruptions.selects(budget, each)
        ]
        scale = self._scale_of(key[0], selected)
        status = disruptions.status_of(budget, selected, scale, self._machinery.now())
        self._machinery.set_status(POD_DISRUPTION_BUDGET, budget, status)

    def _scale_of(self, namespace: str, selected: list[Object]) -> int:
        """What the workloads want together; pods that belong to none are not counted."""
        found: dict[str, int] = {}
        for pod in selected:
            workload = self._workload_of(namespace, pod)
            if workload is not None:
                found[workload["metadata"]["uid"]] = workload["spec"]["replicas"]
        return sum(found.values())

    def _workload_of(self, namespace: str, pod: Object) -> Object | None:
        """The Deployment behind a pod's ReplicaSet, or a ReplicaSet of its own."""
        replica_set = self._owner(REPLICA_SET, namespace, pod)
        if replica_set is None:
            return None
        return self._owner(DEPLOYMENT, namespace, replica_set) or replica_set

    def _owner(self, kind: Kind, namespace: str, subject: Object) -> Object | None:
        for each in subject["metadata"].get("ownerReferences") or []:
            if each.get("controller") and each["kind"] == kind.kind:
                return self._machinery.store.get(kind, namespace, each["name"])
        return None

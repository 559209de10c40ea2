"""The scheduler: gives each waiting pod a node, or says why there is none."""

from collections.abc import Iterable

from emulators.azure.kubernetes import pods, scheduling
from emulators.azure.kubernetes.conditions import set_condition
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.events import Source
from emulators.azure.kubernetes.kinds import NODE, POD, Object
from emulators.azure.kubernetes.store import Change, ChangeType, Key

_SOURCE = Source("default-scheduler")


class Scheduler:
    """Looks at a pod when it is new, and at all waiting pods when room may have appeared."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery

    def keys_of(self, change: Change) -> Iterable[Key]:
        if change.kind is POD and _is_new_or_changed(change):
            metadata = change.object["metadata"]
            return [(metadata["namespace"], metadata["name"])]
        if (change.kind is NODE and _offers_more(change)) or _frees_room(change):
            return [
                (each["metadata"]["namespace"], each["metadata"]["name"])
                for each in self._machinery.store.list(POD)
                if _is_waiting(each)
            ]
        return []

    def reconcile(self, key: Key) -> None:
        pod = self._machinery.store.get(POD, *key)
        if pod is None or not _is_waiting(pod):
            return
        bound = [each for each in self._machinery.store.list(POD) if each["spec"].get("nodeName")]
        candidates = [
            scheduling.candidate_of(node, pods.on_node(bound, node["metadata"]["name"]))
            for node in self._machinery.store.list(NODE)
        ]
        rejections = {each.name: scheduling.reject(pod, each) for each in candidates}
        fitting = [each for each in candidates if rejections[each.name] is None]
        if fitting:
            self._bind(pod, scheduling.best(fitting).name)
            return
        reasons = [each for each in rejections.values() if each is not None]
        self._report_unschedulable(pod, scheduling.unschedulable_message(reasons))

    def _bind(self, pod: Object, node: str) -> None:
        now = self._machinery.now()
        metadata = pod["metadata"]

        def edit(subject: Object) -> None:
            subject["spec"]["nodeName"] = node
            scheduled: Object = {"type": "PodScheduled", "status": "True", "lastProbeTime": None}
            subject["status"]["conditions"] = set_condition(
                subject["status"].get("conditions") or [], scheduled, now
            )

        self._machinery.store.change(POD, metadata["namespace"], metadata["name"], edit)
        message = f"Successfully assigned {metadata['namespace']}/{metadata['name']} to {node}"
        self._machinery.events.normal(_SOURCE, POD, pod, "Scheduled", message)

    def _report_unschedulable(self, pod: Object, message: str) -> None:
        now = self._machinery.now()
        metadata = pod["metadata"]
        condition: Object = {
            "type": "PodScheduled",
            "status": "False",
            "lastProbeTime": None,
            "reason": "Unschedulable",
            "message": message,
        }

        def edit(subject: Object) -> None:
            subject["status"]["conditions"] = set_condition(
                subject["status"].get("conditions") or [], condition, now
            )

        self._machinery.store.change(POD, metadata["namespace"], metadata["name"], edit)
        self._machinery.events.warning(_SOURCE, POD, pod, "FailedScheduling", message)


def _is_waiting(pod: Object) -> bool:
    return (
        not pod["spec"].get("nodeName")
        and not pods.is_terminating(pod)
        and pod["spec"].get("schedulerName") == _SOURCE.component
    )


def _is_new_or_changed(change: Change) -> bool:
    if change.type is ChangeType.DELETED or change.object["spec"].get("nodeName"):
        return False
    return change.previous is None or change.previous["spec"] != change.object["spec"]


def _offers_more(change: Change) -> bool:
    if change.type is ChangeType.DELETED:
        return False
    before = change.previous
    if before is None:
        return True
    return any(
        _part(before, *path) != _part(change.object, *path)
        for path in (("spec",), ("metadata", "labels"), ("status", "allocatable"))
    )


def _part(subject: Object, *path: str) -> object:
    value: object = subject
    for each in path:
        value = value.get(each) if isinstance(value, dict) else None
    return value


def _frees_room(change: Change) -> bool:
    if change.kind is not POD or not change.object["spec"].get("nodeName"):
        return False
    return change.type is ChangeType.DELETED or pods.is_finished(change.object)

"""The ConfigMap `cluster-autoscaler-status`, as the autoscaler writes it since Kubernetes 1.30."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.controllers.scale_up_backoff import Failed
from emulators.azure.kubernetes.events import Source
from emulators.azure.kubernetes.kinds import CONFIG_MAP, Object

NAME = "cluster-autoscaler-status"
NAMESPACE = "kube-system"
_LAST_UPDATED = "cluster-autoscaler.kubernetes.io/last-updated"
_SOURCE = Source("cluster-autoscaler")


@dataclass(frozen=True, slots=True)
class GroupStatus:
    """One node group: its scale set's name, its nodes, and why it does not grow, if so."""

    name: str
    ready: int
    registered: int
    target: int
    min_size: int
    max_size: int
    backoff: Failed | None = None

    @property
    def scale_up(self) -> str:
        if self.backoff:
            return "Backoff"
        return "InProgress" if self.target > self.ready else "NoActivity"


class AutoscalerStatus:
    """Writes the status, and the events that the autoscaler records on it."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery
        self._since: dict[str, tuple[str, str]] = {}

    def write(self, groups: Sequence[GroupStatus]) -> None:
        moment = self._machinery.clock.now()
        document = self._document(groups, moment)
        status = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, width=10_000)
        updated = _go_time(moment)

        def edit(subject: Object) -> None:
            subject["data"] = {"status": status}
            subject["metadata"]["annotations"] = {_LAST_UPDATED: updated}

        if self._machinery.store.change(CONFIG_MAP, NAMESPACE, NAME, edit) is None:
            metadata = {"name": NAME, "annotations": {_LAST_UPDATED: updated}}
            body = {"metadata": metadata, "data": {"status": status}}
            self._machinery.registry.create(CONFIG_MAP, NAMESPACE, body)

    def warn(self, reason: str, message: str) -> None:
        subject = self._machinery.store.get(CONFIG_MAP, NAMESPACE, NAME)
        if subject is not None:
            self._machinery.events.warning(_SOURCE, CONFIG_MAP, subject, reason, message)

    def _document(self, groups: Sequence[GroupStatus], moment: datetime) -> dict[str, Any]:
        growing = any(each.scale_up == "InProgress" for each in groups)
        return {
            "time": _go_time(moment),
            "autoscalerStatus": "Running",
            "clusterWide": {
                "health": {"status": "Healthy", "nodeCounts": _counts(groups)},
                "scaleUp": self._condition(
                    "clusterWide", "InProgress" if growing else "NoActivity", moment
                ),
                "scaleDown": self._condition("clusterWide down", "NoCandidates", moment),
            },
            "nodeGroups": [self._group(each, moment) for each in groups],
        }

    def _group(self, group: GroupStatus, moment: datetime) -> dict[str, Any]:
        scale_up = self._condition(group.name, group.scale_up, moment)
        if group.backoff:
            cause = {"errorCode": group.backoff.code, "errorMessage": group.backoff.message}
            scale_up = {"status": scale_up.pop("status"), "backoffInfo": cause, **scale_up}
        return {
            "name": group.name,
            "health": {
                "status": "Healthy",
                "nodeCounts": _counts([group]),
                "cloudProviderTarget": group.target,
                "minSize": group.min_size,
                "maxSize": group.max_size,
            },
            "scaleUp": scale_up,
            "scaleDown": self._condition(f"{group.name} down", "NoCandidates", moment),
        }

    def _condition(self, subject: str, status: str, moment: datetime) -> dict[str, Any]:
        now = f"{moment:%Y-%m-%dT%H:%M:%S.%f}000Z"
        before, since = self._since.get(subject, (status, now))
        self._since[subject] = (status, since if before == status else now)
        return {
            "status": status,
            "lastProbeTime": now,
            "lastTransitionTime": self._since[subject][1],
        }


def _counts(groups: Iterable[GroupStatus]) -> Mapping[str, Any]:
    present = list(groups)
    registered = sum(each.registered for each in present)
    ready = sum(each.ready for each in present)
    return {
        "registered": {
            "total": registered,
            "ready": ready,
            "notStarted": registered - ready,
            "unready": {"total": 0, "resourceUnready": 0},
        },
        "longUnregistered": 0,
        "unregistered": 0,
    }


def _go_time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}000 +0000 UTC"

"""Volumes of images, where the version of a cluster has them: before it, the API server takes them
and their mounts out of every pod that does not have them already, and says nothing."""

from collections.abc import Mapping
from typing import Any

from emulators.azure.kubernetes.kinds import DAEMON_SET, DEPLOYMENT, POD, REPLICA_SET, Kind, Object

SINCE = (1, 35)
"""With the feature gate ImageVolume on by default."""


def are_mounted(kubernetes_version: str) -> bool:
    major, minor = kubernetes_version.split(".")[:2]
    return (int(major), int(minor)) >= SINCE


def drop(kind: Kind, subject: Object, live: Mapping[str, Any] | None) -> None:
    spec = _pod_spec(kind, subject)
    names = _image_volumes(spec)
    if not names or (live is not None and _image_volumes(_pod_spec(kind, live))):
        return
    _keep(spec, "volumes", names)
    for container in (spec.get("containers") or []) + (spec.get("initContainers") or []):
        _keep(container, "volumeMounts", names)


def _keep(owner: Object, field: str, dropped: set[str]) -> None:
    left = [each for each in owner.pop(field, None) or [] if each["name"] not in dropped]
    if left:
        owner[field] = left


def fill_in(volume: Object) -> None:
    reference = str(volume["image"].get("reference", ""))
    latest = reference.endswith(":latest") or ":" not in reference.rpartition("/")[2]
    volume["image"].setdefault("pullPolicy", "Always" if latest else "IfNotPresent")


def _pod_spec(kind: Kind, subject: Mapping[str, Any]) -> Any:
    if kind is POD:
        return subject.get("spec") or {}
    if kind in (DEPLOYMENT, REPLICA_SET, DAEMON_SET):
        return ((subject.get("spec") or {}).get("template") or {}).get("spec") or {}
    return {}


def _image_volumes(spec: Mapping[str, Any]) -> set[str]:
    return {each.get("name", "") for each in spec.get("volumes") or [] if each.get("image")}

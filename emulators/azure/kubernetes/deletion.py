"""Deleting objects: at once, after finalizers, after a grace period, or with a whole namespace."""

from collections.abc import Callable
from dataclasses import dataclass

from emulators.azure.kubernetes import errors
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.kinds import NAMESPACE, POD, Kind, Object
from emulators.azure.kubernetes.store import Store, copy_of

PROTECTED_NAMESPACES = frozenset({"default", "kube-system", "kube-public"})
POLICIES = ("Foreground", "Background", "Orphan")
_FINALIZERS = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}


@dataclass(frozen=True, slots=True)
class Deletion:
    """The DeleteOptions of one request."""

    propagation: str = "Background"
    grace_period_seconds: int | None = None
    uid: str | None = None
    resource_version: str | None = None
    dry_run: bool = False


class Deleting:
    """Takes objects out of the store, or marks them for those who have to do something first."""

    def __init__(self, store: Store, now: Callable[[], str]) -> None:
        self._store = store
        self._now = now

    def delete(self, kind: Kind, namespace: str, name: str, options: Deletion) -> Object:
        live = self._store.read(kind, namespace, name)
        _check_preconditions(kind, live, options)
        if options.dry_run:
            return live
        if kind is NAMESPACE:
            return self._terminate_namespace(live)
        finalizers = list(live["metadata"].get("finalizers") or [])
        if options.propagation in _FINALIZERS:
            finalizers.append(_FINALIZERS[options.propagation])
        grace = _grace_period(kind, live, options)
        if not finalizers and not grace:
            return self._store.remove(kind, namespace, name) or live
        return self._mark(kind, live, finalizers, grace)

    def keep(self, kind: Kind, subject: Object) -> Object:
        """Store a changed object; one that nothing holds any more goes instead, in one change."""
        metadata = subject["metadata"]
        holds = metadata.get("finalizers") or metadata.get("deletionGracePeriodSeconds")
        pending = kind is NAMESPACE and (subject.get("spec") or {}).get("finalizers")
        if not metadata.get("deletionTimestamp") or holds or pending:
            return self._store.replace(kind, subject)
        self._store.remove(kind, metadata.get("namespace", ""), metadata["name"])
        return subject

    def _mark(self, kind: Kind, live: Object, finalizers: list[str], grace: int) -> Object:
        subject = copy_of(live)
        metadata = subject["metadata"]
        metadata.setdefault("deletionTimestamp", self._now())
        metadata["deletionGracePeriodSeconds"] = grace
        if finalizers:
            metadata["finalizers"] = list(dict.fromkeys(finalizers))
        if "generation" in metadata and "deletionTimestamp" not in live["metadata"]:
            metadata["generation"] += 1
        return self._store.replace(kind, subject)

    def _terminate_namespace(self, live: Object) -> Object:
        name = live["metadata"]["name"]
        if name in PROTECTED_NAMESPACES:
            raise ApiError(
                403,
                "Forbidden",
                f'namespaces "{name}" is forbidden: this namespace may not be deleted',
                {"name": name, "kind": "namespaces"},
            )
        subject = copy_of(live)
        subject["metadata"].setdefault("deletionTimestamp", self._now())
        subject["status"] = {**(subject.get("status") or {}), "phase": "Terminating"}
        return self._store.replace(NAMESPACE, subject)


def _grace_period(kind: Kind, live: Object, options: Deletion) -> int:
    """Only a pod that runs on a node has time to end."""
    if kind is not POD or not live["spec"].get("nodeName"):
        return 0
    if live["status"].get("phase") in ("Succeeded", "Failed"):
        return 0
    if options.grace_period_seconds is not None:
        return options.grace_period_seconds
    return live["spec"].get("terminationGracePeriodSeconds", 30)


def _check_preconditions(kind: Kind, live: Object, options: Deletion) -> None:
    metadata = live["metadata"]
    name = metadata["name"]
    if options.uid is not None and options.uid != metadata["uid"]:
        message = (
            f'Operation cannot be fulfilled on {kind.qualified_kind} "{name}": the UID in the'
            f" precondition ({options.uid}) does not match the UID in record"
            f" ({metadata['uid']}). The object might have been deleted and then recreated"
        )
        group = {"group": kind.group} if kind.group else {}
        raise ApiError(409, "Conflict", message, {"name": name, **group, "kind": kind.kind})
    version = options.resource_version
    if version is not None and version != metadata["resourceVersion"]:
        raise errors.modified(kind, name)

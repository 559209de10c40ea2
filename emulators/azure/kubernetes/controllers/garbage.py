"""The garbage collector: what belongs to a deleted owner or namespace goes, too."""

from collections.abc import Iterable

from emulators.azure.kubernetes.controllers.machinery import Machinery, is_deleted
from emulators.azure.kubernetes.deletion import Deletion
from emulators.azure.kubernetes.kinds import KINDS, NAMESPACE, Kind, Object
from emulators.azure.kubernetes.store import Change, ChangeType, Key, copy_of

_FOREGROUND = "foregroundDeletion"
_ORPHAN = "orphan"


class GarbageCollector:
    """Deletes the dependents of owners that are gone or wait for them."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery

    def keys_of(self, change: Change) -> Iterable[Key]:
        """Keys are the uids of owners that are going or gone."""
        owners = change.object["metadata"].get("ownerReferences") or []
        if change.type is ChangeType.DELETED:
            gone = change.object["metadata"]["uid"]
            return [("", gone), *(("", each["uid"]) for each in owners)]
        return [("", change.object["metadata"]["uid"])] if is_deleted(change.object) else []

    def reconcile(self, key: Key) -> None:
        owner = self._find(key[1])
        dependents = self._dependents(key[1])
        if owner is None:
            for kind, each in dependents:
                self._delete(kind, each)
            return
        kind, subject = owner
        finalizers = subject["metadata"].get("finalizers") or []
        if _ORPHAN in finalizers:
            for dependent_kind, each in dependents:
                self._release(dependent_kind, each, key[1])
            self._drop_finalizer(kind, subject, _ORPHAN)
        elif _FOREGROUND in finalizers:
            for dependent_kind, each in dependents:
                self._delete(dependent_kind, each, self._policy_for(each))
            if not self._dependents(key[1]):
                self._drop_finalizer(kind, subject, _FOREGROUND)

    def _find(self, uid: str) -> tuple[Kind, Object] | None:
        for kind in KINDS:
            for each in self._machinery.store.list(kind):
                if each["metadata"]["uid"] == uid:
                    return kind, each
        return None

    def _dependents(self, uid: str) -> list[tuple[Kind, Object]]:
        return [
            (kind, each)
            for kind in KINDS
            for each in self._machinery.store.list(kind)
            if any(owner["uid"] == uid for owner in each["metadata"].get("ownerReferences") or [])
        ]

    def _policy_for(self, dependent: Object) -> str:
        """A dependent that has dependents itself waits for them as its owner waits for it."""
        return "Foreground" if self._dependents(dependent["metadata"]["uid"]) else "Background"

    def _delete(self, kind: Kind, subject: Object, policy: str = "Background") -> None:
        if not is_deleted(subject):
            metadata = subject["metadata"]
            key = (metadata.get("namespace", ""), metadata["name"])
            self._machinery.registry.delete(kind, *key, Deletion(policy))

    def _release(self, kind: Kind, subject: Object, uid: str) -> None:
        def edit(changed: Object) -> None:
            owners = changed["metadata"]["ownerReferences"]
            changed["metadata"]["ownerReferences"] = [
                each for each in owners if each["uid"] != uid
            ]

        metadata = subject["metadata"]
        self._machinery.store.change(kind, metadata.get("namespace", ""), metadata["name"], edit)

    def _drop_finalizer(self, kind: Kind, subject: Object, finalizer: str) -> None:
        changed = copy_of(subject)
        changed["metadata"]["finalizers"].remove(finalizer)
        self._machinery.registry.keep(kind, changed)


class NamespaceController:
    """Empties a namespace that is being deleted, then lets it go."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery

    def keys_of(self, change: Change) -> Iterable[Key]:
        if change.kind is NAMESPACE and is_deleted(change.object):
            return [("", change.object["metadata"]["name"])]
        if change.type is ChangeType.DELETED:
            namespace = change.object["metadata"].get("namespace", "")
            present = self._machinery.store.get(NAMESPACE, "", namespace)
            return [("", namespace)] if present and is_deleted(present) else []
        return []

    def reconcile(self, key: Key) -> None:
        namespace = self._machinery.store.get(NAMESPACE, *key)
        if namespace is None or not is_deleted(namespace):
            return
        content = self._content(key[1])
        for kind, each in content:
            if not is_deleted(each):
                self._machinery.registry.delete(kind, key[1], each["metadata"]["name"])
        if not self._content(key[1]):
            self._machinery.store.remove(NAMESPACE, *key)

    def _content(self, namespace: str) -> list[tuple[Kind, Object]]:
        return [
            (kind, each)
            for kind in KINDS
            if kind.namespaced
            for each in self._machinery.store.list(kind, namespace)
        ]

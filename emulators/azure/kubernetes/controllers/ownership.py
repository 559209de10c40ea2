"""Who belongs to whom: controllers adopt what their selector finds and release what left it."""

from emulators.azure.kubernetes import selectors
from emulators.azure.kubernetes.controllers.machinery import (
    Machinery,
    controlled_by,
    is_deleted,
    owner_reference,
)
from emulators.azure.kubernetes.kinds import Kind, Object


def claim(machinery: Machinery, owner_kind: Kind, owner: Object, kind: Kind) -> None:
    """Bring the owner references of objects of `kind` in line with the owner's selector."""
    selector = selectors.of_manifest(owner["spec"]["selector"])
    for each in machinery.store.list(kind, owner["metadata"]["namespace"]):
        matches = selector.matches(each["metadata"].get("labels") or {})
        if controlled_by(each, owner):
            if not matches:
                _release(machinery, kind, each, owner)
        elif matches and not _has_controller(each) and not is_deleted(each):
            _adopt(machinery, kind, each, owner_reference(owner_kind, owner))


def _has_controller(subject: Object) -> bool:
    references = subject["metadata"].get("ownerReferences") or []
    return any(each.get("controller") for each in references)


def _adopt(machinery: Machinery, kind: Kind, subject: Object, reference: Object) -> None:
    def edit(changed: Object) -> None:
        present = changed["metadata"].get("ownerReferences") or []
        changed["metadata"]["ownerReferences"] = [*present, reference]

    metadata = subject["metadata"]
    machinery.store.change(kind, metadata["namespace"], metadata["name"], edit)


def _release(machinery: Machinery, kind: Kind, subject: Object, owner: Object) -> None:
    def edit(changed: Object) -> None:
        changed["metadata"]["ownerReferences"] = [
            each
            for each in changed["metadata"]["ownerReferences"]
            if each["uid"] != owner["metadata"]["uid"]
        ]

    metadata = subject["metadata"]
    machinery.store.change(kind, metadata["namespace"], metadata["name"], edit)

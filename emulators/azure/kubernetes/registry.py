"""Creating, changing and applying objects as the API server does."""

from collections.abc import Callable, Iterable

from emulators.azure.clock import Clock
from emulators.azure.kubernetes import errors
from emulators.azure.kubernetes.admission import Admission, Writing
from emulators.azure.kubernetes.apply import (
    Manager,
    apply,
    owners_of,
    record_owners,
    record_update,
)
from emulators.azure.kubernetes.deletion import Deleting, Deletion
from emulators.azure.kubernetes.faults import Denial
from emulators.azure.kubernetes.kinds import NAMESPACE, Kind, Object
from emulators.azure.kubernetes.service_addresses import ServiceAddresses
from emulators.azure.kubernetes.store import Store, copy_of
from emulators.azure.kubernetes.times import stamp
from emulators.azure.kubernetes.validation import typed


class Registry:
    """The API server's verbs on the store."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        service_addresses: ServiceAddresses,
        denials: Iterable[Denial] = (),
        has_image_volumes: bool = True,
    ) -> None:
        self.store = store
        self._clock = clock
        self._admission = Admission(store, self.now, service_addresses, denials, has_image_volumes)
        self._deleting = Deleting(store, self.now)

    def now(self) -> str:
        """The present moment as object metadata writes it."""
        return stamp(self._clock.now())

    def create(
        self, kind: Kind, namespace: str, body: Object, writing: Writing | None = None
    ) -> Object:
        how = writing or Writing()
        subject = self._admission.new(kind, namespace, body, how)
        if how.manager is not None:
            record_update(kind, None, subject, how.manager, self.now())
        return subject if how.dry_run else self.store.add(kind, subject)

    def apply(
        self, kind: Kind, namespace: str, name: str, body: Object, writing: Writing, force: bool
    ) -> tuple[Object, bool]:
        """Server-side apply; the second value tells whether the object is new."""
        manager = writing.manager or Manager("unknown", "Apply")
        applied = copy_of(body)
        applied["metadata"] = {**(applied.get("metadata") or {}), "name": name}
        if applied["metadata"].get("managedFields"):
            raise errors.bad_request("metadata.managedFields must be nil")
        typed.check(kind, namespace, applied)
        live = self.store.get(kind, namespace, name)
        merged = apply(kind, live, applied, manager, force, self.now())
        fields = merged["metadata"]["managedFields"]
        if live is None:
            subject = self._admission.new(kind, namespace, merged, writing)
        else:
            _check_version(kind, live, applied)
            subject = self._admission.changed(kind, live, merged, writing)
        subject["metadata"]["managedFields"] = fields
        if writing.dry_run:
            return subject, live is None
        store = self.store.add if live is None else self.keep
        return store(kind, subject), live is None

    def update(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        edit: Callable[[Object], Object],
        writing: Writing,
    ) -> Object:
        """Store what `edit` makes of the present object."""
        live = self.store.read(kind, namespace, name)
        body = edit(copy_of(live))
        _check_version(kind, live, body)
        subject = self._admission.changed(kind, live, body, writing)
        self._record_fields(kind, live, subject, writing.manager)
        if writing.dry_run:
            return subject
        return self._deleting.keep(kind, subject)

    def delete(
        self, kind: Kind, namespace: str, name: str, options: Deletion | None = None
    ) -> Object:
        """Delete an object, or mark it when something has to be done before it can go."""
        return self._deleting.delete(kind, namespace, name, options or Deletion())

    def keep(self, kind: Kind, subject: Object) -> Object:
        """Store an object that a controller changed; it goes when nothing holds it any more."""
        return self._deleting.keep(kind, subject)

    def finalize_namespace(self, name: str, finalizers: list[str]) -> Object:
        """Leave a namespace these finalizers of its own; without any a deleted one goes."""
        changed = copy_of(self.store.read(NAMESPACE, "", name))
        changed["spec"] = {"finalizers": finalizers} if finalizers else {}
        return self._deleting.keep(NAMESPACE, changed)

    def _record_fields(
        self, kind: Kind, live: Object, subject: Object, manager: Manager | None
    ) -> None:
        """Keep managedFields; a client that sends an empty list takes the record away."""
        metadata = subject["metadata"]
        cleared = "managedFields" not in metadata and "managedFields" in live["metadata"]
        if manager is not None and _differs(live, subject):
            record_update(kind, live, subject, manager, self.now())
        elif not cleared and "managedFields" in live["metadata"]:
            record_owners(subject, owners_of(live))


def _differs(live: Object, subject: Object) -> bool:
    return _without_bookkeeping(live) != _without_bookkeeping(subject)


def _without_bookkeeping(subject: Object) -> Object:
    ignored = ("managedFields", "resourceVersion")
    kept = {key: value for key, value in subject["metadata"].items() if key not in ignored}
    return subject | {"metadata": kept}


def _check_version(kind: Kind, live: Object, body: Object) -> None:
    wanted = (body.get("metadata") or {}).get("resourceVersion")
    if wanted and wanted != live["metadata"]["resourceVersion"]:
        raise errors.modified(kind, live["metadata"]["name"])

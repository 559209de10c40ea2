"""The verbs of the API server on the store: admission, defaults, ownership, deletion."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.clock import Clock
from simulator.kubernetes import defaults, errors, validation
from simulator.kubernetes.apply import Manager, apply, owners_of, record_owners, record_update
from simulator.kubernetes.kinds import NAMESPACE, NODE, POD, SERVICE, Kind, Object
from simulator.kubernetes.service_addresses import ServiceAddresses
from simulator.kubernetes.store import Store, copy_of
from simulator.kubernetes.times import stamp

_WITHOUT_GENERATION = frozenset({"Event", "Service", "Namespace", "Node", "EndpointSlice"})


@dataclass(frozen=True, slots=True)
class Deletion:
    """The DeleteOptions of one request."""

    propagation: str = "Background"
    grace_period_seconds: int | None = None
    uid: str | None = None
    resource_version: str | None = None


class Registry:
    """Creates, changes and deletes objects as the API server does."""

    def __init__(self, store: Store, clock: Clock, service_addresses: ServiceAddresses) -> None:
        self.store = store
        self._clock = clock
        self._service_addresses = service_addresses
        self._generated = 0

    def now(self) -> str:
        """The present moment as object metadata writes it."""
        return stamp(self._clock.now())

    def create(
        self,
        kind: Kind,
        namespace: str,
        body: Object,
        manager: Manager | None = None,
        dry_run: bool = False,
    ) -> Object:
        subject = copy_of(body)
        self._admit_new(kind, namespace, subject)
        if manager is not None:
            record_update(kind, None, subject, manager, self.now())
        return subject if dry_run else self.store.add(kind, subject)

    def apply(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        body: Object,
        manager: Manager,
        force: bool,
        dry_run: bool = False,
    ) -> tuple[Object, bool]:
        """Server-side apply; the second value tells whether the object is new."""
        live = self.store.get(kind, namespace, name)
        if live is not None:
            _check_version(kind, live, body)
        applied = copy_of(body)
        applied["metadata"] = {**(applied.get("metadata") or {}), "name": name}
        merged = apply(kind, live, applied, manager, force, self.now())
        if live is None:
            fields = merged["metadata"].pop("managedFields")
            self._admit_new(kind, namespace, merged)
            merged["metadata"]["managedFields"] = fields
            return (merged if dry_run else self.store.add(kind, merged)), True
        self._admit_change(kind, live, merged, manager.subresource)
        return (merged if dry_run else self.store.replace(kind, merged)), False

    def update(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        edit: Callable[[Object], Object],
        manager: Manager,
        dry_run: bool = False,
    ) -> Object:
        """Store what `edit` makes of the present object."""
        live = self.store.read(kind, namespace, name)
        subject = edit(copy_of(live))
        _check_version(kind, live, subject)
        self._admit_change(kind, live, subject, manager.subresource)
        managed = (subject["metadata"].get("managedFields"), live["metadata"].get("managedFields"))
        if managed[0] == []:
            subject["metadata"].pop("managedFields")
        elif _differs(live, subject):
            record_update(kind, live, subject, manager, self.now())
        else:
            record_owners(subject, owners_of(live))
            if managed[1] is None:
                subject["metadata"].pop("managedFields")
        if dry_run:
            return subject
        stored = self.store.replace(kind, subject)
        return self._finish_deletion(kind, stored)

    def delete(
        self, kind: Kind, namespace: str, name: str, options: Deletion, dry_run: bool = False
    ) -> Object:
        """Delete an object, or mark it when something has to be done before it can go."""
        live = self.store.read(kind, namespace, name)
        _check_preconditions(kind, live, options)
        if dry_run:
            return live
        if kind is NAMESPACE:
            return self._terminate_namespace(live)
        finalizers = list(live["metadata"].get("finalizers") or [])
        if options.propagation in ("Foreground", "Orphan"):
            finalizers.append(_PROPAGATION_FINALIZERS[options.propagation])
        grace = self._grace_period(kind, live, options)
        if not finalizers and not grace:
            return self.store.remove(kind, namespace, name) or live
        return self._mark_deleted(kind, live, finalizers, grace)

    def _grace_period(self, kind: Kind, live: Object, options: Deletion) -> int:
        if kind is not POD or not live["spec"].get("nodeName"):
            return 0
        if live["status"].get("phase") in ("Succeeded", "Failed"):
            return 0
        if options.grace_period_seconds is not None:
            return options.grace_period_seconds
        return live["spec"].get("terminationGracePeriodSeconds", 30)

    def _mark_deleted(self, kind: Kind, live: Object, finalizers: list[str], grace: int) -> Object:
        subject = copy_of(live)
        metadata = subject["metadata"]
        metadata.setdefault("deletionTimestamp", self.now())
        metadata["deletionGracePeriodSeconds"] = grace
        if finalizers:
            metadata["finalizers"] = list(dict.fromkeys(finalizers))
        if "generation" in metadata and "deletionTimestamp" not in live["metadata"]:
            metadata["generation"] += 1
        return self.store.replace(kind, subject)

    def _terminate_namespace(self, live: Object) -> Object:
        name = live["metadata"]["name"]
        if name in validation.PROTECTED_NAMESPACES:
            raise errors.ApiError(
                403,
                "Forbidden",
                f'namespaces "{name}" is forbidden: this namespace may not be deleted',
                {"name": name, "kind": "namespaces"},
            )
        subject = copy_of(live)
        subject["metadata"].setdefault("deletionTimestamp", self.now())
        subject["status"] = {**(subject.get("status") or {}), "phase": "Terminating"}
        return self.store.replace(NAMESPACE, subject)

    def _finish_deletion(self, kind: Kind, stored: Object) -> Object:
        metadata = stored["metadata"]
        waits = metadata.get("finalizers") or metadata.get("deletionGracePeriodSeconds")
        pending_namespace = kind is NAMESPACE and (stored.get("spec") or {}).get("finalizers")
        if metadata.get("deletionTimestamp") and not waits and not pending_namespace:
            self.store.remove(kind, metadata.get("namespace", ""), metadata["name"])
        return stored

    def _admit_new(self, kind: Kind, namespace: str, subject: Object) -> None:
        self._check_namespace(kind, namespace, subject)
        self._complete_metadata(kind, namespace, subject)
        name = subject["metadata"].get("name", "")
        if kind is not NODE and kind.subresources:
            subject.pop("status", None)
        validation.check_shape(kind, subject)
        defaults.fill_in(kind, subject)
        failures = validation.of_new(kind, subject)
        if failures:
            raise errors.invalid_object(kind, name, failures)
        if self.store.get(kind, namespace, name) is not None:
            raise errors.already_exists(kind, name)
        if kind is SERVICE:
            self._service_addresses.assign(subject)

    def _complete_metadata(self, kind: Kind, namespace: str, subject: Object) -> None:
        subject.update({"apiVersion": kind.api_version, "kind": kind.kind})
        metadata = subject.setdefault("metadata", {})
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = metadata["generateName"] + self._suffix(metadata["generateName"])
        for field in ("resourceVersion", "selfLink", "deletionTimestamp"):
            metadata.pop(field, None)
        metadata["uid"] = str(uuid.uuid4())
        metadata["creationTimestamp"] = self.now()
        if kind.namespaced:
            metadata["namespace"] = namespace
        if kind.kind not in _WITHOUT_GENERATION:
            metadata["generation"] = 1

    def _check_namespace(self, kind: Kind, namespace: str, subject: Object) -> None:
        if not kind.namespaced:
            return
        present = self.store.get(NAMESPACE, "", namespace)
        if present is None:
            raise errors.not_found(NAMESPACE, namespace)
        if present["metadata"].get("deletionTimestamp") and kind.kind != "Event":
            name = (subject.get("metadata") or {}).get("name", "")
            raise errors.forbidden_in_terminating_namespace(kind, name, namespace)

    def _admit_change(self, kind: Kind, live: Object, subject: Object, subresource: str) -> None:
        metadata = subject.setdefault("metadata", {})
        for field in _KEPT_METADATA:
            if field in live["metadata"]:
                metadata[field] = live["metadata"][field]
            else:
                metadata.pop(field, None)
        subject.update({"apiVersion": kind.api_version, "kind": kind.kind})
        _keep_other_half(kind, live, subject, subresource)
        validation.check_shape(kind, subject)
        defaults.fill_in(kind, subject)
        if kind is SERVICE:
            self._service_addresses.keep(live, subject)
        failures = validation.of_change(kind, live, subject)
        if failures:
            raise errors.invalid_object(kind, metadata["name"], failures)
        if "generation" in metadata and subject.get("spec") != live.get("spec"):
            metadata["generation"] += 1

    def _suffix(self, prefix: str) -> str:
        """Five letters as generateName adds them, the same in every run of a simulation."""
        self._generated += 1
        digest = uuid.uuid5(uuid.NAMESPACE_OID, f"{prefix}{self._generated}").int
        letters = "bcdfghjklmnpqrstvwxz2456789"
        return "".join(
            letters[(digest // len(letters) ** each) % len(letters)] for each in range(5)
        )


_KEPT_METADATA = (
    "name",
    "namespace",
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "generateName",
)

_PROPAGATION_FINALIZERS = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}


def _differs(live: Object, subject: Object) -> bool:
    return _without_bookkeeping(live) != _without_bookkeeping(subject)


def _without_bookkeeping(subject: Object) -> Object:
    ignored = ("managedFields", "resourceVersion")
    kept = {key: value for key, value in subject["metadata"].items() if key not in ignored}
    return subject | {"metadata": kept}


def _keep_other_half(kind: Kind, live: Object, subject: Object, subresource: str) -> None:
    """A status request changes only the status, any other request all but the status."""
    if subresource == "status":
        for key in [each for each in subject if each not in ("status", "metadata")]:
            subject.pop(key)
        subject.update(
            {key: value for key, value in live.items() if key not in ("status", "metadata")}
        )
    elif "status" in kind.subresources:
        subject.pop("status", None)
        if "status" in live:
            subject["status"] = live["status"]


def _check_version(kind: Kind, live: Object, body: Object) -> None:
    wanted = (body.get("metadata") or {}).get("resourceVersion")
    if wanted and wanted != live["metadata"]["resourceVersion"]:
        raise errors.modified(kind, live["metadata"]["name"])


def _check_preconditions(kind: Kind, live: Object, options: Deletion) -> None:
    metadata: dict[str, Any] = live["metadata"]
    wanted = (
        ("UID", options.uid, "uid"),
        ("ResourceVersion", options.resource_version, "resourceVersion"),
    )
    for label, value, field in wanted:
        if value is not None and value != metadata[field]:
            detail = (
                f"Precondition failed: {label} in precondition: {value},"
                f" {label} in object meta: {metadata[field]}"
            )
            raise errors.conflict(kind, metadata["name"], detail)

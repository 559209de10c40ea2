"""What happens to an object before it is stored: decoding, metadata, defaults, validation."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from emulators.azure.kubernetes import defaults, errors, image_volumes, validation
from emulators.azure.kubernetes.apply import Manager
from emulators.azure.kubernetes.faults import Denial
from emulators.azure.kubernetes.kinds import NAMESPACE, NODE, SERVICE, Kind, Object
from emulators.azure.kubernetes.service_addresses import ServiceAddresses
from emulators.azure.kubernetes.store import Store
from emulators.azure.kubernetes.validation import decoding

_WITHOUT_GENERATION = frozenset(
    {
        "ConfigMap",
        "EndpointSlice",
        "Event",
        "Namespace",
        "Node",
        "Secret",
        "Service",
        "ServiceAccount",
    }
)
_NAME_LETTERS = "bcdfghjklmnpqrstvwxz2456789"

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


@dataclass(slots=True)
class Writing:
    """Who writes and how: `warnings` collects what the answer's Warning headers say."""

    manager: Manager | None = None
    dry_run: bool = False
    strictness: str = "Ignore"
    warnings: list[str] = field(default_factory=list[str])

    @property
    def subresource(self) -> str:
        return self.manager.subresource if self.manager else ""


class Admission:
    """Completes objects and refuses what is invalid."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], str],
        service_addresses: ServiceAddresses,
        denials: Iterable[Denial],
        has_image_volumes: bool,
    ) -> None:
        """`denials`: looked at with each request, so that they may come and go."""
        self._denials = denials
        self._has_image_volumes = has_image_volumes
        self._store = store
        self._now = now
        self._service_addresses = service_addresses
        self._generated = 0

    def new(self, kind: Kind, namespace: str, body: Object, writing: Writing) -> Object:
        """The object that is stored for a new manifest."""
        subject = self._decoded(kind, body, writing)
        subject.setdefault("metadata", {})
        self._complete_metadata(kind, namespace, subject)
        self._check_namespace(kind, namespace, subject)
        self._check_denials(kind, namespace)
        if kind is not NODE and kind.subresources:
            subject.pop("status", None)
        self._fill_in(kind, subject, None)
        name = subject["metadata"].get("name", "")
        failures = validation.of_new(kind, subject)
        if failures:
            raise errors.invalid_object(kind, name, failures)
        present = self._store.get(kind, namespace, name)
        if present is not None:
            raise errors.already_exists(kind, name, "deletionTimestamp" in present["metadata"])
        if kind is SERVICE:
            self._service_addresses.assign(subject)
        return subject

    def changed(self, kind: Kind, live: Object, body: Object, writing: Writing) -> Object:
        """The object that is stored for a changed manifest."""
        subject = self._decoded(kind, body, writing)
        if not writing.subresource:
            self._check_denials(kind, live["metadata"].get("namespace", ""))
        metadata = subject.setdefault("metadata", {})
        asked = dict(metadata)
        for name in _KEPT_METADATA:
            if name in live["metadata"]:
                metadata[name] = live["metadata"][name]
            else:
                metadata.pop(name, None)
        subject = _with_other_half(kind, live, subject, writing.subresource)
        self._fill_in(kind, subject, live)
        if kind is SERVICE:
            self._service_addresses.keep(live, subject)
        failures = validation.of_change(kind, live, subject, asked)
        if failures:
            raise errors.invalid_object(kind, metadata["name"], failures)
        if "generation" in metadata and subject.get("spec") != live.get("spec"):
            metadata["generation"] += 1
        return subject

    def _fill_in(self, kind: Kind, subject: Object, live: Object | None) -> None:
        defaults.fill_in(kind, subject)
        if not self._has_image_volumes:
            image_volumes.drop(kind, subject, live)

    def _decoded(self, kind: Kind, body: Object, writing: Writing) -> Object:
        decoded = decoding.decode(kind, body)
        if decoded.unknown and writing.strictness == "Strict":
            raise decoding.strict_error(kind, decoded.unknown)
        if writing.strictness == "Warn":
            writing.warnings += [f'unknown field "{each}"' for each in sorted(decoded.unknown)]
        decoded.object.update({"apiVersion": kind.api_version, "kind": kind.kind})
        return decoded.object

    def _complete_metadata(self, kind: Kind, namespace: str, subject: Object) -> None:
        metadata = subject["metadata"]
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = metadata["generateName"] + self._suffix(metadata["generateName"])
        for name in ("resourceVersion", "selfLink", "deletionTimestamp"):
            metadata.pop(name, None)
        metadata["uid"] = str(uuid.uuid4())
        metadata["creationTimestamp"] = self._now()
        if kind.namespaced:
            metadata["namespace"] = namespace
        if kind.kind not in _WITHOUT_GENERATION:
            metadata["generation"] = 1

    def _check_namespace(self, kind: Kind, namespace: str, subject: Object) -> None:
        if not kind.namespaced:
            return
        present = self._store.get(NAMESPACE, "", namespace)
        if present is None:
            raise errors.not_found(NAMESPACE, namespace)
        if present["metadata"].get("deletionTimestamp") and kind.kind != "Event":
            name = subject["metadata"].get("name", "")
            raise errors.forbidden_in_terminating_namespace(kind, name, namespace)

    def _check_denials(self, kind: Kind, namespace: str) -> None:
        for denial in self._denials:
            if denial.applies_to(kind.kind, namespace):
                raise errors.denied(denial.webhook, denial.code, denial.message)

    def _suffix(self, prefix: str) -> str:
        """Five letters as generateName adds them, the same in every run of a simulation."""
        self._generated += 1
        number = uuid.uuid5(uuid.NAMESPACE_OID, f"{prefix}{self._generated}").int
        size = len(_NAME_LETTERS)
        return "".join(_NAME_LETTERS[(number // size**each) % size] for each in range(5))


def _with_other_half(kind: Kind, live: Object, subject: Object, subresource: str) -> Object:
    """A status request changes only the status, any other request all but the status."""
    if subresource == "status":
        kept = {key: value for key, value in live.items() if key != "metadata"}
        return kept | {"metadata": subject["metadata"], "status": subject.get("status", {})}
    if "status" in kind.subresources:
        subject.pop("status", None)
        if "status" in live:
            subject["status"] = live["status"]
    return subject

"""Names, labels and annotations of any object."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from emulators.azure.kubernetes.errors import FieldError, invalid, required
from emulators.azure.kubernetes.kinds import EVENT, NAMESPACE, SERVICE, Kind, Object
from emulators.azure.kubernetes.validation import formats, go_values


def check(kind: Kind, subject: Object) -> list[FieldError]:
    metadata = subject["metadata"]
    return [
        *_check_generate_name(kind, metadata.get("generateName") or ""),
        *_check_name(kind, metadata.get("name") or ""),
        *check_labels(metadata.get("labels"), "metadata.labels"),
        *_check_annotations(metadata.get("annotations")),
        *_check_owners(metadata.get("ownerReferences") or []),
        *_check_finalizers(metadata.get("finalizers") or []),
    ]


def _check_generate_name(kind: Kind, prefix: str) -> list[FieldError]:
    """A prefix may end with a dash, as names may not."""
    if not prefix:
        return []
    name = f"{prefix[:-1]}a" if prefix.endswith("-") else prefix
    check_value = _NAME_FORMATS.get(kind, formats.dns_subdomain)
    found = check_value(name)
    return [invalid("metadata.generateName", go_values.text(prefix), each) for each in found]


def _check_owners(references: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    fields = (("apiVersion", "version"), ("kind", "kind"), ("name", "name"), ("uid", "uid"))
    return [
        invalid(f"metadata.ownerReferences.{field}", '""', f"{word} must not be empty")
        for reference in references
        for field, word in fields
        if not reference.get(field)
    ]


_STANDARD_FINALIZERS = ("orphan", "foregroundDeletion", "kubernetes")


def _check_finalizers(finalizers: Sequence[str]) -> list[FieldError]:
    found: list[FieldError] = []
    for index, name in enumerate(finalizers):
        found += check_format("metadata.finalizers", name, formats.qualified_name)
        found += _check_standard(name, f"metadata.finalizers[{index}]")
    return found


def check_namespace(namespace: Object) -> list[FieldError]:
    found: list[FieldError] = []
    for name in (namespace.get("spec") or {}).get("finalizers") or []:
        found += check_format("spec.finalizers", name, formats.qualified_name)
        found += _check_standard(name, "spec.finalizers")
    return found


def _check_standard(finalizer: str, field: str) -> list[FieldError]:
    if "/" in finalizer or finalizer in _STANDARD_FINALIZERS:
        return []
    detail = "name is neither a standard finalizer name nor is it fully qualified"
    return [invalid(field, go_values.text(finalizer), detail)]


def _check_name(kind: Kind, name: str) -> list[FieldError]:
    if not name:
        return [required("metadata.name", "name or generateName is required")]
    return check_format("metadata.name", name, _NAME_FORMATS.get(kind, formats.dns_subdomain))


_NAME_FORMATS: Mapping[Kind, Callable[[str], list[str]]] = {
    NAMESPACE: formats.dns_label,
    SERVICE: formats.dns_1035_label,
    EVENT: formats.dns_subdomain,
}


def check_format(
    field: str, value: str, check_value: Callable[[str], list[str]]
) -> list[FieldError]:
    return [invalid(field, go_values.text(value), each) for each in check_value(value)]


def check_labels(labels: Mapping[str, str] | None, field: str) -> list[FieldError]:
    found: list[FieldError] = []
    for key, value in (labels or {}).items():
        found += check_format(field, key, formats.qualified_name)
        found += check_format(field, value, formats.label_value)
    return found


def _check_annotations(annotations: Mapping[str, str] | None) -> list[FieldError]:
    found: list[FieldError] = []
    for key in annotations or {}:
        found += check_format("metadata.annotations", key.lower(), formats.qualified_name)
    return found


def check_at_least(field: str, value: Any, least: int) -> list[FieldError]:
    if not isinstance(value, int) or value >= least:
        return []
    return [invalid(field, str(value), f"must be greater than or equal to {least}")]

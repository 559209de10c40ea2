"""Where a container's variable takes its value from."""

from collections.abc import Iterator, Mapping
from typing import Any

from emulators.azure.kubernetes.errors import FieldError, invalid, required
from emulators.azure.kubernetes.validation import formats
from emulators.azure.kubernetes.validation.metadata import check_format

_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef")


def check_source(variable: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    source = variable["valueFrom"]
    present = [each for each in _SOURCES if each in source]
    if not present:
        listed = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
        yield invalid(field, '""', f"must specify one of: {listed}")
    elif variable.get("value"):
        yield invalid(field, '""', "may not be specified when `value` is not empty")
    elif len(present) > 1:
        yield invalid(field, '""', "may not have more than one field specified at a time")
    for name in ("configMapKeyRef", "secretKeyRef"):
        if name in source:
            yield from _check_key(source[name], f"{field}.{name}")


def _check_key(reference: Mapping[str, Any], field: str) -> Iterator[FieldError]:
    yield from check_format(f"{field}.name", reference.get("name", ""), formats.dns_subdomain)
    if not reference.get("key"):
        yield required(f"{field}.key")
    else:
        yield from check_format(f"{field}.key", reference["key"], formats.config_key)

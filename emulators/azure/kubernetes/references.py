"""Variables of a container that take their values from Secrets and ConfigMaps."""

import base64
from collections.abc import Mapping
from typing import Any

from emulators.azure.kubernetes.kinds import CONFIG_MAP, SECRET, Kind
from emulators.azure.kubernetes.store import Store


class NotConfigured(Exception):
    """What a variable refers to is not there, in the kubelet's words."""


def resolve_references(
    store: Store, namespace: str, container: Mapping[str, Any]
) -> dict[str, str]:
    """By the names of the variables. Raises NotConfigured."""
    found: dict[str, str] = {}
    for each in container.get("env") or []:
        source = each.get("valueFrom") or {}
        for field, kind in (("secretKeyRef", SECRET), ("configMapKeyRef", CONFIG_MAP)):
            value = _read(store, kind, namespace, source[field]) if field in source else None
            if value is not None:
                found[each["name"]] = value
    return found


def _read(store: Store, kind: Kind, namespace: str, reference: Mapping[str, Any]) -> str | None:
    """None for what is optional and not there."""
    name, key = reference.get("name", ""), reference["key"]
    subject = store.get(kind, namespace, name)
    value = ((subject or {}).get("data") or {}).get(key)
    if value is None and reference.get("optional"):
        return None
    if subject is None:
        raise NotConfigured(f'{kind.singular} "{name}" not found')
    if value is None:
        raise NotConfigured(f"couldn't find key {key} in {kind.kind} {namespace}/{name}")
    return base64.b64decode(value).decode() if kind is SECRET else value

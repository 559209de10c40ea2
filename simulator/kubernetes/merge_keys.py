"""Which lists and maps of the served kinds merge, and by which key."""

from collections.abc import Mapping
from typing import Any

_ITEM_KEYS: Mapping[str, tuple[str, ...]] = {
    "addresses": ("type",),
    "conditions": ("type",),
    "containers": ("name",),
    "endpoints": (),
    "env": ("name",),
    "ephemeralContainers": ("name",),
    "hostAliases": ("ip",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "ownerReferences": ("uid",),
    "resourceClaims": ("name",),
    "secrets": ("name",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "volumeDevices": ("devicePath",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}

_ATOMIC_MAPS = frozenset(
    {
        "nodeSelector",
        "labelSelector",
        "selector",
        "resourceFieldRef",
        "fieldRef",
        "secretKeyRef",
        "configMapKeyRef",
        "secretRef",
        "configMapRef",
    }
)

_SETS = frozenset({"finalizers"})

_KEY_DEFAULTS: Mapping[str, Any] = {"protocol": "TCP"}


def item_keys(field: str, items: list[Any]) -> tuple[str, ...]:
    """The keys by which server-side apply tells items apart; empty for a list that is replaced."""
    if not items or not all(isinstance(each, dict) for each in items):
        return ()
    if field == "ports":
        by_container = any("containerPort" in each for each in items)
        return ("containerPort", "protocol") if by_container else ("port", "protocol")
    return _ITEM_KEYS.get(field, ())


def patch_key(field: str, items: list[Any]) -> str | None:
    """The one key that a strategic merge patch goes by, which is the first of those."""
    keys = item_keys(field, items)
    return keys[0] if keys else None


def is_set(field: str) -> bool:
    return field in _SETS


def is_atomic_map(field: str) -> bool:
    return field in _ATOMIC_MAPS


def item_key(item: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """The item's own key values, with the defaults that the API server would fill in."""
    return {
        key: item.get(key, _KEY_DEFAULTS.get(key))
        for key in sorted(keys)
        if key in item or key in _KEY_DEFAULTS
    }

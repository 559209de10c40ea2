"""Merges the desired body of a resource with the existing resource, and compares the two.

A PUT removes whatever its body omits, so settings made by policies and operators, which no
specification contains, are restated.
"""

from collections.abc import Mapping, Sequence, Set
from typing import Any, cast

from domain.arm.agent_pool import READ_ONLY_POOL_PROPERTIES, is_stopped, must_be_replaced
from domain.arm.resource_tags import overlay_tags

READ_ONLY_CLUSTER_PROPERTIES = frozenset(
    {
        "azurePortalFQDN",
        "currentKubernetesVersion",
        "fqdn",
        "maxAgentPools",
        "powerState",
        "privateFQDN",
        "provisioningState",
        "resourceUID",
    }
)

NOT_CURRENT_STATES = frozenset({"failed", "canceled", "deleting"})


def merge_tags(body: dict[str, Any], existing: Mapping[str, Any] | None) -> dict[str, Any]:
    """The body with the existing tags beside its own."""
    if not existing or "tags" not in body:
        return body
    return {**body, "tags": overlay_tags(as_mapping(existing.get("tags")), body["tags"])}


def merge_cluster(body: dict[str, Any], existing: Mapping[str, Any]) -> dict[str, Any]:
    """The body with those existing settings and pools that it does not specify.

    A pool that is missing is created by a request of its own: AKS refuses it here.
    """
    properties = without(READ_ONLY_CLUSTER_PROPERTIES, as_mapping(existing.get("properties")))
    pools = _pools(properties)
    ours = [merge_pool(pool, pools[name]) for name, pool in _pools(body).items() if name in pools]
    names = {pool["name"] for pool in ours}
    others = [dict(pool) for name, pool in pools.items() if name not in names]
    identity = restate_identity(as_mapping(existing.get("identity")))
    return {
        **merge_tags(body, existing),
        **({"identity": identity} if identity else {}),
        "properties": {
            **merge_settings(properties, body["properties"]),
            **_unite_ranges(properties, body["properties"]),
            "agentPoolProfiles": [*ours, *others],
        },
    }


def _unite_ranges(existing: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Ranges that operators have authorized stay: they need the API server as well."""
    profile = as_mapping(wanted.get("apiServerAccessProfile"))
    if not profile:
        return {}
    found = as_mapping(existing.get("apiServerAccessProfile"))
    ranges = dict.fromkeys(
        [*as_sequence(found.get("authorizedIPRanges")), *profile["authorizedIPRanges"]]
    )
    return {"apiServerAccessProfile": {**found, **profile, "authorizedIPRanges": list(ranges)}}


def merge_pool(pool: Mapping[str, Any], existing: Mapping[str, Any]) -> dict[str, Any]:
    """The existing pool with what is wanted; one that must be replaced stays as it is."""
    kept = without(READ_ONLY_POOL_PROPERTIES, existing)
    if existing and must_be_replaced(existing, pool):
        return kept
    merged = merge_settings(kept, pool)
    merged |= {"tags": overlay_tags(as_mapping(existing.get("tags")), pool["tags"])}
    if merged.get("enableAutoScaling") and existing:
        merged["count"] = count_within_limits(existing, merged)
    if is_stopped(existing):
        merged["powerState"] = {"code": "Running"}
    return merged


def restate_identity(identity: Mapping[str, Any]) -> dict[str, Any]:
    """The managed identity that a resource has, which operators may have chosen themselves."""
    assigned = as_mapping(identity.get("userAssignedIdentities"))
    restated: dict[str, Any] = {"type": identity["type"]} if identity.get("type") else {}
    if assigned:
        restated["userAssignedIdentities"] = {identity_id: {} for identity_id in assigned}
    return restated


def count_within_limits(existing: Mapping[str, Any], merged: Mapping[str, Any]) -> int:
    """Node count of an autoscaled pool: the existing one, clamped to the limits in `merged`.

    It stays as it is if the autoscaler has to be switched on: AKS refuses both changes in one
    request.
    """
    count = int(existing.get("count") or 0)
    if not existing.get("enableAutoScaling"):
        return count
    return min(max(count, merged.get("minCount") or 0), merged.get("maxCount") or count)


def merge_settings(existing: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Everything wanted, and existing values for whatever is not."""
    merged = {**existing, **wanted}
    for key, value in wanted.items():
        if isinstance(value, dict) and isinstance(existing.get(key), dict):
            merged[key] = merge_settings(existing[key], cast("dict[str, Any]", value))
    return merged


def without(names: Set[str], properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in names}


def is_cluster_current(existing: dict[str, Any], body: dict[str, Any]) -> bool:
    """Whether the cluster already has, or is acquiring, everything in the body."""
    properties = as_mapping(existing.get("properties"))
    return not is_stopped(properties) and _is_settled(properties) and _is_met(existing, body)


def is_pool_current(existing: dict[str, Any], body: dict[str, Any]) -> bool:
    """Whether the pool already has, or is acquiring, everything in the body."""
    properties, wanted = as_mapping(existing.get("properties")), body["properties"]
    return _is_settled(properties) and _is_met(properties, _without_autoscaled_count(wanted))


def is_part_current(existing: dict[str, Any], body: dict[str, Any]) -> bool:
    """Whether a part of a cluster that has no operations already has everything in the body."""
    return _is_met(existing.get("properties"), body["properties"])


def _is_settled(properties: Mapping[str, Any]) -> bool:
    return str(properties.get("provisioningState", "")).lower() not in NOT_CURRENT_STATES


def _is_met(actual: object, wanted: object) -> bool:
    """Whether everything wanted is present; properties that AKS adds are ignored."""
    if isinstance(wanted, dict):
        found = as_mapping(actual)
        return all(
            _are_pools_met(found.get(key), value)
            if key == "agentPoolProfiles"
            else _is_met(found.get(key), value)
            for key, value in cast("dict[str, object]", wanted).items()
        )
    if isinstance(wanted, list):
        present = as_sequence(actual)
        items = cast("list[object]", wanted)
        return all(any(_is_met(item, want) for item in present) for want in items)
    if isinstance(wanted, str):
        return isinstance(actual, str) and actual.lower() == wanted.lower()
    # Responses may omit properties that are false or zero.
    return actual == wanted or (not wanted and actual is None)


def _are_pools_met(actual: object, wanted: object) -> bool:
    pools = _pools({"agentPoolProfiles": actual})
    return all(
        _is_met(pools.get(name), _without_autoscaled_count(pool))
        for name, pool in _pools({"agentPoolProfiles": wanted}).items()
    )


def _without_autoscaled_count(pool: Mapping[str, Any]) -> dict[str, Any]:
    is_autoscaled = pool.get("enableAutoScaling") is True
    return {key: value for key, value in pool.items() if not (is_autoscaled and key == "count")}


def _pools(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    properties = as_mapping(document.get("properties", document))
    pools = [as_mapping(pool) for pool in as_sequence(properties.get("agentPoolProfiles"))]
    return {str(pool.get("name", "")): pool for pool in pools}


def as_mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def as_sequence(value: object) -> Sequence[object]:
    return cast("list[object]", value) if isinstance(value, list) else []

"""What ARM shows of a resource that exists, beside what is wanted: what is kept, what is missing.

A PUT takes away what it does not name. Policies and people switch things on that no specification
knows; they are said again.
"""

from collections.abc import Mapping, Sequence, Set
from typing import Any, cast

from domain.arm import agent_pool as gpu_pools

READ_ONLY = frozenset(
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

ENDED_STATES = frozenset({"failed", "canceled", "deleting"})


def keep_tags(body: dict[str, Any], existing: Mapping[str, Any] | None) -> dict[str, Any]:
    """With the tags of others."""
    if not existing or "tags" not in body:
        return body
    return {**body, "tags": {**_mapping(existing.get("tags")), **body["tags"]}}


def keep_cluster(body: dict[str, Any], existing: Mapping[str, Any]) -> dict[str, Any]:
    properties = _without(READ_ONLY, _mapping(existing.get("properties")))
    pools = _pools(properties)
    ours = [_keep_pool(pool, pools.get(pool["name"], {})) for pool in _pools(body).values()]
    names = {pool["name"] for pool in ours}
    others = [dict(pool) for name, pool in pools.items() if name not in names]
    sku = {"sku": existing["sku"]} if existing.get("sku") else {}
    return {
        **keep_tags(body, existing),
        **sku,
        "properties": {
            **_merge(properties, body["properties"]),
            "agentPoolProfiles": [*ours, *others],
        },
    }


def _keep_pool(pool: Mapping[str, Any], existing: Mapping[str, Any]) -> dict[str, Any]:
    """The count goes along with the limits, and stays where the autoscaler is switched on anew:
    AKS refuses both in one request."""
    merged = _merge(_without(gpu_pools.READ_ONLY, existing), pool)
    if pool.get("enableAutoScaling") and existing:
        count = int(existing.get("count") or 0)
        within = min(max(count, pool["minCount"]), pool["maxCount"])
        merged["count"] = within if existing.get("enableAutoScaling") else count
    return merged


def _merge(existing: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Everything wanted, and what exists beside it."""
    merged = {**existing, **wanted}
    for key, value in wanted.items():
        if isinstance(value, dict) and isinstance(existing.get(key), dict):
            merged[key] = _merge(existing[key], cast("dict[str, Any]", value))
    return merged


def _without(names: Set[str], properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in names}


def is_cluster_current(existing: dict[str, Any], body: dict[str, Any]) -> bool:
    """Whether the cluster already is, or is becoming, what the body asks for."""
    state = str(_mapping(existing.get("properties")).get("provisioningState", ""))
    return state.lower() not in ENDED_STATES and _is_met(existing, body)


def _is_met(actual: object, wanted: object) -> bool:
    """Whether everything wanted is there; what AKS adds of its own does not matter."""
    if isinstance(wanted, dict):
        found = _mapping(actual)
        return all(
            _are_pools_met(found.get(key), value)
            if key == "agentPoolProfiles"
            else _is_met(found.get(key), value)
            for key, value in cast("dict[str, object]", wanted).items()
        )
    if isinstance(wanted, list):
        present = _sequence(actual)
        items = cast("list[object]", wanted)
        return all(any(_is_met(item, want) for item in present) for want in items)
    if isinstance(wanted, str):
        return isinstance(actual, str) and actual.lower() == wanted.lower()
    # What is off or zero may be left out of an answer.
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
    properties = _mapping(document.get("properties", document))
    pools = [_mapping(pool) for pool in _sequence(properties.get("agentPoolProfiles"))]
    return {str(pool.get("name", "")): pool for pool in pools}


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[object]:
    return cast("list[object]", value) if isinstance(value, list) else []

"""Request bodies for agent pools: the existing settings with a change applied."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.mgmt.containerservice.types import ManagedClusterAgentPoolProfileProperties

AUTOSCALER_SETTINGS = frozenset({"minCount", "maxCount"})

READ_ONLY_POOL_PROPERTIES = frozenset(
    {"currentOrchestratorVersion", "eTag", "nodeImageVersion", "provisioningState", "status"}
)

STOPPED = "stopped"
"""Power state of a cluster or pool whose machines are deallocated; AKS keeps its `count`."""


def build_empty_gpu_pool(existing: Mapping[str, Any]) -> dict[str, Any] | None:
    """The pool with the autoscaler off and no nodes; None if it is in that state.

    The autoscaler allows zero nodes but does not enforce them, and while it is on AKS refuses a
    count. A pool that reports zero while it is scaling, or after scaling failed, may have nodes.
    """
    properties: Mapping[str, Any] = existing["properties"]
    is_settled = str(properties.get("provisioningState", "Succeeded")).lower() == "succeeded"
    is_empty = properties.get("count") == 0 and not properties.get("enableAutoScaling")
    if is_empty and is_settled:
        return None
    return build_scaled_pool(existing, 0)


def build_scaled_pool(existing: Mapping[str, Any], count: int) -> dict[str, Any]:
    """The pool with this many nodes and the autoscaler off."""
    return _restate(existing, {"enableAutoScaling": False, "count": count})


def build_autoscaled_pool(
    existing: Mapping[str, Any], min_count: int | None, max_count: int | None
) -> dict[str, Any]:
    """The pool with the autoscaler on and its node count unchanged.

    AKS refuses both in one request: 400, "Cannot manually scale and enable cluster autoscaler in
    the same update operation".
    """
    settings: ManagedClusterAgentPoolProfileProperties = {"enableAutoScaling": True}
    if min_count is not None:
        settings["minCount"] = min_count
    if max_count is not None:
        settings["maxCount"] = max_count
    return _restate(existing, settings)


def is_stopped(properties: Mapping[str, Any]) -> bool:
    """Whether a cluster or pool was stopped, which leaves its provisioning state `Succeeded`."""
    return read_power_state(properties) == STOPPED


def read_power_state(properties: Mapping[str, Any]) -> str:
    """In lower case; empty if AKS has left it out."""
    power: Mapping[str, Any] = properties.get("powerState") or {}
    return str(power.get("code") or "").lower()


def must_be_replaced(existing: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether VM sizes, priorities or wanted zones differ, none of which AKS changes in place."""
    zones = wanted.get("availabilityZones")
    differs_in_zones = zones and set(zones) != set(existing.get("availabilityZones") or ())
    return bool(differs_in_zones) or _identity(existing) != _identity(wanted)


def _identity(properties: Mapping[str, Any]) -> tuple[str, str]:
    priority = properties.get("scaleSetPriority") or "Regular"
    return str(properties.get("vmSize", "")).lower(), str(priority).lower()


def _restate(
    existing: Mapping[str, Any], changes: "ManagedClusterAgentPoolProfileProperties"
) -> dict[str, Any]:
    """A PUT removes whatever its body omits: labels, taints and tags are restated."""
    properties: Mapping[str, Any] = existing["properties"]
    dropped = READ_ONLY_POOL_PROPERTIES | AUTOSCALER_SETTINGS
    kept = {key: value for key, value in properties.items() if key not in dropped}
    return {"properties": {**kept, **changes}}

"""What AKS refuses at once: names, counts, sizes, modes and autoscaler bounds."""

import re
from typing import Any

from emulators.azure.aks import errors
from emulators.azure.aks.pool_bodies import completed_profile, is_spot, is_windows
from emulators.azure.aks.versions import full_version
from emulators.azure.arm.errors import location_not_available, location_required
from emulators.azure.compute.vm_sizes import VmSize, VmSizes
from emulators.azure.regions import REGIONS, normalized_region

CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters"
MAX_POOLS = 100
MAX_NODES = 1000

_CLUSTER_NAME = re.compile(r"[a-zA-Z0-9]([-_a-zA-Z0-9]{0,61}[a-zA-Z0-9])?")
_POOL_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")
_WINDOWS_POOL_NAME = re.compile(r"[a-z][a-z0-9]{0,5}")


def check_cluster(name: str, body: dict[str, Any], sizes: VmSizes) -> str:
    """Check a create request; answers the region in its normal spelling."""
    if not _CLUSTER_NAME.fullmatch(name):
        raise errors.invalid_parameter("name")
    region = checked_region(body)
    properties = body.get("properties")
    if properties is None:
        raise errors.missing_parameter("properties")
    if not properties.get("dnsPrefix") and not properties.get("fqdnSubdomain"):
        raise errors.missing_parameter("dnsPrefix")
    if not _has_identity(body, properties):
        raise errors.missing_parameter("servicePrincipalProfile")
    check_version(properties)
    _check_profiles(properties.get("agentPoolProfiles"), region, sizes)
    return region


def checked_region(body: dict[str, Any]) -> str:
    if not body.get("location"):
        raise location_required()
    region = normalized_region(body["location"])
    if region not in REGIONS:
        raise location_not_available(str(body["location"]), CLUSTER_TYPE, REGIONS)
    return region


def check_version(properties: dict[str, Any], name: str = "kubernetesVersion") -> None:
    version = properties.get(name)
    if version and full_version(str(version)) is None:
        raise errors.version_not_supported(str(version))


def check_pool(name: str, properties: dict[str, Any], region: str, sizes: VmSizes) -> VmSize:
    """Check one pool, be it in a cluster's request or in one of its own."""
    if not (_WINDOWS_POOL_NAME if is_windows(properties) else _POOL_NAME).fullmatch(name):
        raise errors.invalid_parameter("agentPoolProfile.name")
    size = sizes.find(str(properties.get("vmSize")))
    if size is None:
        raise errors.size_not_allowed(str(properties.get("vmSize")), region, sizes.names())
    if str(properties.get("osType") or "linux").lower() not in ("linux", "windows"):
        raise errors.invalid_parameter("agentPoolProfile.osType")
    power = (properties.get("powerState") or {}).get("code")
    if power not in (None, "Running", "Stopped"):
        raise errors.invalid_parameter("agentPoolProfile.powerState.code")
    check_version(properties, "orchestratorVersion")
    _check_count(properties)
    if properties.get("enableAutoScaling"):
        _check_autoscaler(properties)
    if properties.get("mode") == "System":
        _check_system_pool(properties)
    return size


IMMUTABLE_IN_POOL = (
    "vmSize",
    "osType",
    "maxPods",
    "osDiskType",
    "scaleSetPriority",
    "gpuInstanceProfile",
    "gpuProfile",
    "availabilityZones",
)


def check_unchanged(present: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Refuse a change of what a pool keeps for life."""
    for name in IMMUTABLE_IN_POOL:
        if _in_one_case(wanted.get(name)) != _in_one_case(present.get(name)):
            raise errors.change_not_allowed(f"properties.{name}")


def _in_one_case(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _check_profiles(profiles: Any, region: str, sizes: VmSizes) -> None:
    if not profiles:
        raise errors.missing_parameter("agentPoolProfiles")
    if len(profiles) > MAX_POOLS:
        raise errors.out_of_range("agentPoolProfiles", len(profiles), 1, MAX_POOLS)
    names = [str(profile.get("name") or "") for profile in profiles]
    for name, profile in zip(names, profiles, strict=True):
        check_pool(name, completed_profile(profile), region, sizes)
    if len(set(names)) < len(names):
        raise errors.invalid_parameter("agentPoolProfile.name")
    if not any(profile.get("mode") == "System" for profile in profiles):
        raise errors.no_system_pool()


def _check_system_pool(properties: dict[str, Any]) -> None:
    if is_spot(properties):
        raise errors.invalid_parameter("agentPoolProfile.scaleSetPriority")
    if is_windows(properties):
        raise errors.invalid_parameter("agentPoolProfile.osType")


def _check_count(properties: dict[str, Any]) -> None:
    count = properties.get("count")
    if count is None:
        raise errors.missing_parameter("properties.count")
    low = 1 if properties.get("mode") == "System" else 0
    if not low <= count <= MAX_NODES:
        raise errors.out_of_range("agentPoolProfile.count", count, low, MAX_NODES)


def _check_autoscaler(properties: dict[str, Any]) -> None:
    for name in ("minCount", "maxCount"):
        if properties.get(name) is None:
            raise errors.missing_parameter(f"properties.{name}")
    minimum, maximum = properties["minCount"], properties["maxCount"]
    low = 1 if properties.get("mode") == "System" else 0
    if not low <= minimum <= MAX_NODES:
        raise errors.out_of_range("agentPoolProfile.minCount", minimum, low, MAX_NODES)
    if not max(minimum, 1) <= maximum <= MAX_NODES:
        raise errors.out_of_range("agentPoolProfile.maxCount", maximum, minimum, MAX_NODES)
    nvidia = (properties.get("gpuProfile") or {}).get("nvidia") or {}
    if nvidia.get("managementMode") == "Managed":
        raise errors.bad_request(
            "Cluster autoscaler is not supported for an agent pool with "
            "gpuProfile.nvidia.managementMode 'Managed'."
        )


def _has_identity(body: dict[str, Any], properties: dict[str, Any]) -> bool:
    managed = (body.get("identity") or {}).get("type") not in (None, "None")
    return managed or bool(properties.get("servicePrincipalProfile"))

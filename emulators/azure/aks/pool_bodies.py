"""The body of an agent pool: what AKS adds to a request, and what it shows."""

from typing import Any

from emulators.azure.aks.versions import DEFAULT_VERSION, full_version
from emulators.azure.compute.vm_sizes import VmSizes
from emulators.azure.kubernetes.node_pools import NodePool

NODE_IMAGE = "AKSUbuntu-2404gen2containerd-202610.19.0"
DEFAULT_VM_SIZE = "Standard_D4ds_v5"

_SPOT = "kubernetes.azure.com/scalesetpriority"


def given(requested: dict[str, Any]) -> dict[str, Any]:
    """What a request asks for: empty text, as the Azure CLI sends it, asks for nothing."""
    return {name: value for name, value in requested.items() if value not in (None, "")}


def completed_profile(requested: dict[str, Any]) -> dict[str, Any]:
    """A pool in the request for a new cluster, with a size and a count to check."""
    return {"count": 1, "vmSize": DEFAULT_VM_SIZE, **given(requested)}


def pool_properties(requested: dict[str, Any], version: str) -> dict[str, Any]:
    """A new pool's properties: the request on top of what AKS fills in."""
    full = full_version(str(requested.get("orchestratorVersion") or version))
    properties: dict[str, Any] = {
        "vmSize": DEFAULT_VM_SIZE,
        "osDiskSizeGB": 128,
        "osDiskType": "Managed",
        "kubeletDiskType": "OS",
        "maxPods": 250,
        "type": "VirtualMachineScaleSets",
        "scaleDownMode": "Delete",
        "powerState": {"code": "Running"},
        "orchestratorVersion": version,
        "currentOrchestratorVersion": full or full_version(DEFAULT_VERSION),
        "enableNodePublicIP": False,
        "mode": "User",
        "osType": "Linux",
        "osSKU": "Windows2022" if requested.get("osType") == "Windows" else "Ubuntu",
        "nodeImageVersion": NODE_IMAGE,
        "enableFIPS": False,
        "upgradeSettings": {"maxSurge": "10%", "maxUnavailable": "0"},
        "securityProfile": {
            "sshAccess": "LocalUser",
            "enableVTPM": False,
            "enableSecureBoot": False,
        },
    }
    properties.update(given(requested))
    properties["powerState"] = {"code": "Running"}
    properties.pop("provisioningState", None)
    properties.pop("name", None)
    if properties.get("scaleSetPriority") == "Spot":
        _make_spot(properties)
    return properties


def changed_properties(present: dict[str, Any], requested: dict[str, Any]) -> dict[str, Any]:
    """The properties after a PUT: what the request leaves out of the immutable ones stays."""
    merged = dict(present)
    for name in ("nodeLabels", "nodeTaints", "tags", "enableAutoScaling", "minCount", "maxCount"):
        merged.pop(name, None)
    merged.update(given(requested))
    if merged["orchestratorVersion"] != present["orchestratorVersion"]:
        merged["currentOrchestratorVersion"] = full_version(merged["orchestratorVersion"])
    merged["powerState"] = {"code": (merged["powerState"] or {}).get("code") or "Running"}
    merged.pop("provisioningState", None)
    merged.pop("name", None)
    if merged.get("scaleSetPriority") == "Spot":
        _make_spot(merged)
    return merged


def shown_properties(
    properties: dict[str, Any], state: str, etag: str, count: int
) -> dict[str, Any]:
    """The properties as a GET shows them."""
    return {"eTag": etag, **properties, "count": count, "provisioningState": state}


def node_pool(name: str, properties: dict[str, Any], sizes: VmSizes) -> NodePool:
    """What the cluster itself has to know of the pool."""
    size = sizes.find(properties["vmSize"])
    return NodePool(
        name=name,
        mode=properties["mode"],
        vm_size=properties["vmSize"],
        count=properties["count"],
        autoscaling=bool(properties.get("enableAutoScaling")) and not is_stopped(properties),
        min_count=properties.get("minCount") or 0,
        max_count=properties.get("maxCount") or 0,
        labels=dict(properties.get("nodeLabels") or {}),
        taints=tuple(properties.get("nodeTaints") or ()),
        gpus_per_node=size.gpus if size else 0,
        spot=properties.get("scaleSetPriority") == "Spot",
        zones=tuple(properties.get("availabilityZones") or ()),
    )


def is_stopped(properties: dict[str, Any]) -> bool:
    return properties["powerState"]["code"] == "Stopped"


def _make_spot(properties: dict[str, Any]) -> None:
    """AKS labels and taints spot nodes by itself."""
    properties.setdefault("scaleSetEvictionPolicy", "Delete")
    properties.setdefault("spotMaxPrice", -1.0)
    properties["nodeLabels"] = {**(properties.get("nodeLabels") or {}), _SPOT: "spot"}
    taint = f"{_SPOT}=spot:NoSchedule"
    taints = [each for each in properties.get("nodeTaints") or [] if each != taint]
    properties["nodeTaints"] = [*taints, taint]

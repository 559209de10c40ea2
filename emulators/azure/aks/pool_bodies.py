"""The body of an agent pool: what AKS adds to a request, and what it shows."""

from typing import Any

from emulators.azure.aks.versions import DEFAULT_VERSION, full_version
from emulators.azure.compute.vm_sizes import VmSizes
from emulators.azure.kubernetes.node_pools import NodePool

NODE_IMAGE = "AKSUbuntu-2404gen2containerd-202610.19.0"
WINDOWS_IMAGE = "AKSWindows-2022-containerd-20348.4294.261014"
DEFAULT_VM_SIZE = "Standard_D4ds_v5"

Properties = dict[str, Any]

_SPOT = "kubernetes.azure.com/scalesetpriority"
_SPOT_SETTINGS = ("scaleSetPriority", "scaleSetEvictionPolicy", "spotMaxPrice")
_ZERO_IS_NOTHING = ("osDiskSizeGB", "maxPods")
_NOT_SHOWN_EMPTY = ("nodeLabels", "nodeTaints", "nodeInitializationTaints", "tags")
_READ_ONLY = (
    "provisioningState",
    "name",
    "eTag",
    "currentOrchestratorVersion",
    "nodeImageVersion",
)
_REPLACED = (*_NOT_SHOWN_EMPTY, "enableAutoScaling", "minCount", "maxCount", *_SPOT_SETTINGS)

UPGRADES = {"maxSurge": "10%", "maxUnavailable": "0"}
SECURITY = {"sshAccess": "LocalUser", "enableVTPM": False, "enableSecureBoot": False}
_SSH = {"localuser": "LocalUser", "disabled": "Disabled", "entraid": "EntraId"}


def given(requested: Properties) -> Properties:
    """What a request asks for: empty text and some zeros, as the Azure CLI sends, ask nothing."""
    return {
        name: value
        for name, value in requested.items()
        if value not in (None, "") and not (name in _ZERO_IS_NOTHING and value == 0)
    }


def completed_profile(requested: Properties) -> Properties:
    """A pool in the request for a new cluster, with a size and a count to check.

    Only here an empty object of upgrade settings is completed.
    """
    profile = {"count": 1, "vmSize": DEFAULT_VM_SIZE, **given(requested)}
    if profile.get("upgradeSettings") == {}:
        del profile["upgradeSettings"]
    return profile


def pool_properties(
    requested: Properties, version: str, network: Properties, sizes: VmSizes
) -> Properties:
    """A new pool's properties: the request on top of what AKS fills in."""
    full = full_version(str(requested.get("orchestratorVersion") or version))
    windows = is_windows(requested)
    size = sizes.find(str(requested.get("vmSize") or DEFAULT_VM_SIZE))
    properties: Properties = {
        "vmSize": DEFAULT_VM_SIZE,
        "osDiskSizeGB": 128,
        # Recorded of GPU sizes only; which others have room for one was not.
        "osDiskType": "Ephemeral" if size and size.gpus else "Managed",
        "kubeletDiskType": "OS",
        "maxPods": _pods_per_node(network),
        "type": "VirtualMachineScaleSets",
        "scaleDownMode": "Delete",
        "powerState": {"code": "Running"},
        "orchestratorVersion": version,
        "currentOrchestratorVersion": full or full_version(DEFAULT_VERSION),
        "enableNodePublicIP": False,
        "mode": "User",
        "osType": "Linux",
        "osSKU": "Windows2022" if windows else "Ubuntu",
        "nodeImageVersion": WINDOWS_IMAGE if windows else NODE_IMAGE,
        "enableFIPS": False,
        "upgradeSettings": UPGRADES,
        "securityProfile": SECURITY,
        **({"windowsProfile": {}} if windows else {}),
    }
    return {**_completed(properties, given(requested)), "powerState": {"code": "Running"}}


def changed_properties(present: Properties, requested: Properties) -> Properties:
    """The properties after a PUT: what the request leaves out of the immutable ones stays."""
    kept = {name: value for name, value in present.items() if name not in _REPLACED}
    merged = _completed({**kept, "enableAutoScaling": False}, given(requested))
    if merged["orchestratorVersion"] != present["orchestratorVersion"]:
        merged["currentOrchestratorVersion"] = full_version(merged["orchestratorVersion"])
    return merged


def shown_properties(properties: Properties, state: str, count: int) -> Properties:
    """The properties as a GET shows them."""
    return {**properties, "count": count, "provisioningState": state}


def node_pool(name: str, properties: Properties, sizes: VmSizes) -> NodePool:
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
        spot=is_spot(properties),
        zones=tuple(properties.get("availabilityZones") or ()),
    )


def is_stopped(properties: Properties) -> bool:
    return properties["powerState"]["code"] == "Stopped"


def is_spot(properties: Properties) -> bool:
    return properties.get("scaleSetPriority") == "Spot"


def is_windows(properties: Properties) -> bool:
    """Names of operating systems ignore case, and come back as they were sent."""
    return str(properties.get("osType") or "").lower() == "windows"


def _completed(present: Properties, requested: Properties) -> Properties:
    wanted = {name: value for name, value in requested.items() if name not in _READ_ONLY}
    merged = {**present, **wanted}
    merged["powerState"] = {"code": (merged["powerState"] or {}).get("code") or "Running"}
    merged["securityProfile"] = _security({**SECURITY, **present["securityProfile"]}, requested)
    if upgrades := given(requested.get("upgradeSettings") or {}):
        merged["upgradeSettings"] = {**UPGRADES, **present["upgradeSettings"], **upgrades}
    if isinstance(gpus := merged.get("gpuProfile"), dict):
        merged["gpuProfile"] = _gpu_profile(given(gpus))
    if is_spot(merged):
        _make_spot(merged)
    else:
        for name in _SPOT_SETTINGS:
            merged.pop(name, None)
    for name in _NOT_SHOWN_EMPTY:
        if not merged.get(name):
            merged.pop(name, None)
    return merged


def _security(completed: Properties, requested: Properties) -> Properties:
    wanted = given(requested.get("securityProfile") or {})
    if access := wanted.get("sshAccess"):
        wanted["sshAccess"] = _SSH.get(str(access).lower(), access)
    return {**completed, **wanted}


def _gpu_profile(requested: Properties) -> Properties:
    """Without `driver`, which newer api-versions have, the older way to say so is filled in."""
    return requested if "driver" in requested else {"installGPUDriver": True, **requested}


def _pods_per_node(network: Properties) -> int:
    plugin = str(network.get("networkPlugin") or "azure").lower()
    if plugin == "kubenet":
        return 110
    overlay = str(network.get("networkPluginMode") or "").lower() == "overlay"
    return 30 if plugin == "azure" and not overlay else 250


def _make_spot(properties: Properties) -> None:
    """AKS labels and taints spot nodes by itself."""
    properties.setdefault("scaleSetEvictionPolicy", "Delete")
    properties.setdefault("spotMaxPrice", -1.0)
    properties["nodeLabels"] = {**(properties.get("nodeLabels") or {}), _SPOT: "spot"}
    taint = f"{_SPOT}=spot:NoSchedule"
    taints = [each for each in properties.get("nodeTaints") or [] if each != taint]
    properties["nodeTaints"] = [*taints, taint]

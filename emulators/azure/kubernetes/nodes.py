"""Node objects of AKS node pools: names, labels, taints and what they offer."""

import re
import uuid
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from emulators.azure.kubernetes.kinds import NODE, Object
from emulators.azure.kubernetes.node_pools import NodePool

GPU = "nvidia.com/gpu"
NOT_READY_TAINT = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
UNREACHABLE_TAINTS = (
    {"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"},
    {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"},
)
EVICTION_TAINT = {"key": "remediator.kubernetes.azure.com/unschedulable", "effect": "NoSchedule"}
SPOT_TAINT = {
    "key": "kubernetes.azure.com/scalesetpriority",
    "effect": "NoSchedule",
    "value": "spot",
}
MAX_PODS = 110
_INSTANCE_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

_GIB_PER_VCPU = {
    "B": 4.0,
    "D": 4.0,
    "DS": 3.5,
    "E": 8.0,
    "F": 2.0,
    "NC": 9.0,
    "ND": 9.0,
    "NV": 9.0,
}
_V2_VCPUS = {
    "1": 1,
    "2": 2,
    "3": 4,
    "4": 8,
    "5": 16,
    "11": 2,
    "12": 4,
    "13": 8,
    "14": 16,
    "15": 20,
}


@dataclass(frozen=True, slots=True)
class Site:
    """Where nodes are: what their labels say about cluster and region."""

    cluster: str
    region: str
    kubernetes_version: str

    @property
    def pool_suffix(self) -> str:
        """The eight digits in every scale set's name, the same for all pools of a cluster."""
        return str(int(sha256(self.cluster.encode()).hexdigest(), 16))[:8]


@dataclass(frozen=True, slots=True)
class Machine:
    """What a VM size brings."""

    vcpus: int
    memory_gib: int


def machine_of(vm_size: str) -> Machine:
    """Read vCPUs from the name of a VM size, as Azure's naming convention has them."""
    found = re.match(r"(?i)standard_(?P<family>[a-z]+)(?P<number>\d+)(?P<rest>.*)", vm_size)
    if found is None:
        return Machine(4, 16)
    family = found["family"].upper()
    vcpus = int(found["number"])
    if family in ("D", "DS") and found["rest"].lower() in ("_v2", "v2"):
        vcpus = _V2_VCPUS.get(found["number"], vcpus)
        family = "DS"
    return Machine(vcpus, int(vcpus * _GIB_PER_VCPU.get(family, 4.0)))


def scale_set(site: Site, pool: NodePool) -> str:
    return f"aks-{pool.name}-{site.pool_suffix}-vmss"


def node_name(site: Site, pool: NodePool, instance: int) -> str:
    """Instance numbers are six digits in base 36."""
    digits = ""
    for _ in range(6):
        instance, digit = divmod(instance, 36)
        digits = _INSTANCE_DIGITS[digit] + digits
    return scale_set(site, pool) + digits


def _zone_of(site: Site, pool: NodePool, name: str) -> str:
    """Empty for a node outside of zones."""
    if not pool.zones:
        return ""
    return f"{site.region}-{pool.zones[int(name[-6:], 36) % len(pool.zones)]}"


def labels_of(site: Site, pool: NodePool, name: str) -> dict[str, str]:
    """The labels that AKS sets, and those of the pool."""
    zone = _zone_of(site, pool, name)
    labels = {
        "agentpool": pool.name,
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/instance-type": pool.vm_size,
        "beta.kubernetes.io/os": "linux",
        "failure-domain.beta.kubernetes.io/region": site.region,
        "failure-domain.beta.kubernetes.io/zone": zone or "0",
        "kubernetes.azure.com/agentpool": pool.name,
        "kubernetes.azure.com/cluster": site.cluster,
        "kubernetes.azure.com/mode": pool.mode.lower(),
        "kubernetes.azure.com/node-image-version": "AKSUbuntu-2204gen2containerd-202610.12.0",
        "kubernetes.azure.com/os-sku": "Ubuntu",
        "kubernetes.azure.com/role": "agent",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/role": "agent",
        "node-role.kubernetes.io/agent": "",
        "node.kubernetes.io/instance-type": pool.vm_size,
        "storageprofile": "managed",
        "storagetier": "Premium_LRS",
        "topology.disk.csi.azure.com/zone": zone,
        "topology.kubernetes.io/region": site.region,
        "topology.kubernetes.io/zone": zone or "0",
    }
    if pool.gpus_per_node:
        labels |= {"accelerator": "nvidia", "kubernetes.azure.com/accelerator": "nvidia"}
    if pool.spot:
        labels["kubernetes.azure.com/scalesetpriority"] = "spot"
    return labels | dict(pool.labels)


def taints_of(pool: NodePool) -> list[dict[str, str]]:
    """The pool's taints, and the one that AKS puts on every spot node."""
    taints = [_taint(each) for each in pool.taints]
    return [*taints, SPOT_TAINT] if pool.spot and SPOT_TAINT not in taints else taints


def _taint(text: str) -> dict[str, str]:
    condition, _, effect = text.rpartition(":")
    key, _, value = condition.partition("=")
    return {"key": key, "effect": effect} | ({"value": value} if value else {})


def build_node(
    site: Site, pool: NodePool, instance: int, address: str, now: str, ready: bool
) -> Object:
    """A node as it registers: a GPU counts only once a device plugin reported it."""
    name = node_name(site, pool, instance)
    machine = machine_of(pool.vm_size)
    taints = taints_of(pool) if ready else [*taints_of(pool), NOT_READY_TAINT]
    return {
        "apiVersion": NODE.api_version,
        "kind": NODE.kind,
        "metadata": {
            "name": name,
            "uid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{site.cluster}/{name}")),
            "creationTimestamp": now,
            "labels": labels_of(site, pool, name),
            "annotations": {"node.alpha.kubernetes.io/ttl": "0"},
        },
        "spec": {
            "podCIDR": f"10.244.{instance % 256}.0/24",
            "providerID": f"azure:///subscriptions/simulated/virtualMachineScaleSets/"
            f"{scale_set(site, pool)}/virtualMachines/{instance}",
        }
        | ({"taints": taints} if taints else {}),
        "status": {
            "capacity": _capacity(machine),
            "allocatable": _allocatable(machine),
            "conditions": conditions(now, ready),
            "addresses": [
                {"type": "InternalIP", "address": address},
                {"type": "Hostname", "address": name},
            ],
            "nodeInfo": _node_info(site, name),
        },
    }


def template_node(site: Site, pool: NodePool, now: str) -> Object:
    """What the autoscaler expects of the pool's next node, its GPUs included."""
    node = build_node(site, pool, 0, "10.224.0.4", now, ready=True)
    if pool.gpus_per_node:
        for amounts in (node["status"]["capacity"], node["status"]["allocatable"]):
            amounts[GPU] = str(pool.gpus_per_node)
    return node


def _capacity(machine: Machine) -> dict[str, str]:
    return {
        "cpu": str(machine.vcpus),
        "ephemeral-storage": "129886128Ki",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": f"{machine.memory_gib * 1024 * 1024 - 262144}Ki",
        "pods": str(MAX_PODS),
    }


def _allocatable(machine: Machine) -> dict[str, str]:
    """AKS keeps back some cpu that grows with the machine, and 20 MB for each possible pod."""
    kept_back = 100 + max(machine.vcpus - 2, 0) * 20
    memory = machine.memory_gib * 1024 * 1024 - 262144 - (MAX_PODS * 20 + 50) * 1024
    return _capacity(machine) | {
        "cpu": f"{machine.vcpus * 1000 - kept_back}m",
        "ephemeral-storage": "119703055367",
        "memory": f"{max(memory, 1024 * 1024)}Ki",
    }


def _node_info(site: Site, name: str) -> dict[str, str]:
    identity = sha256(name.encode()).hexdigest()
    return {
        "architecture": "amd64",
        "bootID": str(uuid.UUID(identity[:32])),
        "containerRuntimeVersion": "containerd://1.7.28-1",
        "kernelVersion": "5.15.0-1091-azure",
        "kubeProxyVersion": f"v{site.kubernetes_version}",
        "kubeletVersion": f"v{site.kubernetes_version}",
        "machineID": identity[:32],
        "operatingSystem": "linux",
        "osImage": "Ubuntu 22.04.5 LTS",
        "systemUUID": str(uuid.UUID(identity[32:])),
    }


_PRESSURES = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)


def conditions(now: str, ready: bool) -> list[dict[str, Any]]:
    times = {"lastHeartbeatTime": now, "lastTransitionTime": now}
    pressures = [
        {"type": kind, "status": "False", **times, "reason": reason, "message": message}
        for kind, reason, message in _PRESSURES
    ]
    if ready:
        words = ("True", "KubeletReady", "kubelet is posting ready status")
    else:
        words = (
            "False",
            "KubeletNotReady",
            "container runtime network not ready: NetworkReady=false"
            " reason:NetworkPluginNotReady message:Network plugin returns error:"
            " cni plugin not initialized",
        )
    status, reason, message = words
    return [
        *pressures,
        {"type": "Ready", "status": status, **times, "reason": reason, "message": message},
    ]


def is_ready(node: Object) -> bool:
    return any(
        each["type"] == "Ready" and each["status"] == "True"
        for each in node["status"].get("conditions") or []
    )


def is_lost(node: Object) -> bool:
    """Whether its kubelet has reported nothing for so long that the condition is Unknown."""
    return any(
        each["type"] == "Ready" and each["status"] == "Unknown"
        for each in node["status"].get("conditions") or []
    )


def unknown_conditions(present: list[dict[str, Any]], now: str) -> list[dict[str, Any]]:
    return [
        {
            **each,
            "status": "Unknown",
            "lastTransitionTime": now,
            "reason": "NodeStatusUnknown",
            "message": "Kubelet stopped posting node status.",
        }
        for each in present
    ]


def pool_of(node: Object) -> str:
    return node["metadata"].get("labels", {}).get("kubernetes.azure.com/agentpool", "")

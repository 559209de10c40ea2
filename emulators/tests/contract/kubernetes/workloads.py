"""Node pools and manifests that the tests of the Kubernetes API share."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from lightkube import codecs

from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import EVENT, NODE, POD, Object
from emulators.azure.kubernetes.node_pools import NodePool

NAME = "fraud-llm"
NAMESPACE = "inference"
IMAGE = "registry.example.com/llm:1.4.2"
PLUGIN_IMAGE = "nvcr.io/nvidia/k8s-device-plugin:v0.17.4"
DNS_LABEL = "fraud-llm-12ab34cd"
POD_URL = f"/api/v1/namespaces/{NAMESPACE}/pods"
DEPLOYMENT_URL = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{NAME}"

SYSTEM_POOL = NodePool("system", "System", "Standard_D4s_v5", 1)
GPU_POOL = NodePool(
    name="gpu",
    mode="User",
    vm_size="Standard_NC24ads_A100_v4",
    count=0,
    autoscaling=True,
    min_count=0,
    max_count=3,
    labels={"gridplane.io/gpu-pool": "true"},
    taints=("sku=gpu:NoSchedule",),
    gpus_per_node=1,
)

TOLERATIONS = [{"key": "sku", "operator": "Equal", "value": "gpu", "effect": "NoSchedule"}]


def namespace(name: str = NAMESPACE) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def device_plugin() -> Object:
    labels = {"name": "nvidia-device-plugin"}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "nvidia-device-plugin", "namespace": "kube-system"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "nodeSelector": {"kubernetes.azure.com/accelerator": "nvidia"},
                    "tolerations": TOLERATIONS,
                    "containers": [{"name": "plugin", "image": PLUGIN_IMAGE}],
                },
            },
        },
    }


def deployment(image: str = IMAGE, replicas: int = 1, **pod: Any) -> Object:
    """A model server that asks for one GPU; `pod` replaces fields of its pod spec."""
    labels = {"app": NAME}
    probe = {"httpGet": {"path": "/health", "port": "http"}}
    container = {
        "name": NAME,
        "image": image,
        "ports": [{"name": "http", "containerPort": 8000}],
        "resources": {"limits": {"nvidia.com/gpu": "1"}},
        "startupProbe": {**probe, "periodSeconds": 10, "failureThreshold": 90},
        "readinessProbe": {**probe, "periodSeconds": 5},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": NAME, "namespace": NAMESPACE, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "nodeSelector": {"gridplane.io/gpu-pool": "true"},
                    "tolerations": TOLERATIONS,
                    "containers": [container],
                    **pod,
                },
            },
        },
    }


def small_deployment(image: str = "nginx:1.29", replicas: int = 1) -> Object:
    """A workload for any node, without GPUs or probes."""
    manifest = deployment(image, replicas)
    manifest["spec"]["template"]["spec"] = {"containers": [{"name": NAME, "image": image}]}
    return manifest


def service(dns_label: str = DNS_LABEL) -> Object:
    annotation = "service.beta.kubernetes.io/azure-dns-label-name"
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": NAME,
            "namespace": NAMESPACE,
            "annotations": {annotation: dns_label},
        },
        "spec": {
            "type": "LoadBalancer",
            "selector": {"app": NAME},
            "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
        },
    }


async def apply_all(client: Any, *manifests: Object) -> None:
    """Server-side apply with lightkube's generic objects."""
    for manifest in manifests:
        await client.apply(codecs.from_dict(manifest), force=True)


async def eventually(ask: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What `ask` answers as soon as that is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = ask()
        if isinstance(answer, Awaitable):
            answer = await answer
        if answer:
            return answer
        await asyncio.sleep(0.01)
    raise AssertionError(f"It did not come true within {seconds} s.")


def messages(cluster: Cluster, reason: str) -> list[str]:
    """The texts of all events with a reason, the oldest first."""
    found = [each for each in cluster.store.list(EVENT) if each["reason"] == reason]
    return [each["message"] for each in sorted(found, key=lambda each: each["firstTimestamp"])]


def pods_of(cluster: Cluster, namespace: str = NAMESPACE) -> list[Object]:
    return cluster.store.list(POD, namespace)


def ready_pod(cluster: Cluster) -> Object | None:
    ready = [each for each in pods_of(cluster) if container_state(each).get("ready")]
    return ready[0] if ready else None


def container_state(pod: Object) -> Object:
    statuses = pod["status"].get("containerStatuses") or [{}]
    return statuses[0]


def waiting_reasons(cluster: Cluster) -> list[str]:
    """All the reasons for which containers of the namespace have waited so far, in order."""
    reasons: list[str] = []
    for change in cluster.store.changes_since(cluster.store.oldest_version):
        if change.kind is POD and change.object["metadata"]["namespace"] == NAMESPACE:
            state = container_state(change.object).get("state") or {}
            reasons.append(state.get("waiting", {}).get("reason", ""))
    return list(dict.fromkeys(each for each in reasons if each))


def node_names(cluster: Cluster, pool: str = "gpu") -> list[str]:
    return [
        each["metadata"]["name"]
        for each in cluster.store.list(NODE)
        if each["metadata"]["labels"]["agentpool"] == pool
    ]


def status_of(resource: Any) -> Any:
    """The status of an object as lightkube read it."""
    return resource.to_dict()["status"]

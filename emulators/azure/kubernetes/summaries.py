"""A cluster's state in short, for the simulator's state page."""

from typing import Any

from emulators.azure.kubernetes import nodes, pods
from emulators.azure.kubernetes.kinds import NODE, POD, SERVICE, Object
from emulators.azure.kubernetes.pool_nodes import gpus_of
from emulators.azure.kubernetes.processes.running import Processes
from emulators.azure.kubernetes.store import Store


def of_cluster(name: str, region: str, store: Store, processes: Processes) -> dict[str, Any]:
    return {
        "name": name,
        "region": region,
        "nodes": [_node(each) for each in store.list(NODE)],
        "pods": [_pod(each, processes) for each in store.list(POD)],
        "services": [_service(each) for each in store.list(SERVICE)],
    }


def _node(node: Object) -> dict[str, Any]:
    labels = node["metadata"]["labels"]
    return {
        "name": node["metadata"]["name"],
        "pool": nodes.pool_of(node),
        "ready": nodes.is_ready(node),
        "gpus": gpus_of(node),
        "vmSize": labels["node.kubernetes.io/instance-type"],
        "zone": labels["topology.kubernetes.io/zone"],
    }


def _pod(pod: Object, processes: Processes) -> dict[str, Any]:
    """`processAddress`: where it really listens, if it is a process."""
    has_process = any(processes.of_pod(pod["metadata"]["uid"]))
    address = processes.address_of(pod["metadata"]["uid"]) if has_process else None
    return {
        "namespace": pod["metadata"]["namespace"],
        "name": pod["metadata"]["name"],
        "phase": pod["status"]["phase"],
        "ready": pods.is_ready(pod),
        "node": pod["spec"].get("nodeName"),
        "processAddress": address,
    }


def _service(service: Object) -> dict[str, Any]:
    status = (service.get("status") or {}).get("loadBalancer") or {}
    return {
        "namespace": service["metadata"]["namespace"],
        "name": service["metadata"]["name"],
        "type": service["spec"]["type"],
        "addresses": [each["ip"] for each in status.get("ingress") or []],
    }

"""Checks of the GPU pool: its nodes, its autoscaler, and how it goes to zero and comes back."""

from datetime import datetime, timedelta
from typing import Any

from clients.kubernetes import read_yaml
from domain import deadlines
from domain.arm.agent_pool import build_autoscaled_pool, build_empty_gpu_pool
from domain.arm.naming import DEVICE_PLUGIN, GPU_NODE_PREFIX, GPU_RESOURCE, SYSTEM_NAMESPACE
from domain.catalog.gpu_skus import find_gpu_sku
from domain.kubernetes.autoscaler_status import STATUS_CONFIG_MAP, STATUS_KEY
from tests.azure.azure import Azure
from tests.azure.checks_cluster import check_manifests
from tests.azure.cluster import cluster_of, need_cluster
from tests.azure.kubernetes import Kubernetes, connect, named_groups
from tests.azure.seen import NotTried, Seen

PAUSE = 15.0
NODE_LEAVES = 5 * 60.0
NODE_COMES = 20 * 60.0
BOOT = "seconds of a boot"
"""The fact under which the time is kept that a node of the pool took by itself."""

FIRST_NODE = "registration of the first node"
"""The fact under which the moment is kept when the node of the cluster's creation registered."""

SHARE_OF_A_BOOT = 0.75
"""A node that began to boot when AKS began with the pools needs all of its boot after that."""


async def check_device_plugin(azure: Azure) -> Seen:
    kubernetes = await with_manifests(azure)
    sku = find_gpu_sku(azure.subject.spec.gpu.vm_size)
    wanted, began, seen = str(sku.gpus if sku else 1), azure.clock.now(), "no node"
    while azure.seconds_since(began) < deadlines.START_GPU_POOL:
        for node in await kubernetes.gpu_nodes():
            seen = node["status"].get("allocatable", {}).get(GPU_RESOURCE, "none")
            if seen == wanted:
                seconds = azure.seconds_since(began)
                what = f"{GPU_RESOURCE}: {seen} on the node {seconds:.0f} s after {DEVICE_PLUGIN}"
                return Seen.of(True, what)
        await azure.clock.sleep(PAUSE)
    return Seen.of(False, f"{GPU_RESOURCE}: {seen}, not {wanted}")


async def check_autoscaler_status(azure: Azure) -> Seen:
    kubernetes = await connect(azure)
    path = f"/api/v1/namespaces/{SYSTEM_NAMESPACE}/configmaps/{STATUS_CONFIG_MAP}"
    began, seen = azure.clock.now(), ""
    while azure.seconds_since(began) < NODE_LEAVES:
        answer = await kubernetes.get(path)
        text = (answer.body.get("data") or {}).get(STATUS_KEY, "") if answer.is_success else ""
        groups = list(named_groups(read_yaml(text)))
        seen = f"HTTP {answer.status}, node groups {groups}"
        if any(each.startswith(GPU_NODE_PREFIX) for each in groups):
            return Seen.of(True, seen)
        await azure.clock.sleep(PAUSE)
    return Seen.of(False, seen)


async def check_scale_to_zero(azure: Azure) -> Seen:
    kubernetes = await connect(azure)
    before = await kubernetes.gpu_nodes()
    if before:
        azure.facts.setdefault(FIRST_NODE, _created(before[0]))
    body = build_empty_gpu_pool((await azure.get("agentPool")).body)
    if body is None:
        raise NotTried("the pool is at zero already")
    end = await azure.change("agentPool", body, "PUT agentPool")
    if not end.is_success:
        return Seen.of(False, end.reason)
    left = await _await_nodes(azure, kubernetes, 0, NODE_LEAVES)
    what = f"{len(before)} node to {len(left)}: the operation took {end.seconds:.0f} s"
    return Seen.of(not left, what)


async def check_raised_minimum(azure: Azure) -> Seen:
    """From an empty pool, with nothing that waits for a node."""
    kubernetes = await connect(azure)
    existing = (await azure.get("agentPool")).body
    if await kubernetes.gpu_nodes():
        emptied = build_empty_gpu_pool(existing)
        if emptied is not None:
            await azure.change("agentPool", emptied, "PUT agentPool")
            await _await_nodes(azure, kubernetes, 0, NODE_LEAVES)
            existing = (await azure.get("agentPool")).body
    began = azure.clock.now()
    end = await azure.change("agentPool", build_autoscaled_pool(existing, 1, 1), "PUT agentPool")
    if not end.is_success:
        return Seen.of(False, f"minimum 1 with 0 nodes: {end.reason}")
    nodes = await _await_nodes(azure, kubernetes, 1, NODE_COMES)
    if not nodes:
        return Seen.of(False, f"no node within {NODE_COMES / 60:.0f} min")
    azure.facts[BOOT] = (_created(nodes[0]) - began).total_seconds()
    return Seen.of(True, f"a node registered {azure.facts[BOOT]:.0f} s after the request")


async def check_gpu_beside_control_plane(azure: Azure) -> Seen:
    """Compares with a boot by itself, which `check_raised_minimum` has measured."""
    await need_cluster(azure)
    first = azure.facts.get(FIRST_NODE)
    if first is None or BOOT not in azure.facts:
        raise NotTried("it needs the first node's age and the boot of check raised-minimum")
    built, boot = await cluster_of(azure), azure.facts[BOOT]
    pools = next((at for at, each in built.end.statuses if each.startswith("CreatingAgent")), None)
    if pools is None:
        raise NotTried(f"the operation named no stage of its pools: {built.end.statuses}")
    after = (first - built.at - timedelta(seconds=pools)).total_seconds()
    return Seen.of(
        after < SHARE_OF_A_BOOT * boot,
        f"AKS began with the pools after {pools:.0f} s, the GPU node registered {after:.0f} s "
        f"later, and a boot by itself takes {boot:.0f} s",
    )


async def with_manifests(azure: Azure) -> Kubernetes:
    if "manifests" not in azure.facts:
        await check_manifests(azure)
    return await connect(azure)


async def _await_nodes(
    azure: Azure, kubernetes: Kubernetes, count: int, limit: float
) -> list[dict[str, Any]]:
    began = azure.clock.now()
    nodes = await kubernetes.gpu_nodes()
    while len(nodes) != count and azure.seconds_since(began) < limit:
        await azure.clock.sleep(PAUSE)
        nodes = await kubernetes.gpu_nodes()
    return nodes


def _created(node: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(node["metadata"]["creationTimestamp"])

"""The real kubectl at work on a simulated cluster."""

import json
from dataclasses import replace

from emulators.azure.clock import Clock
from emulators.azure.kubernetes.cluster import Cluster
from emulators.tests.contract.kubernetes.clients import Kubectl
from emulators.tests.contract.kubernetes.workloads import (
    GPU_POOL,
    NAME,
    NAMESPACE,
    deployment,
    device_plugin,
    eventually,
    messages,
    namespace,
    node_names,
    pods_of,
    ready_pod,
    service,
    small_deployment,
)

EVENTS_STAY = 60.0
"""Events are gone after an hour, which a slow start of kubectl must not take."""


def _list(*manifests: dict) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)})


async def test_kubectl_applies_waits_and_shows_a_workload(cluster: Cluster, kubectl: Kubectl):
    cluster.set_node_pool(replace(GPU_POOL, count=1, min_count=1))
    manifests = _list(namespace(), device_plugin(), deployment(), service())

    applied = await kubectl.run("apply", "--server-side", "-f", "-", stdin=manifests)
    assert applied.splitlines() == [
        f"namespace/{NAMESPACE} serverside-applied",
        "daemonset.apps/nvidia-device-plugin serverside-applied",
        f"deployment.apps/{NAME} serverside-applied",
        f"service/{NAME} serverside-applied",
    ]

    await kubectl.run("rollout", "status", f"deploy/{NAME}", "-n", NAMESPACE, "--timeout=120s")
    waited = await kubectl.run(
        *("wait", "--for=condition=Ready", "pod", "-l", f"app={NAME}", "-n", NAMESPACE),
        "--timeout=120s",
    )
    assert "condition met" in waited
    pods = await kubectl.run("get", "pods", "-n", NAMESPACE, "-o", "wide")
    assert pods.splitlines()[0].split()[:5] == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert pods.splitlines()[1].split()[1:3] == ["1/1", "Running"]
    nodes = await kubectl.run("get", "nodes", "--selector=kubernetes.azure.com/accelerator=nvidia")
    assert nodes.splitlines()[1].split()[:2] == [node_names(cluster)[0], "Ready"]
    exposed = await kubectl.run("get", "service", NAME, "-n", NAMESPACE)
    assert exposed.splitlines()[1].split()[1] == "LoadBalancer"


async def test_kubectl_describes_what_it_gets(cluster: Cluster, kubectl: Kubectl, clock: Clock):
    cluster.set_node_pool(replace(GPU_POOL, count=1, min_count=1))
    manifests = _list(namespace(), device_plugin(), deployment(), service())
    await kubectl.run("apply", "-f", "-", stdin=manifests)
    pod = await eventually(lambda: ready_pod(cluster))
    await eventually(lambda: messages(cluster, "EnsuredLoadBalancer"))
    clock.set_scale(EVENTS_STAY)

    described = await kubectl.run("describe", "pod", "-n", NAMESPACE)
    assert f"Controlled By:  ReplicaSet/{NAME}" in described
    assert "Successfully assigned" in described
    node = await kubectl.run("describe", "node", pod["spec"]["nodeName"])
    assert ["nvidia.com/gpu", "1", "1"] in [line.split() for line in node.splitlines()]
    exposed = await kubectl.run("describe", "service", NAME, "-n", NAMESPACE)
    assert "LoadBalancer Ingress:" in exposed
    assert f"{pod['status']['podIP']}:8000" in exposed
    assert "Ensured load balancer" in exposed
    workload = await kubectl.run("describe", "deployment", NAME, "-n", NAMESPACE)
    assert "1 desired | 1 updated | 1 total | 1 available" in workload
    daemons = await kubectl.run("describe", "daemonset", "-n", "kube-system")
    assert "Desired Number of Nodes Scheduled: 1" in daemons


async def test_kubectl_scales_deletes_and_waits_for_the_end(cluster: Cluster, kubectl: Kubectl):
    await kubectl.run("apply", "-f", "-", stdin=_list(namespace(), small_deployment()))
    await kubectl.run("scale", "deployment", NAME, "-n", NAMESPACE, "--replicas=2")
    await eventually(lambda: len(pods_of(cluster)) == 2)

    unchanged = await kubectl.run("apply", "-f", "-", stdin=_list(namespace()))
    assert unchanged == f"namespace/{NAMESPACE} unchanged\n"
    deleted = await kubectl.run("delete", "pod", "-n", NAMESPACE, "-l", f"app={NAME}")
    assert deleted.count("deleted") == 2

    gone = await kubectl.run("delete", "namespace", NAMESPACE, "--timeout=120s")
    assert gone == f'namespace "{NAMESPACE}" deleted\n'
    assert pods_of(cluster) == []


async def test_kubectl_repeats_the_words_of_the_api_server(kubectl: Kubectl):
    missing = await kubectl.run("get", "deployment", "x", "-n", "default", expected=1)
    assert missing == 'Error from server (NotFound): deployments.apps "x" not found\n'

    manifest = small_deployment()
    manifest["metadata"]["namespace"] = "default"
    manifest["spec"]["template"]["spec"]["nodeSelectors"] = {}
    refused = await kubectl.run("apply", "-f", "-", stdin=json.dumps(manifest), expected=1)
    assert 'strict decoding error: unknown field "spec.template.spec.nodeSelectors"' in refused


async def test_kubectl_sees_the_conflict_between_two_managers(kubectl: Kubectl):
    first = small_deployment()
    first["metadata"]["namespace"] = "default"
    await kubectl.run(
        "apply", "--server-side", "--field-manager=a", "-f", "-", stdin=json.dumps(first)
    )
    first["spec"]["replicas"] = 2

    conflict = await kubectl.run(
        *("apply", "--server-side", "--field-manager=b", "-f", "-"),
        stdin=json.dumps(first),
        expected=1,
    )

    assert 'Apply failed with 1 conflict: conflict with "a": .spec.replicas' in conflict

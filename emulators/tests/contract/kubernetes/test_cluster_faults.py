"""What goes wrong inside a cluster on demand, as real clusters show it, and how it heals."""

import re
from dataclasses import replace
from typing import Any

import pytest
from lightkube import ApiError, AsyncClient, codecs
from lightkube.resources.apps_v1 import Deployment, ReplicaSet
from lightkube.resources.core_v1 import Node, Pod

from emulators.azure.clock import Clock
from emulators.azure.kubernetes import durations, nodes, pods
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.conditions import find_condition
from emulators.azure.kubernetes.faults import Denial, ImageFault, ImageOutcome
from emulators.azure.kubernetes.kinds import EVENT, NODE, POD
from emulators.tests.contract.kubernetes.workloads import (
    GPU_POOL,
    IMAGE,
    NAME,
    NAMESPACE,
    apply_all,
    container_state,
    deployment,
    device_plugin,
    eventually,
    messages,
    namespace,
    node_names,
    pods_of,
    ready_pod,
    small_deployment,
    status_of,
)

SPOT_POOL = replace(GPU_POOL, spot=True, count=1, max_count=1)
DENIED = Denial("too many GPUs", frozenset({"Pod"}), "validation.gatekeeper.sh")
QUOTA = Denial(
    'pods "x" is forbidden: exceeded quota: gpus, requested: 1, used: 4, limited: 4',
    frozenset({"Pod"}),
    namespace=re.compile(NAMESPACE),
)


@pytest.mark.parametrize(
    ("denial", "message"),
    [
        pytest.param(
            DENIED,
            'Error creating: admission webhook "validation.gatekeeper.sh" denied the request: '
            "too many GPUs",
            id="a webhook",
        ),
        pytest.param(QUOTA, f"Error creating: {QUOTA.message}", id="another admission plugin"),
    ],
)
async def test_pods_that_are_denied_are_created_once_they_may(
    cluster: Cluster, client: AsyncClient, denial: Denial, message: str
):
    cluster.faults.denials.append(denial)
    await apply_all(client, namespace(), small_deployment())
    await eventually(lambda: messages(cluster, "FailedCreate"))
    assert messages(cluster, "FailedCreate") == [message]
    (event,) = [each for each in cluster.store.list(EVENT) if each["reason"] == "FailedCreate"]
    assert (event["involvedObject"]["kind"], event["type"]) == ("ReplicaSet", "Warning")
    (replica_set,) = [each async for each in client.list(ReplicaSet, namespace=NAMESPACE)]
    failure = find_condition(status_of(replica_set)["conditions"], "ReplicaFailure")
    assert failure is not None
    assert (failure["status"], failure["reason"]) == ("True", "FailedCreate")
    assert pods_of(cluster) == []

    cluster.faults.denials.clear()
    await eventually(lambda: ready_pod(cluster))
    (replica_set,) = [each async for each in client.list(ReplicaSet, namespace=NAMESPACE)]
    assert "conditions" not in status_of(replica_set)


@pytest.mark.parametrize(("code", "reason"), [(403, "Forbidden"), (400, "BadRequest")])
async def test_a_webhook_denies_a_client_with_its_own_code(
    cluster: Cluster, client: AsyncClient, code: int, reason: str
):
    await apply_all(client, namespace())
    denial = Denial("no", frozenset({"Deployment"}), "policy.example.com", code=code)
    cluster.faults.denials.append(denial)
    with pytest.raises(ApiError) as refused:
        await client.apply(codecs.from_dict(small_deployment()), force=True)
    status = refused.value.status
    assert (status.code, status.reason) == (code, reason)
    assert status.message == 'admission webhook "policy.example.com" denied the request: no'

    cluster.faults.denials.clear()
    await apply_all(client, small_deployment())
    cluster.faults.denials.append(denial)
    with pytest.raises(ApiError):
        await client.apply(codecs.from_dict(small_deployment("nginx:1")), force=True)
    await eventually(lambda: ready_pod(cluster))
    written = status_of(await client.get(Deployment, NAME, namespace=NAMESPACE))
    assert written["readyReplicas"] == 1, "a status is not what the webhook is asked about"


@pytest.fixture
async def serving(cluster: Cluster, client: AsyncClient) -> dict[str, Any]:
    """A pod that serves on the only GPU node."""
    cluster.set_node_pool(replace(GPU_POOL, count=1))
    await apply_all(client, namespace(), device_plugin(), deployment())
    return await eventually(lambda: ready_pod(cluster))


def ready_of(subject: dict[str, Any]) -> dict[str, Any]:
    found = find_condition(subject["status"]["conditions"], "Ready")
    assert found is not None
    return found


async def test_a_node_that_is_not_heard_of_takes_its_pods_along(
    cluster: Cluster, client: AsyncClient, serving: dict[str, Any]
):
    name = serving["spec"]["nodeName"]
    cluster.faults.lost_pools.add("gpu")
    cluster.faults.announce()
    await eventually(lambda: messages(cluster, "NodeNotReady"))

    node = cluster.store.read(NODE, "", name)
    assert ready_of(node)["status"] == "Unknown"
    assert ready_of(node)["message"] == "Kubelet stopped posting node status."
    assert [each["effect"] for each in node["spec"]["taints"] if "unreachable" in each["key"]] == [
        "NoSchedule",
        "NoExecute",
    ]
    pod = cluster.store.read(POD, NAMESPACE, serving["metadata"]["name"])
    assert (ready_of(pod)["status"], pod["status"]["phase"]) == ("False", "Running")
    assert cluster.ready_pods(NAMESPACE, NAME) == []
    (seen,) = [each async for each in client.list(Node, labels={"agentpool": "gpu"})]
    assert status_of(seen)["allocatable"]["nvidia.com/gpu"] == "1", "as last reported"

    await eventually(lambda: messages(cluster, "TaintManagerEviction"))
    second = await eventually(lambda: ready_pod_beside(cluster, serving))
    assert second["spec"]["nodeName"] != name
    stuck = cluster.store.read(POD, NAMESPACE, serving["metadata"]["name"])
    assert "deletionTimestamp" in stuck["metadata"], "no kubelet confirms that it has stopped"


def ready_pod_beside(cluster: Cluster, other: dict[str, Any]) -> dict[str, Any] | None:
    return next(
        (
            each
            for each in pods_of(cluster)
            if pods.is_ready(each) and each["metadata"]["uid"] != other["metadata"]["uid"]
        ),
        None,
    )


async def test_a_node_that_is_heard_of_again_goes_on(cluster: Cluster, serving: dict[str, Any]):
    name = serving["spec"]["nodeName"]
    cluster.faults.lost_pools.add("gpu")
    cluster.faults.announce()
    await eventually(lambda: messages(cluster, "NodeNotReady"))
    cluster.faults.lost_pools.clear()
    cluster.faults.announce()
    await eventually(lambda: messages(cluster, "NodeReady"))
    node = cluster.store.read(NODE, "", name)
    assert nodes.is_ready(node)
    assert [each["key"] for each in node["spec"]["taints"]] == ["sku"]
    pod = cluster.store.read(POD, NAMESPACE, serving["metadata"]["name"])
    assert ready_of(pod)["status"] == "True"
    assert not messages(cluster, "TaintManagerEviction")


async def test_a_spot_node_that_azure_takes_back_is_gone_half_a_minute_later(
    cluster: Cluster, client: AsyncClient, clock: Clock
):
    tolerations = [{"operator": "Exists"}]
    cluster.set_node_pool(SPOT_POOL)
    plugin = device_plugin()
    plugin["spec"]["template"]["spec"]["tolerations"] = tolerations
    await apply_all(client, namespace(), plugin, deployment(tolerations=tolerations))
    first = await eventually(lambda: ready_pod(cluster))
    name = first["spec"]["nodeName"]

    cluster.faults.evicted_pools.add("gpu")
    cluster.faults.scale_up_error = "OverconstrainedAllocationRequest"
    cluster.faults.announce()
    began_at = clock.now()
    (message,) = await eventually(lambda: messages(cluster, "PreemptScheduled"))
    assert message.startswith("Preempt Scheduled: ")
    assert message.endswith(" GMT")
    assert cluster.store.read(NODE, "", name)["spec"]["unschedulable"] is True
    await eventually(lambda: not node_names(cluster))
    assert (clock.now() - began_at).total_seconds() >= durations.SPOT_NOTICE_SECONDS
    assert cluster.node_count("gpu") == 0
    assert messages(cluster, "DeletingNode") == [
        f"Deleting node {name} because it does not exist in the cloud provider"
    ]
    await eventually(lambda: messages(cluster, "FailedToScaleUpGroup"))

    cluster.faults.scale_up_error = None
    second = await eventually(lambda: ready_pod(cluster))
    assert second["spec"]["nodeName"] != name, "a node that comes later may stay"


async def test_a_regular_node_is_not_evicted(cluster: Cluster, serving: dict[str, Any]):
    cluster.faults.evicted_pools.add("gpu")
    cluster.faults.lost_pools.add("gpu")
    cluster.faults.announce()
    await eventually(lambda: messages(cluster, "NodeNotReady"))
    assert not messages(cluster, "PreemptScheduled")
    assert serving["spec"]["nodeName"] in node_names(cluster)


async def test_a_model_loads_for_as_long_as_it_is_told_to(
    cluster: Cluster, client: AsyncClient, clock: Clock
):
    cluster.set_node_pool(replace(GPU_POOL, count=1))
    cluster.faults.set_image(IMAGE, ImageFault(ImageOutcome.LOADS, after_seconds=700.0))
    await apply_all(client, namespace(), device_plugin(), deployment())
    await eventually(lambda: f"Started container {NAME}" in messages(cluster, "Started"))
    began_at = clock.now()
    await eventually(lambda: ready_pod(cluster))
    assert 690 <= (clock.now() - began_at).total_seconds() <= 730


async def test_a_model_that_loads_beyond_its_startup_probe_is_restarted(
    cluster: Cluster, client: AsyncClient
):
    cluster.set_node_pool(replace(GPU_POOL, count=1))
    cluster.faults.set_image(IMAGE, ImageFault(ImageOutcome.LOADS, after_seconds=2000.0))
    await apply_all(client, namespace(), device_plugin(), deployment())
    await eventually(lambda: messages(cluster, "Killing"))
    assert messages(cluster, "Killing") == [
        f"Container {NAME} failed startup probe, will be restarted"
    ]


@pytest.mark.parametrize(
    ("pod", "crashes"),
    [
        pytest.param({}, True, id="service links"),
        pytest.param({"enableServiceLinks": False}, False, id="no service links"),
        pytest.param(
            {
                "containers": [
                    {
                        "name": "vllm",
                        "image": "vllm/vllm-openai:v0.11.0",
                        "env": [{"name": "VLLM_PORT", "value": "5000"}],
                    }
                ]
            },
            False,
            id="a variable of its own",
        ),
    ],
)
async def test_vllm_takes_the_link_to_a_service_of_its_name_for_its_port(
    cluster: Cluster, client: AsyncClient, pod: dict[str, Any], crashes: bool
):
    link = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "vllm", "namespace": NAMESPACE},
        "spec": {"selector": {"app": "x"}, "ports": [{"port": 80}]},
    }
    manifest = deployment(image="vllm/vllm-openai:v0.11.0")
    containers = [{"name": "vllm", "image": "vllm/vllm-openai:v0.11.0"}]
    manifest["spec"]["template"]["spec"] = {"containers": containers, **pod}
    await apply_all(client, namespace(), link, manifest)
    await eventually(lambda: ready_pod(cluster) or messages(cluster, "BackOff"))
    assert bool(messages(cluster, "BackOff")) is crashes
    if crashes:
        (crashed,) = pods_of(cluster)
        ended = container_state(crashed)
        ended = ended["state"].get("terminated") or ended["lastState"]["terminated"]
        assert "VLLM_PORT 'tcp://" in ended["message"]


async def test_pods_can_still_be_deleted_while_they_are_denied(
    cluster: Cluster, client: AsyncClient
):
    await apply_all(client, namespace(), small_deployment())
    pod = await eventually(lambda: ready_pod(cluster))
    cluster.faults.denials.append(DENIED)
    await client.delete(Pod, pod["metadata"]["name"], namespace=NAMESPACE)
    await eventually(lambda: not pods_of(cluster))
    assert messages(cluster, "FailedCreate")

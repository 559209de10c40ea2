"""From applied manifests to a serving pod, with everything that a cluster does in between."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import yaml
from lightkube import AsyncClient
from lightkube.resources.apps_v1 import DaemonSet, Deployment
from lightkube.resources.core_v1 import ConfigMap, Namespace, Node, Pod, Service

from emulators.azure.kubernetes import times
from emulators.azure.kubernetes.addresses import PublicAddresses
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.conditions import find_condition
from emulators.azure.kubernetes.faults import ImageFault, ImageOutcome
from emulators.azure.kubernetes.kinds import DEPLOYMENT
from emulators.azure.kubernetes.kinds import NAMESPACE as NAMESPACE_KIND
from emulators.tests.contract.kubernetes.workloads import (
    DNS_LABEL,
    GPU_POOL,
    IMAGE,
    NAME,
    NAMESPACE,
    SYSTEM_POOL,
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
    service,
    small_deployment,
    status_of,
    waiting_reasons,
)


@pytest.fixture
def gpu_cluster(cluster: Cluster) -> Cluster:
    """One GPU node is there already."""
    cluster.set_node_pool(replace(GPU_POOL, count=1))
    return cluster


async def test_a_workload_becomes_ready_behind_a_public_address(
    gpu_cluster: Cluster, client: AsyncClient, addresses: PublicAddresses
):
    await apply_all(client, namespace(), device_plugin(), deployment(), service())

    await client.wait(Deployment, NAME, namespace=NAMESPACE, for_conditions=["Available"])
    exposed = status_of(await client.get(Service, NAME, namespace=NAMESPACE))
    plugin = status_of(
        await client.get(DaemonSet, "nvidia-device-plugin", namespace="kube-system")
    )
    nodes = [status_of(each) async for each in client.list(Node, labels={"agentpool": "gpu"})]

    frontend = addresses.resolve(f"{DNS_LABEL}.westeurope.cloudapp.azure.com")
    assert frontend is not None
    assert exposed["loadBalancer"]["ingress"][0]["ip"] == frontend.ip
    assert plugin["numberReady"] == plugin["desiredNumberScheduled"] == 1
    assert [each["allocatable"]["nvidia.com/gpu"] for each in nodes] == ["1"]
    assert frontend.cluster.ready_pods(frontend.namespace, frontend.service)


async def test_a_gpu_cannot_be_asked_for_before_the_device_plugin_runs(
    gpu_cluster: Cluster, client: AsyncClient
):
    await apply_all(client, namespace(), deployment())
    await eventually(lambda: messages(gpu_cluster, "FailedScheduling"))

    assert messages(gpu_cluster, "FailedScheduling") == [
        "0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) didn't match Pod's"
        " node affinity/selector. preemption: 0/2 nodes are available:"
        " 2 Preemption is not helpful for scheduling."
    ]
    node = status_of(await client.get(Node, node_names(gpu_cluster)[0]))
    assert "nvidia.com/gpu" not in node["allocatable"]

    await apply_all(client, device_plugin())
    await eventually(lambda: ready_pod(gpu_cluster))


async def test_the_autoscaler_boots_a_node_from_zero_and_takes_it_away_again(
    cluster: Cluster, client: AsyncClient
):
    await apply_all(client, namespace(), device_plugin(), deployment())
    await eventually(lambda: messages(cluster, "TriggeredScaleUp"))
    scale_set = node_names(cluster, "system")[0].replace("system", "gpu").removesuffix("000000")
    assert messages(cluster, "TriggeredScaleUp") == [
        f"pod triggered scale-up: [{{{scale_set} 0->1 (max: 3)}}]"
    ]
    assert cluster.node_count("gpu") == 1

    await eventually(lambda: ready_pod(cluster))
    assert len(node_names(cluster)) == 1

    await apply_all(client, deployment(replicas=0))
    await eventually(lambda: not node_names(cluster))
    assert messages(cluster, "ScaleDown") == ["marked the node as toBeDeleted/unschedulable"]
    assert cluster.node_count("gpu") == 0


async def test_a_serving_pod_keeps_its_node(cluster: Cluster, client: AsyncClient):
    await apply_all(client, namespace(), device_plugin(), deployment())
    pod = await eventually(lambda: ready_pod(cluster))

    started_at = cluster.registry.now()
    await eventually(lambda: _minutes_between(started_at, cluster.registry.now()) > 25)

    assert node_names(cluster) == [pod["spec"]["nodeName"]]


def _minutes_between(first: str, second: str) -> float:
    return (times.parse(second) - times.parse(first)).total_seconds() / 60


@pytest.mark.parametrize(
    ("changes", "scheduler", "autoscaler"),
    [
        pytest.param(
            {"tolerations": []},
            "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector,"
            " 1 node(s) had untolerated taint {sku: gpu}. preemption: 0/2 nodes are available:"
            " 2 Preemption is not helpful for scheduling.",
            "pod didn't trigger scale-up: 1 node(s) had untolerated taint {sku: gpu}",
            id="taint not tolerated",
        ),
        pytest.param(
            {"nodeSelector": {"gpu": "nvidia-v100"}},
            "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."
            " preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
            "pod didn't trigger scale-up: 1 node(s) didn't match Pod's node affinity/selector",
            id="selector matches no pool",
        ),
    ],
)
async def test_a_pod_that_no_pool_can_take_says_why(
    gpu_cluster: Cluster, client: AsyncClient, changes: dict, scheduler: str, autoscaler: str
):
    await apply_all(client, namespace(), deployment(**changes))

    await eventually(lambda: messages(gpu_cluster, "NotTriggerScaleUp"))

    assert messages(gpu_cluster, "FailedScheduling") == [scheduler]
    assert messages(gpu_cluster, "NotTriggerScaleUp") == [autoscaler]
    assert gpu_cluster.node_count("gpu") == 1


async def test_the_pool_does_not_grow_beyond_its_maximum(cluster: Cluster, client: AsyncClient):
    await apply_all(client, namespace(), device_plugin(), deployment(replicas=4))

    await eventually(lambda: sum(map(_is_ready, pods_of(cluster))) == 3)

    assert len(node_names(cluster)) == 3
    assert "pod didn't trigger scale-up: 1 max node group size reached" in messages(
        cluster, "NotTriggerScaleUp"
    )


def _is_ready(pod: dict) -> bool:
    return bool(container_state(pod).get("ready"))


async def test_a_minimum_that_is_raised_is_kept_without_a_waiting_pod(cluster: Cluster):
    cluster.set_node_pool(replace(GPU_POOL, count=1))
    cluster.faults.scale_up_error = "AllocationFailed"
    cluster.set_node_pool(replace(GPU_POOL, count=1, min_count=2))
    await eventually(lambda: messages(cluster, "FailedToScaleUpGroup"))
    assert len(node_names(cluster)) == 1

    cluster.faults.scale_up_error = None
    await eventually(lambda: len(node_names(cluster)) == 2)


async def test_a_shortage_of_a_size_fails_the_scale_up_of_its_pool(
    cluster: Cluster, client: AsyncClient
):
    cluster.faults.find_shortage = lambda vm_size, spot, zones: (
        "AllocationFailed" if vm_size == GPU_POOL.vm_size else None
    )
    await apply_all(client, namespace(), device_plugin(), deployment())
    await eventually(lambda: messages(cluster, "FailedToScaleUpGroup"))
    assert "AllocationFailed" in messages(cluster, "FailedToScaleUpGroup")[0]


async def test_a_failed_scale_up_backs_off_and_tries_again(cluster: Cluster, client: AsyncClient):
    cluster.faults.scale_up_error = "AllocationFailed"
    await apply_all(client, namespace(), device_plugin(), deployment())
    await eventually(lambda: messages(cluster, "NotTriggerScaleUp"))
    assert messages(cluster, "NotTriggerScaleUp") == [
        "pod didn't trigger scale-up: 1 in backoff after failed scale-up"
    ]
    assert cluster.node_count("gpu") == 0
    assert not messages(cluster, "TriggeredScaleUp")
    scale_set = node_names(cluster, "system")[0].replace("system", "gpu").removesuffix("000000")
    assert messages(cluster, "FailedToScaleUpGroup") == [
        f"Scale-up failed for group {scale_set}: AllocationFailed"
    ]
    group = await group_status(client, scale_set)
    assert group["scaleUp"]["status"] == "Backoff"
    assert group["scaleUp"]["backoffInfo"] == {
        "errorCode": "cloudProviderError",
        "errorMessage": "failed to increase node group size: AllocationFailed",
    }
    assert (group["health"]["minSize"], group["health"]["maxSize"]) == (0, 3)

    cluster.faults.scale_up_error = None
    await eventually(lambda: ready_pod(cluster))
    group = await group_status(client, scale_set)
    assert group["scaleUp"]["status"] in {"InProgress", "NoActivity"}
    assert "backoffInfo" not in group["scaleUp"]


async def group_status(client: AsyncClient, name: str) -> dict:
    found = await client.get(ConfigMap, "cluster-autoscaler-status", namespace="kube-system")
    assert found.data
    document = yaml.safe_load(found.data["status"])
    assert document["autoscalerStatus"] == "Running"
    return next(each for each in document["nodeGroups"] if each["name"] == name)


async def test_a_machine_that_never_comes_backs_off_without_azures_error(
    cluster: Cluster, client: AsyncClient
):
    await apply_all(client, namespace(), device_plugin(), deployment())
    await eventually(lambda: messages(cluster, "TriggeredScaleUp"))
    cluster.faults.scale_up_error = "AllocationFailed"
    await eventually(lambda: messages(cluster, "NotTriggerScaleUp"))
    scale_set = node_names(cluster, "system")[0].replace("system", "gpu").removesuffix("000000")
    group = await group_status(client, scale_set)
    assert group["scaleUp"]["backoffInfo"]["errorCode"] == "provisioning-state-failed"


async def test_pods_of_a_drained_node_wait_for_the_next_one(
    gpu_cluster: Cluster, client: AsyncClient
):
    await apply_all(client, namespace(), device_plugin(), deployment())
    first = await eventually(lambda: ready_pod(gpu_cluster))

    gpu_cluster.set_node_pool(GPU_POOL)
    await eventually(lambda: messages(gpu_cluster, "TriggeredScaleUp"))

    second = await eventually(lambda: ready_pod(gpu_cluster))
    assert second["metadata"]["name"] != first["metadata"]["name"]
    assert second["spec"]["nodeName"] != first["spec"]["nodeName"]


async def test_an_image_that_does_not_exist_is_tried_again_and_again(
    cluster: Cluster, client: AsyncClient
):
    await apply_all(
        client, namespace(), small_deployment("registry.example.com/llm:does-not-exist")
    )

    await eventually(lambda: len(messages(cluster, "BackOff")) == 1)
    assert waiting_reasons(cluster)[-2:] == ["ErrImagePull", "ImagePullBackOff"]
    assert messages(cluster, "BackOff") == [
        'Back-off pulling image "registry.example.com/llm:does-not-exist"'
    ]
    assert any("not found" in each for each in messages(cluster, "Failed"))


async def test_a_repaired_image_is_pulled_at_last(cluster: Cluster, client: AsyncClient):
    refused = ImageFault(ImageOutcome.PULL_FAILS, "pull access denied")
    cluster.faults.set_image("nginx", refused)
    await apply_all(client, namespace(), small_deployment())
    await eventually(lambda: "ImagePullBackOff" in waiting_reasons(cluster))

    cluster.faults.set_image("nginx", None)

    await eventually(lambda: ready_pod(cluster))


async def test_a_crashing_container_backs_off_and_shows_its_exit_code(
    cluster: Cluster, client: AsyncClient
):
    crash = ImageFault(
        ImageOutcome.CRASHES, "CUDA out of memory", exit_code=137, reason="OOMKilled"
    )
    cluster.faults.set_image("nginx", crash)
    await apply_all(client, namespace(), small_deployment())

    await eventually(lambda: "CrashLoopBackOff" in waiting_reasons(cluster))

    status = container_state(pods_of(cluster)[0])
    last = status["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"]) == (137, "OOMKilled")
    assert status["restartCount"] >= 1
    assert any("Back-off restarting failed container" in m for m in messages(cluster, "BackOff"))


async def test_a_container_that_never_answers_stays_unready_until_it_is_repaired(
    gpu_cluster: Cluster, client: AsyncClient
):
    gpu_cluster.faults.set_image(IMAGE, ImageFault(ImageOutcome.NEVER_READY))
    manifest = deployment()
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    del container["startupProbe"]
    await apply_all(client, namespace(), device_plugin(), manifest)

    await eventually(lambda: messages(gpu_cluster, "Unhealthy"))
    assert messages(gpu_cluster, "Unhealthy")[0].startswith("Readiness probe failed: Get")
    assert container_state(pods_of(gpu_cluster)[0])["started"] is True
    assert ready_pod(gpu_cluster) is None

    gpu_cluster.faults.set_image(IMAGE, None)
    await eventually(lambda: ready_pod(gpu_cluster))


async def test_a_startup_probe_without_patience_restarts_the_container(
    gpu_cluster: Cluster, client: AsyncClient
):
    manifest = deployment()
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    container["startupProbe"] |= {"periodSeconds": 1, "failureThreshold": 3}
    await apply_all(client, namespace(), device_plugin(), manifest)

    await eventually(lambda: "CrashLoopBackOff" in waiting_reasons(gpu_cluster))

    assert f"Container {NAME} failed startup probe, will be restarted" in messages(
        gpu_cluster, "Killing"
    )


async def test_a_dns_label_belongs_to_one_address_until_it_is_released(
    cluster: Cluster,
    client: AsyncClient,
    addresses: PublicAddresses,
    new_cluster: Callable[[str], Cluster],
):
    other = new_cluster("gp-other-westeurope")
    addresses.allocate("westeurope", other, "inference", "theirs", DNS_LABEL)
    await apply_all(client, namespace(), service())

    await eventually(lambda: messages(cluster, "SyncLoadBalancerFailed"))
    text = messages(cluster, "SyncLoadBalancerFailed")[0]
    assert text.startswith("Error syncing load balancer: failed to ensure load balancer:")
    assert "DnsRecordInUse" in text
    assert f"{DNS_LABEL}.westeurope.cloudapp.azure.com" in text

    other.stop()
    await eventually(lambda: addresses.of_service(cluster, NAMESPACE, NAME))


async def test_a_service_waits_for_room_in_the_region_and_says_so(
    cluster: Cluster, client: AsyncClient, addresses: PublicAddresses
):
    full = {"westeurope": "Cannot create more than 3 public IP addresses for this subscription."}
    addresses.find_shortage = full.get
    await apply_all(client, namespace(), service())

    await eventually(lambda: messages(cluster, "SyncLoadBalancerFailed"))
    text = messages(cluster, "SyncLoadBalancerFailed")[0]
    assert "PublicIPCountLimitReached" in text
    assert "Cannot create more than 3 public IP addresses" in text

    full.clear()
    await eventually(lambda: addresses.of_service(cluster, NAMESPACE, NAME))


async def test_a_deleted_service_gives_its_address_back_before_it_is_gone(
    cluster: Cluster, client: AsyncClient, addresses: PublicAddresses
):
    await apply_all(client, namespace(), service())
    await eventually(lambda: addresses.frontends())

    await client.delete(Service, NAME, namespace=NAMESPACE)

    leaving = cluster.service(NAMESPACE, NAME)
    assert leaving is not None
    assert leaving["metadata"]["finalizers"] == ["service.kubernetes.io/load-balancer-cleanup"]
    await eventually(lambda: cluster.service(NAMESPACE, NAME) is None)
    assert addresses.frontends() == []


async def test_a_deleted_namespace_takes_everything_with_it(
    cluster: Cluster, client: AsyncClient, addresses: PublicAddresses
):
    await apply_all(client, namespace(), small_deployment(replicas=2), service())
    await eventually(lambda: ready_pod(cluster) and addresses.frontends())

    await client.delete(Namespace, NAMESPACE)

    assert status_of(await client.get(Namespace, NAMESPACE))["phase"] == "Terminating"
    await eventually(lambda: cluster.store.get(NAMESPACE_KIND, "", NAMESPACE) is None)
    assert pods_of(cluster) == []
    assert addresses.frontends() == []


async def test_a_changed_template_rolls_over_without_a_gap(cluster: Cluster, client: AsyncClient):
    await apply_all(client, namespace(), small_deployment(replicas=2))
    await eventually(lambda: sum(map(_is_ready, pods_of(cluster))) == 2)

    await apply_all(client, small_deployment("nginx:1.30", replicas=2))

    available: list[int] = []

    def rolled_over() -> bool:
        manifest = cluster.store.read(DEPLOYMENT, NAMESPACE, NAME)
        available.append(manifest["status"]["availableReplicas"])
        images = {each["spec"]["containers"][0]["image"] for each in pods_of(cluster)}
        return images == {"nginx:1.30"}

    await eventually(rolled_over)
    assert min(available) >= 2


async def test_a_rollout_that_gets_nowhere_runs_out_of_time(cluster: Cluster, client: AsyncClient):
    manifest = small_deployment("registry.example.com/llm:does-not-exist")
    manifest["spec"]["progressDeadlineSeconds"] = 60
    await apply_all(client, namespace(), manifest)

    def progress() -> dict | None:
        status = cluster.store.read(DEPLOYMENT, NAMESPACE, NAME)["status"]
        return find_condition(status.get("conditions") or [], "Progressing")

    late = await eventually(lambda: (c := progress()) and c["status"] == "False" and c)

    assert late["reason"] == "ProgressDeadlineExceeded"
    assert late["message"].endswith("has timed out progressing.")


async def test_a_deleted_deployment_leaves_no_pods(cluster: Cluster, client: AsyncClient):
    await apply_all(client, namespace(), small_deployment())
    await eventually(lambda: ready_pod(cluster))

    await client.delete(Deployment, NAME, namespace=NAMESPACE)

    await eventually(lambda: not pods_of(cluster))


async def test_a_deleted_pod_is_replaced(cluster: Cluster, client: AsyncClient):
    await apply_all(client, namespace(), small_deployment())
    first = await eventually(lambda: ready_pod(cluster))

    await client.delete(Pod, first["metadata"]["name"], namespace=NAMESPACE)

    def second() -> bool:
        pod = ready_pod(cluster)
        return pod is not None and pod["metadata"]["uid"] != first["metadata"]["uid"]

    await eventually(second)


async def test_stopping_a_cluster_ends_its_tasks_and_frees_its_addresses(
    cluster: Cluster, client: AsyncClient, addresses: PublicAddresses
):
    await apply_all(client, namespace(), service())
    await eventually(lambda: addresses.frontends())

    cluster.stop()

    assert addresses.frontends() == []
    assert cluster.summary()["services"][0]["name"] == "kubernetes"


async def test_an_update_of_the_pool_leaves_booting_machines_alone(
    cluster: Cluster, client: AsyncClient
):
    await apply_all(client, namespace(), device_plugin(), deployment())
    await eventually(lambda: cluster.node_count("gpu") == 1)

    cluster.set_node_pool(replace(GPU_POOL, count=1, max_count=5))
    assert node_names(cluster) == []

    await eventually(lambda: ready_pod(cluster))
    assert len(node_names(cluster)) == 1


async def test_a_pool_that_is_forced_to_zero_stays_empty(cluster: Cluster, client: AsyncClient):
    await apply_all(client, namespace(), device_plugin(), deployment())
    await eventually(lambda: cluster.node_count("gpu") == 1)
    started_at = cluster.registry.now()

    cluster.set_node_pool(replace(GPU_POOL, autoscaling=False))
    await eventually(lambda: _minutes_between(started_at, cluster.registry.now()) > 8)

    assert cluster.node_count("gpu") == 0


async def test_a_smaller_count_takes_the_youngest_nodes_away(cluster: Cluster):
    cluster.set_node_pool(replace(SYSTEM_POOL, count=3))
    names = node_names(cluster, "system")

    cluster.set_node_pool(replace(SYSTEM_POOL, count=1))

    assert node_names(cluster, "system") == names[:1]
    cluster.remove_node_pool("system")
    assert cluster.node_count("system") == 0

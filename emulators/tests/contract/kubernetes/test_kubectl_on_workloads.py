"""What kubectl sees of running pods: needs the controllers and kubelets of a simulated cluster."""

import asyncio
import json

import pytest

from emulators.azure.clock import Clock
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.faults import ImageFault, ImageOutcome
from emulators.azure.kubernetes.kinds import REPLICA_SET, Object
from emulators.tests.contract.kubernetes.clients import Api, Kubectl
from emulators.tests.contract.kubernetes.workloads import (
    NAME,
    NAMESPACE,
    POD_URL,
    container_state,
    eventually,
    namespace,
    node_names,
    pods_of,
    ready_pod,
    small_deployment,
)

HERE = ("-n", NAMESPACE)
WORKLOAD = f"deployment/{NAME}"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"


@pytest.fixture
async def running(api: Api, cluster: Cluster) -> Object:
    """A Deployment's only pod."""
    await api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())
    await api.call("POST", DEPLOYMENTS, small_deployment())
    return await eventually(lambda: ready_pod(cluster))


def _name(subject: Object) -> str:
    return subject["metadata"]["name"]


async def test_kubectl_rolls_a_deployment_forth_and_back(
    running: Object, cluster: Cluster, kubectl: Kubectl
):
    for change in (
        ("set", "image", WORKLOAD, f"{NAME}=nginx:1.30"),
        ("rollout", "restart", WORKLOAD),
        ("rollout", "undo", WORKLOAD, "--to-revision=1"),
    ):
        await kubectl.run(*change, *HERE)
        told = await kubectl.run("rollout", "status", WORKLOAD, *HERE, "--timeout=60s")
        assert told.endswith(f'deployment "{NAME}" successfully rolled out\n')

    history = await kubectl.run("rollout", "history", WORKLOAD, *HERE)
    assert [line.split()[0] for line in history.splitlines()[2:] if line] == ["2", "3", "4"]
    image = "jsonpath={.items[*].spec.containers[0].image}"
    assert await kubectl.run("get", "pods", *HERE, "-o", image) == "nginx:1.29"
    assert len(cluster.store.list(REPLICA_SET, NAMESPACE)) == 3


async def test_kubectl_holds_a_rollout_until_it_may_go_on(
    running: Object, cluster: Cluster, kubectl: Kubectl
):
    await kubectl.run("rollout", "pause", WORKLOAD, *HERE)
    await kubectl.run("set", "image", WORKLOAD, f"{NAME}=nginx:1.30", *HERE)
    reason = "jsonpath={.status.conditions[?(@.type=='Progressing')].reason}"
    assert await kubectl.run("get", WORKLOAD, *HERE, "-o", reason) == "DeploymentPaused"
    assert [_name(each) for each in pods_of(cluster)] == [_name(running)]

    await kubectl.run("rollout", "resume", WORKLOAD, *HERE)
    await eventually(lambda: _name(running) not in [_name(each) for each in pods_of(cluster)])


async def test_kubectl_reads_a_log(running: Object, kubectl: Kubectl):
    logs = ("logs", _name(running), *HERE)
    started = container_state(running)["state"]["running"]["startedAt"]

    assert await kubectl.run(*logs) == f"{started} listening\n"
    assert await kubectl.run(*logs, "--tail=0") == ""
    assert await kubectl.run(*logs, "--since=1s") == ""
    assert await kubectl.run(*logs, "--limit-bytes=4") == started[:4]
    stamped = started.removesuffix("Z") + ".000000000Z"
    assert await kubectl.run(*logs, "--timestamps") == f"{stamped} {started} listening\n"
    assert await kubectl.run(*logs, "--previous", expected=1) == (
        f'Error from server (BadRequest): previous terminated container "{NAME}" in pod'
        f' "{_name(running)}" not found\n'
    )


async def test_kubectl_follows_a_log_until_its_pod_ends(
    running: Object, cluster: Cluster, kubectl: Kubectl
):
    async with kubectl.follow("logs", "-f", WORKLOAD, *HERE) as printed:
        assert (await printed.readline()).endswith(b" listening\n")
        assert not printed.at_eof()
        await kubectl.run("delete", "pod", _name(running), *HERE)

        async with asyncio.timeout(60):
            assert await printed.read() == b""


async def test_kubectl_reads_the_log_of_what_crashed_and_of_what_cannot_start(
    api: Api, cluster: Cluster, kubectl: Kubectl, clock: Clock
):
    cluster.faults.set_image(
        "nginx:1.29", ImageFault(ImageOutcome.CRASHES, message="CUDA out of memory")
    )
    cluster.faults.set_image("nginx:0", ImageFault(ImageOutcome.PULL_FAILS))
    await api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())
    await api.call("POST", DEPLOYMENTS, small_deployment())
    crashed = await eventually(lambda: _waiting(cluster, "CrashLoopBackOff"))

    assert await kubectl.run("logs", _name(crashed), *HERE, "--previous") == "CUDA out of memory\n"
    await kubectl.run("set", "image", WORKLOAD, f"{NAME}=nginx:0", *HERE)
    absent = await eventually(lambda: _waiting(cluster, "ImagePullBackOff"))
    clock.set_scale(0)  # else it may be tried again before kubectl asks
    refused = await kubectl.run("logs", _name(absent), *HERE, expected=1)
    assert refused == (
        f'Error from server (BadRequest): container "{NAME}" in pod "{_name(absent)}" is waiting'
        " to start: trying and failing to pull image\n"
    )


def _waiting(cluster: Cluster, reason: str) -> Object | None:
    for pod in pods_of(cluster):
        state = container_state(pod).get("state") or {}
        if (state.get("waiting") or {}).get("reason") == reason:
            return pod
    return None


async def test_kubectl_deletes_a_deployment_but_not_its_pods_which_the_next_one_adopts(
    running: Object, cluster: Cluster, kubectl: Kubectl
):
    await kubectl.run("delete", WORKLOAD, *HERE, "--cascade=orphan")
    assert [_name(each) for each in pods_of(cluster)] == [_name(running)]

    await kubectl.run("create", "-f", "-", stdin=json.dumps(small_deployment()))
    told = await kubectl.run("rollout", "status", WORKLOAD, *HERE, "--timeout=60s")
    assert told == f'deployment "{NAME}" successfully rolled out\n'
    assert [_name(each) for each in pods_of(cluster)] == [_name(running)]

    await kubectl.run("delete", WORKLOAD, *HERE, "--cascade=foreground", "--timeout=60s")
    assert pods_of(cluster) == []


async def test_kubectl_takes_a_pod_out_of_its_workload_by_a_label(
    running: Object, cluster: Cluster, kubectl: Kubectl
):
    await kubectl.run("label", "pod", _name(running), "app=quarantine", "--overwrite", *HERE)
    await kubectl.run(
        *("wait", "--for=condition=Available", WORKLOAD, *HERE, "--timeout=60s"),
    )

    kept = await kubectl.read("get", "pod", _name(running), *HERE)
    assert not kept["metadata"].get("ownerReferences")
    await eventually(lambda: len(pods_of(cluster)) == 2)


async def test_kubectl_drains_a_node_and_takes_it_into_use_again(
    running: Object, cluster: Cluster, kubectl: Kubectl
):
    node = node_names(cluster, "system")[0]
    drained = await kubectl.run("drain", node, "--ignore-daemonsets", "--timeout=60s")
    assert drained.splitlines() == [
        f"node/{node} cordoned",
        f"evicting pod {NAMESPACE}/{_name(running)}",
        f"pod/{_name(running)} evicted",
        f"node/{node} drained",
    ]
    assert "SchedulingDisabled" in await kubectl.run("get", "node", node)
    assert [each["spec"].get("nodeName") for each in pods_of(cluster)] == [None]

    assert await kubectl.run("uncordon", node) == f"node/{node} uncordoned\n"
    await kubectl.run("rollout", "status", WORKLOAD, *HERE, "--timeout=60s")


async def test_an_evicted_pod_has_the_time_that_its_eviction_grants(
    running: Object, api: Api, cluster: Cluster
):
    eviction = {"metadata": {"name": _name(running)}, "deleteOptions": {"gracePeriodSeconds": 7}}
    path = f"{POD_URL}/{_name(running)}/eviction"

    tried = await api.call("POST", f"{path}?dryRun=All", eviction)
    assert "deletionTimestamp" not in pods_of(cluster)[0]["metadata"]
    evicted = await api.call("POST", path, eviction)

    assert (tried.status, evicted.status, evicted.body["status"]) == (201, 201, "Success")
    leaving = [each["metadata"].get("deletionGracePeriodSeconds") for each in pods_of(cluster)]
    assert 7 in leaving

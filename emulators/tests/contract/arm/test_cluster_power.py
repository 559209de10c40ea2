"""Clusters that are stopped, started and aborted, by the SDK and on the wire."""

from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import HttpResponseError

from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import NODE, POD
from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, Azure, RawAnswer
from emulators.tests.contract.arm.test_clusters import CLUSTER, NAME, VERSION
from emulators.tests.support.arm_bodies import cluster_body, gpu_pool
from emulators.tests.support.simulator import Control, SimulatorAddress, eventually

POOL = f"{CLUSTER}/agentPools/gpu"


@pytest.fixture
async def cluster(azure: Azure, group: str) -> str:
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, cluster_body(gpu_minimum=1)
    )
    await begun.result()
    return NAME


def kubernetes(simulator: RunningSimulator) -> Cluster:
    (found,) = simulator.simulator.azure.clusters.all()
    assert isinstance(found.kubernetes, Cluster)
    return found.kubernetes


async def followed(arm: Arm, accepted: RawAnswer) -> RawAnswer:
    """The last answer of the operation that was accepted."""
    poll = await arm.call("GET", accepted.headers["Azure-AsyncOperation"])
    while poll.body["status"] not in ("Succeeded", "Failed", "Canceled"):
        poll = await arm.poll(accepted.headers["Azure-AsyncOperation"])
    return poll


def shown(answer: RawAnswer) -> Any:
    """State, power and nodes per pool of a cluster."""
    properties = answer.body["properties"]
    pools = {pool["name"]: pool["count"] for pool in properties["agentPoolProfiles"]}
    return properties["provisioningState"], properties["powerState"]["code"], pools


async def test_a_cluster_is_stopped_and_started_with_the_nodes_that_it_had(
    azure: Azure, arm: Arm, cluster: str, simulator: RunningSimulator
) -> None:
    clusters = azure.containers.managed_clusters
    await (await clusters.begin_stop("gp-fraud", cluster)).result()
    stopped = await arm.call("GET", CLUSTER, api_version=VERSION)
    assert shown(stopped) == ("Succeeded", "Stopped", {"system": 1, "gpu": 1})
    assert [kubernetes(simulator).node_count(pool) for pool in ("system", "gpu")] == [0, 0]

    await (await clusters.begin_start("gp-fraud", cluster)).result()
    started = await arm.call("GET", CLUSTER, api_version=VERSION)
    assert shown(started) == ("Succeeded", "Running", {"system": 1, "gpu": 1})
    assert [kubernetes(simulator).node_count(pool) for pool in ("system", "gpu")] == [1, 1]


@pytest.mark.parametrize(("verb", "state"), [("stop", "Stopping"), ("start", "Starting")])
async def test_a_power_change_is_accepted_empty_and_its_location_ends_in_204(
    azure: Azure, arm: Arm, cluster: str, verb: str, state: str
) -> None:
    if verb == "start":
        await (await azure.containers.managed_clusters.begin_stop("gp-fraud", cluster)).result()
    accepted = await arm.call("POST", f"{CLUSTER}/{verb}", api_version=VERSION)
    meanwhile = await arm.call("GET", CLUSTER, api_version=VERSION)
    pending = await arm.call("GET", accepted.headers["Location"])
    assert (accepted.status, accepted.body, pending.status) == (202, None, 202)
    assert "Retry-After" not in accepted.headers
    assert meanwhile.body["properties"]["provisioningState"] == state
    pools = meanwhile.body["properties"]["agentPoolProfiles"]
    assert {pool["provisioningState"] for pool in pools} == {state}
    assert (await followed(arm, accepted)).body["status"] == "Succeeded"
    assert (await arm.call("GET", accepted.headers["Location"])).status == 204


async def test_nodes_and_pods_are_gone_while_a_cluster_is_stopped(
    azure: Azure, arm: Arm, cluster: str, simulator: RunningSimulator
) -> None:
    before = kubernetes(simulator)
    pod = {
        "metadata": {"name": "alone", "namespace": "default"},
        "spec": {"containers": [{"name": "c", "image": "busybox"}]},
    }
    before.registry.create(POD, "default", pod)
    await eventually(lambda: before.store.list(POD, "default")[0]["spec"].get("nodeName"))
    await (await azure.containers.managed_clusters.begin_stop("gp-fraud", cluster)).result()
    await eventually(lambda: not before.store.list(POD, "default"))
    assert not before.store.list(NODE)


async def test_the_api_server_of_a_stopped_cluster_does_not_answer(
    azure: Azure,
    cluster: str,
    control: Control,
    session: aiohttp.ClientSession,
    address: SimulatorAddress,
) -> None:
    (known,) = (await control.state())["clusters"]
    url = f"{address.url}{known['kubernetesPath']}/version"
    async with session.get(url) as before:
        pass
    await (await azure.containers.managed_clusters.begin_stop("gp-fraud", cluster)).result()
    async with session.get(url) as after:
        pass
    assert (before.status, after.status) == (401, 503)


WRITES = [
    pytest.param("POST", f"{CLUSTER}/stop", None, "stopping", id="stop"),
    pytest.param("PUT", CLUSTER, cluster_body(), "updating", id="update"),
    pytest.param("PATCH", CLUSTER, {"tags": {"a": "b"}}, "updating", id="tags"),
    pytest.param("PUT", POOL, {"properties": gpu_pool()}, "updating an agent pool", id="pool"),
    pytest.param("PUT", f"{POOL}2", {"properties": gpu_pool()}, "adding an agent pool", id="new"),
    pytest.param("DELETE", POOL, None, "deleting an agent pool", id="pool deletion"),
]


@pytest.mark.parametrize(("method", "path", "body", "doing"), WRITES)
async def test_a_stopped_cluster_refuses_all_but_start_and_delete(
    azure: Azure, arm: Arm, cluster: str, method: str, path: str, body: Any, doing: str
) -> None:
    await (await azure.containers.managed_clusters.begin_stop("gp-fraud", cluster)).result()
    refusal = await arm.call(method, path, body, api_version=VERSION)
    assert refusal.error == (400, "OperationNotAllowed")
    assert refusal.message == (
        "managed cluster is in Provisioning State(Succeeded) and Power State(Stopped), "
        f"{doing} cannot be performed"
    )


async def test_a_stopped_cluster_can_be_deleted(azure: Azure, arm: Arm, cluster: str) -> None:
    clusters = azure.containers.managed_clusters
    await (await clusters.begin_stop("gp-fraud", cluster)).result()
    await (await clusters.begin_delete("gp-fraud", cluster)).result()
    assert (await arm.call("GET", CLUSTER, api_version=VERSION)).status == 404


async def test_a_running_cluster_cannot_be_started(arm: Arm, cluster: str) -> None:
    refusal = await arm.call("POST", f"{CLUSTER}/start", api_version=VERSION)
    assert refusal.error == (400, "OperationNotAllowed")
    assert "Power State(Running), starting cannot be performed" in refusal.message


async def test_stopped_machines_leave_the_quota_and_need_it_again(
    azure: Azure, arm: Arm, cluster: str, control: Control
) -> None:
    family = "StandardNCADSA100v4Family"
    await (await azure.containers.managed_clusters.begin_stop("gp-fraud", cluster)).result()
    usages = await control.call("GET", "/quota?region=westeurope")
    assert next(each["usage"] for each in usages if each["name"] == family) == 0
    await control.set_quota("westeurope", family, 6)
    refusal = await arm.call("POST", f"{CLUSTER}/start", api_version=VERSION)
    assert refusal.error == (400, "ErrCode_InsufficientVCPUQuota")


async def test_an_aborted_creation_is_canceled_and_an_update_completes_it(
    azure: Azure, arm: Arm, group: str, control: Control
) -> None:
    created = await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)
    accepted = await arm.call("POST", f"{CLUSTER}/abort", api_version=VERSION)
    meanwhile = await arm.call("GET", CLUSTER, api_version=VERSION)
    assert accepted.status == 202
    assert accepted.body["properties"]["provisioningState"] == "Creating"
    assert meanwhile.body["properties"]["provisioningState"] == "Canceling"
    assert (await followed(arm, accepted)).body["status"] == "Succeeded"
    assert (await arm.call("GET", accepted.headers["Location"])).status == 204
    assert (await followed(arm, created)).body["status"] == "Canceled"
    aborted = await arm.call("GET", CLUSTER, api_version=VERSION)
    assert aborted.body["properties"]["provisioningState"] == "Canceled"

    clusters = azure.containers.managed_clusters
    begun = await clusters.begin_create_or_update(group, NAME, cluster_body())
    completed = await begun.result()
    assert completed.properties is not None
    assert completed.properties.provisioning_state == "Succeeded"
    (known,) = (await control.state())["clusters"]
    assert known["isServing"]


async def test_the_sdk_aborts_an_update(azure: Azure, group: str, cluster: str) -> None:
    clusters = azure.containers.managed_clusters
    update = await clusters.begin_create_or_update(group, NAME, cluster_body(gpu_minimum=1))
    await (await clusters.begin_abort_latest_operation(group, NAME)).result()
    with pytest.raises(HttpResponseError, match='"status": "Canceled"'):
        await update.result()
    aborted = await clusters.get(group, NAME)
    assert aborted.properties is not None
    assert aborted.properties.provisioning_state == "Canceled"


async def test_an_aborted_stop_of_a_pool_leaves_its_nodes(
    azure: Azure, arm: Arm, cluster: str
) -> None:
    body = {"properties": gpu_pool(minCount=1, powerState={"code": "Stopped"})}
    stopping = await arm.call("PUT", POOL, body, api_version=VERSION)
    assert stopping.body["properties"]["provisioningState"] == "Stopping"
    assert stopping.body["properties"]["count"] == 0
    begun = await azure.containers.agent_pools.begin_abort_latest_operation(
        "gp-fraud", NAME, "gpu"
    )
    await begun.result()
    pool = (await arm.call("GET", POOL, api_version=VERSION)).body["properties"]
    assert pool["provisioningState"] == "Canceled"
    assert (pool["powerState"]["code"], pool["count"]) == ("Running", 1)
    others = (await arm.call("GET", f"{CLUSTER}/agentPools/system", api_version=VERSION)).body
    assert others["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize("path", [CLUSTER, POOL])
async def test_there_is_nothing_to_abort_when_nothing_runs(
    arm: Arm, cluster: str, path: str
) -> None:
    refusal = await arm.call("POST", f"{path}/abort", api_version=VERSION)
    assert refusal.error == (409, "OperationNotAllowed")


async def test_a_pool_that_is_not_there_is_not_aborted(arm: Arm, cluster: str) -> None:
    refusal = await arm.call("POST", f"{POOL}9/abort", api_version=VERSION)
    assert refusal.error == (404, "NotFound")


async def test_a_pool_honours_etags(arm: Arm, cluster: str) -> None:
    etag = (await arm.call("GET", POOL, api_version=VERSION)).body["properties"]["eTag"]
    body = {"properties": gpu_pool(maxCount=8)}

    async def put(path: str, **headers: str) -> RawAnswer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await arm.call("PUT", path, body, api_version=VERSION, headers=named)

    refusals = [
        await put(POOL, If_Match="stale"),
        await put(POOL, If_None_Match="*"),
        await put(f"{POOL}2", If_Match="*"),
        await arm.call("DELETE", POOL, api_version=VERSION, headers={"If-Match": "stale"}),
    ]
    assert [each.error for each in refusals] == [(412, "PreconditionFailed")] * 4
    changed = await put(POOL, If_Match=etag)
    assert changed.status == 200
    assert changed.body["properties"]["eTag"] != etag
    await followed(arm, changed)
    created = await put(f"{POOL}2", If_None_Match="*")
    assert created.status == 201


async def test_the_image_of_a_pool_is_renewed(azure: Azure, cluster: str) -> None:
    pools = azure.containers.agent_pools
    await (await pools.begin_upgrade_node_image_version("gp-fraud", NAME, "gpu")).result()
    pool = await pools.get("gp-fraud", NAME, "gpu")
    profile = await pools.get_upgrade_profile("gp-fraud", NAME, "gpu")
    assert pool.properties is not None
    assert pool.properties.provisioning_state == "Succeeded"
    assert profile.properties.latest_node_image_version == pool.properties.node_image_version
    assert not profile.properties.upgrades


async def test_versions_and_upgrades_are_told(azure: Azure, cluster: str) -> None:
    clusters = azure.containers.managed_clusters
    offered = await clusters.list_kubernetes_versions("westeurope")
    assert offered.values_property is not None
    profile = await clusters.get_upgrade_profile("gp-fraud", cluster)
    upgrades = profile.properties.control_plane_profile.upgrades or []
    assert [each.kubernetes_version for each in upgrades] == ["1.36.2"]

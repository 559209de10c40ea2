"""The product's own clients of Azure's management packages against simulated Azure."""

import asyncio

import pytest

from clients.answers import ArmAnswer
from clients.factory import ClientFactory
from domain.arm import naming
from domain.arm.agent_pool import build_scaled_pool
from domain.arm.operation_polling import read_poll
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.outcomes import Status
from domain.serving.cluster_access import AKS_SERVER_APPLICATION, ClusterAccess, UnreadCluster
from tests.support.specs import a_spec

REGION = "westeurope"
GROUP = ("resourceGroup", REGION)
CELL = [GROUP, ("managedCluster", REGION)]
EDGE = [
    ("resourceGroup", ""),
    ("profile", ""),
    ("endpoint", ""),
    ("originGroup", ""),
    ("wafPolicy", ""),
    ("origin", REGION),
    ("route", ""),
    ("securityPolicy", ""),
]


def target_of(clients: ClientFactory, kind: str, region: str) -> ResourceTarget:
    """As the app builds it from its settings."""
    settings = clients.settings
    return ResourceTarget(
        kind,
        "fraud-llm",
        region,
        settings.subscription_id,
        settings.api_server_ranges,
        settings.log_workspace_resource_id,
    )


async def put(clients: ClientFactory, kind: str, region: str) -> ArmAnswer:
    target = target_of(clients, kind, region)
    body = KINDS[kind].build_body(a_spec(), target, None)
    return await clients.resources.begin_put(KINDS[kind].build_id(target), body)


async def finish(clients: ClientFactory, resource_id: str, begun: ArmAnswer) -> None:
    """Follow the operation to its end, if it has one."""
    assert begun.is_success, begun
    while begun.operation_url:
        answer = await clients.resources.follow(resource_id, begun.operation_url)
        poll = read_poll(answer.status, answer.body, answer.headers, operation="PUT")
        if poll.is_success:
            return
        assert poll.status is Status.RUNNING, poll
        await asyncio.sleep(0.1)


async def build(clients: ClientFactory, parts: list[tuple[str, str]]) -> list[str]:
    built: list[str] = []
    for kind, region in parts:
        resource_id = KINDS[kind].build_id(target_of(clients, kind, region))
        await finish(clients, resource_id, await put(clients, kind, region))
        found = await clients.resources.get(resource_id)
        assert found.status == 200, found
        assert found.body["properties"]["provisioningState"] == "Succeeded"
        assert found.body["id"].lower() == resource_id.lower()
        built.append(resource_id)
    return built


@pytest.mark.parametrize("parts", [EDGE, CELL], ids=["edge", "cell"])
async def test_every_kind_is_built_found_and_deleted(
    clients: ClientFactory, parts: list[tuple[str, str]]
) -> None:
    built = await build(clients, parts)
    for resource_id in reversed(built):
        await finish(clients, resource_id, await clients.resources.begin_delete(resource_id))
        assert (await clients.resources.get(resource_id)).status == 404


async def test_a_cluster_is_built_by_an_operation_that_runs_beside_the_call(
    clients: ClientFactory,
) -> None:
    await build(clients, [GROUP])
    begun = await put(clients, "managedCluster", REGION)
    assert (begun.status, begun.body["properties"]["provisioningState"]) == (201, "Creating")
    assert begun.operation_url


async def test_a_second_request_to_a_busy_cluster_is_refused_as_a_value(
    clients: ClientFactory,
) -> None:
    await build(clients, [GROUP])
    await put(clients, "managedCluster", REGION)
    refused = await put(clients, "managedCluster", REGION)
    assert (refused.status, refused.is_success) == (409, False)
    assert refused.body["code"] == "OperationNotAllowed", "flat, as AKS writes it"


async def test_a_pool_is_scaled_in_its_cluster(clients: ClientFactory) -> None:
    await build(clients, CELL)
    pool_id = naming.agent_pool_id(clients.settings.subscription_id, "fraud-llm", REGION)
    existing = await clients.resources.get(pool_id)
    begun = await clients.resources.begin_put(pool_id, build_scaled_pool(existing.body, 2))
    await finish(clients, pool_id, begun)
    scaled = (await clients.resources.get(pool_id)).body["properties"]
    assert (scaled["count"], scaled["enableAutoScaling"]) == (2, False)
    assert scaled["nodeLabels"] == {naming.GPU_NODE_LABEL: "true"}


async def test_clusters_and_the_contents_of_groups_are_listed(clients: ClientFactory) -> None:
    _, cluster_id = await build(clients, CELL)
    clusters = [page async for page in clients.aks.list_clusters()]
    assert [each["id"].lower() for page in clusters for each in page.body["value"]] == [
        cluster_id.lower()
    ]
    group_id = KINDS["resourceGroup"].build_id(target_of(clients, "resourceGroup", REGION))
    contents = [page async for page in clients.resource_groups.list_resources(group_id)]
    assert cluster_id.lower() in {
        each["id"].lower() for page in contents for each in page.body["value"]
    }


async def test_a_clusters_credentials_are_handed_out(clients: ClientFactory) -> None:
    _, cluster_id = await build(clients, CELL)
    answer = await clients.aks.list_user_credentials(cluster_id)
    assert answer.status == 200
    assert answer.body["kubeconfigs"][0]["value"]
    there, missing = await clients.cluster_access.read("fraud-llm", (REGION, "uksouth"))
    assert isinstance(there, ClusterAccess)
    assert there.cluster_id == cluster_id
    assert "/kubernetes/" in there.server_url
    assert there.server_application_id == AKS_SERVER_APPLICATION
    assert there.tenant_id
    assert isinstance(missing, UnreadCluster)
    assert missing.is_missing

from typing import Any

from activities.list_gpu_pools import list_gpu_pools
from domain.outcomes import Outcome
from domain.sweep.model import GpuPool
from tests.support.fake_clients import CLUSTERS, FakeClients, answer_of, error_of

NEXT = "https://management.azure.com/next"


def page(*names: str, **more: str):
    return answer_of(200, {"value": [a_cluster(name) for name in names], **more})


def a_cluster(name: str) -> dict[str, Any]:
    profile = {"name": "gpu", "vmSize": "Standard_NC4as_T4_v3", "count": 1}
    return {
        "id": f"/clusters/gp-{name}-westeurope",
        "name": f"gp-{name}-westeurope",
        "location": "westeurope",
        "tags": {"managed-by": "gridplane", "environment": name},
        "properties": {"agentPoolProfiles": [profile]},
    }


async def look(clients: FakeClients) -> Outcome:
    return await list_gpu_pools({"operationId": "sweep"}, clients.as_factory())


async def test_one_request_lists_the_pools_of_all_clusters():
    clients = FakeClients()
    clients.arm.answers["GET", CLUSTERS] = page("a", "b")
    pools = [GpuPool.from_wire(pool) for pool in (await look(clients)).result["pools"]]
    assert [(pool.environment, pool.is_ours) for pool in pools] == [("a", True), ("b", True)]
    assert clients.arm.requests == [("GET", CLUSTERS)]


async def test_every_page_is_read_also_after_an_empty_one():
    clients = FakeClients()
    clients.arm.answers |= {
        ("GET", CLUSTERS): page(nextLink=f"{NEXT}/1"),
        ("GET", f"{NEXT}/1"): page("a", nextLink=f"{NEXT}/2"),
        ("GET", f"{NEXT}/2"): page(),
    }
    assert [pool["environment"] for pool in (await look(clients)).result["pools"]] == ["a"]


async def test_a_list_that_breaks_off_is_a_failure_and_no_short_list():
    clients = FakeClients()
    clients.arm.answers |= {
        ("GET", CLUSTERS): page("a", nextLink=f"{NEXT}/1"),
        ("GET", f"{NEXT}/1"): error_of(503, "ServiceUnavailable"),
    }
    outcome = await look(clients)
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == ("AzureUnavailable", True)
    assert outcome.result == {}

"""Headers that tell who answered: ARM itself, or the resource provider behind it."""

from typing import Any

import pytest

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.contract.arm.recorded_rows import CLUSTER, GROUP, POOL, World
from emulators.tests.contract.arm.test_front_door import (
    ENDPOINT,
    ENDPOINT_BODY,
    GROUP_BODY,
    ORIGINS,
    PROFILE,
    PROFILE_BODY,
    WAF,
    put,
)
from emulators.tests.support.arm_bodies import cluster_body
from emulators.tests.support.simulator import Control

IDENTIFIER = "x-ms-operation-identifier"
CAUSE = "x-ms-failure-cause"
USAGES = "providers/Microsoft.Compute/locations/westeurope/usages"


@pytest.fixture
def world(arm: Arm, group: str, control: Control, simulator: RunningSimulator) -> World:
    return World(arm, control, simulator)


@pytest.mark.parametrize(
    ("path", "identified"),
    [
        pytest.param(CLUSTER, False, id="cluster"),
        pytest.param(CLUSTER.rpartition("/")[0], False, id="clusters"),
        pytest.param(POOL, True, id="pool"),
        pytest.param(f"{CLUSTER}/maintenanceConfigurations", True, id="configurations"),
        pytest.param(f"{CLUSTER}/upgradeProfiles/default", True, id="upgrades"),
    ],
)
async def test_arm_itself_answers_reads_of_what_it_keeps_track_of(
    world: World, path: str, identified: bool
) -> None:
    await world.ready_cluster()
    answer = await world.aks("GET", path)
    assert answer.status == 200
    assert (IDENTIFIER in answer.headers) == identified


async def test_writes_actions_and_polls_are_the_providers(world: World) -> None:
    created = await world.cluster(disableLocalAccounts=False)
    poll = await world.arm.call("GET", created.headers["Azure-AsyncOperation"])
    await world.ended(created)
    credentials = await world.aks("POST", f"{CLUSTER}/listClusterUserCredential")
    deleted = await world.aks("DELETE", CLUSTER)
    usages = await world.arm.call("GET", USAGES, api_version="2026-04-01")
    for answer in (created, poll, credentials, deleted, usages):
        assert answer.status < 300
        tenant = f"tenantId={world.simulator.simulator.tokens.tenant_id},objectId="
        assert answer.headers[IDENTIFIER].startswith(tenant)


async def test_front_door_is_read_through_arm_and_its_children_are_not(world: World) -> None:
    await world.ready((PROFILE, PROFILE_BODY), (ENDPOINT, ENDPOINT_BODY), (ORIGINS, GROUP_BODY))
    reads = {path: await world.cdn("GET", path) for path in (PROFILE, ENDPOINT, ORIGINS)}
    again = await put(world.arm, ENDPOINT, ENDPOINT_BODY)
    firewall = await put(world.arm, WAF, PROFILE_BODY)
    assert [IDENTIFIER in each.headers for each in reads.values()] == [False, False, True]
    assert IDENTIFIER in again.headers
    assert IDENTIFIER in firewall.headers


async def test_groups_and_providers_are_arms_own(world: World) -> None:
    for path in (GROUP, "resourceGroups", "providers/Microsoft.Cdn"):
        answer = await world.arm.call("GET", path)
        assert answer.status == 200
        assert IDENTIFIER not in answer.headers


async def refused_by_provider(world: World) -> Any:
    await world.ready_cluster()
    return await world.aks("GET", f"{CLUSTER}/agentPools/other")


async def refused_by_arm(world: World) -> Any:
    return await world.aks("GET", CLUSTER)


async def refused_write(world: World) -> Any:
    return await world.aks("PUT", CLUSTER, cluster_body(dnsPrefix=None))


async def refused_by_front_door(world: World) -> Any:
    return await put(world.arm, PROFILE, PROFILE_BODY | {"sku": {"name": "Huge"}})


@pytest.mark.parametrize(
    ("provoke", "identified", "cause"),
    [
        pytest.param(refused_by_provider, True, None, id="missing pool"),
        pytest.param(refused_by_arm, False, "gateway", id="missing cluster"),
        pytest.param(refused_write, True, None, id="bad cluster"),
        pytest.param(refused_by_front_door, True, None, id="bad profile"),
    ],
)
async def test_a_refusal_of_a_provider_names_no_cause(
    world: World, provoke: Any, identified: bool, cause: str | None
) -> None:
    """Recorded of 400 and 404; a failure of 500 names the service."""
    answer = await provoke(world)
    assert 400 <= answer.status < 500
    assert (IDENTIFIER in answer.headers) == identified
    assert answer.headers.get(CAUSE) == cause


@pytest.mark.parametrize(
    ("recorded", "cause"),
    [("InternalOperationError", "service"), ("BadGatewayConnection", "service")],
)
async def test_a_failure_of_a_provider_names_the_service(
    world: World, recorded: str, cause: str
) -> None:
    await world.control.add_fault(match={"path": "managedClusters"}, recorded=recorded, count=1)
    answer = await world.aks("GET", CLUSTER)
    assert answer.status >= 500
    assert answer.headers[CAUSE] == cause

"""Updates of an edge that operators have changed, through the product's own activity."""

import asyncio
from typing import Any

import aiohttp
import pytest

from activities.begin_resource import begin_resource
from clients.factory import ClientFactory
from domain.arm import naming
from domain.arm.existing_resource import is_in_motion
from domain.arm.resource_kinds import KINDS
from domain.outcomes import Outcome, Status
from emulators.azure.identity import ARM_AUDIENCE
from emulators.azure.process import RunningSimulator
from emulators.tests.support.simulator import SimulatorAddress
from tests.contract.arm.test_resources import EDGE, build, finish, target_of
from tests.support.fake_hub import a_hub
from tests.support.payloads import a_resource

VERSION = "2026-10-01"


async def begin(clients: ClientFactory, kind: str, region: str) -> Outcome:
    return await begin_resource(a_resource(kind, region), clients, a_hub())


async def read(clients: ClientFactory, kind: str, region: str = "") -> dict[str, Any]:
    resource_id = KINDS[kind].build_id(target_of(clients, kind, region))
    return (await clients.resources.get(resource_id)).body


async def change(clients: ClientFactory, kind: str, properties: dict[str, Any]) -> None:
    resource_id = KINDS[kind].build_id(target_of(clients, kind, ""))
    existing = await read(clients, kind)
    body = {**existing, "properties": {**existing["properties"], **properties}}
    await finish(clients, resource_id, await clients.resources.begin_put(resource_id, body))


@pytest.fixture
async def custom_domain(
    clients: ClientFactory,
    session: aiohttp.ClientSession,
    address: SimulatorAddress,
    simulator: RunningSimulator,
) -> str:
    """An operator's domain, linked to the route and protected by the security policy."""
    await build(clients, EDGE)
    profile_id = naming.profile_id(clients.settings.subscription_id, "fraud-llm")
    domain_id = f"{profile_id}/customDomains/shop"
    token = simulator.simulator.tokens.issue(ARM_AUDIENCE).value
    request = {
        "url": f"{address.url}{domain_id}?api-version={VERSION}",
        "headers": {"Authorization": f"Bearer {token}"},
    }
    body = {"properties": {"hostName": "shop.example.com"}}
    async with session.put(**request, json=body) as answer:
        assert answer.status == 201
    state = "Creating"
    while state != "Succeeded":
        await asyncio.sleep(0.1)
        async with session.get(**request) as answer:
            state = (await answer.json())["properties"]["provisioningState"]
    await change(clients, "route", {"customDomains": [{"id": domain_id}]})
    parameters = (await read(clients, "securityPolicy"))["properties"]["parameters"]
    parameters["associations"][0]["domains"].append({"id": domain_id})
    await change(clients, "securityPolicy", {"parameters": parameters})
    return domain_id.lower()


async def test_an_edge_that_is_current_starts_no_operation(clients: ClientFactory):
    await build(clients, EDGE)
    for kind, region in EDGE:
        outcome = await begin(clients, kind, region)
        assert outcome.status is Status.SUCCEEDED, f"{kind}: {outcome}"


async def test_an_update_keeps_a_custom_domain_and_starts_no_operation(
    clients: ClientFactory, custom_domain: str
):
    for kind, region in EDGE:
        outcome = await begin(clients, kind, region)
        assert outcome.status is Status.SUCCEEDED, f"{kind}: {outcome}"
    route = (await read(clients, "route"))["properties"]
    assert [each["id"].lower() for each in route["customDomains"]] == [custom_domain]
    policy = (await read(clients, "securityPolicy"))["properties"]["parameters"]
    (association,) = policy["associations"]
    assert custom_domain in {each["id"].lower() for each in association["domains"]}


async def test_each_part_may_be_sent_again_without_a_look_while_it_is_built_and_afterwards(
    clients: ClientFactory,
):
    """As after a kill -9: the worker had sent it, and the next one gets the same activity."""
    group, *parts = EDGE
    assert (await begin(clients, *group)).created
    for kind, region in parts:
        first, again = [await send(clients, kind, region) for _ in range(2)]
        assert (first.failure, again.failure) == (None, None), f"{kind}: {first}, {again}"
        assert not (again.handle and again.handle.operation_url), f"{kind}: {again}"
        await at_rest(clients, kind, region)
        built = await read(clients, kind, region)
        assert (await send(clients, kind, region)).is_success, kind
        assert await read(clients, kind, region) == built


async def test_the_group_of_an_edge_is_new_only_once(clients: ClientFactory):
    group = EDGE[0]
    assert [(await begin(clients, *group)).created for _ in range(2)] == [True, None]


async def send(clients: ClientFactory, kind: str, region: str) -> Outcome:
    value = {**a_resource(kind, region), "inNewGroup": True}
    return await begin_resource(value, clients, a_hub())


async def at_rest(clients: ClientFactory, kind: str, region: str) -> None:
    while is_in_motion(await read(clients, kind, region)):
        await asyncio.sleep(0.1)

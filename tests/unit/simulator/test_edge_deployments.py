"""What has reached the edge."""

import asyncio

from simulator.arm.platform import Platform
from simulator.arm.resources import Resource
from simulator.front_door.deployments import Deployments
from simulator.front_door.kinds import ENDPOINT, PROFILES, ROUTE

PROFILE = PROFILES.format(subscription="s", group="g") + "/p"


def add(platform: Platform, path: str, kind: str) -> Resource:
    resource = Resource(
        f"{PROFILE}/{path}",
        kind,
        path.rpartition("/")[2],
        platform.clock.now(),
        "Succeeded",
        {"properties": {"version": 1}},
    )
    platform.resources.add(resource)
    return resource


async def test_a_change_arrives_minutes_later_as_it_was_when_it_left(platform: Platform) -> None:
    deployments = Deployments(platform)
    endpoint = add(platform, "afdendpoints/e", ENDPOINT.type)
    deployments.begin(endpoint)
    endpoint.properties["version"] = 2
    assert deployments.properties(endpoint) is None
    await platform.clock.sleep(700)
    assert deployments.properties(endpoint) == {"version": 1}
    deployments.forget(endpoint)
    assert deployments.properties(endpoint) is None


async def test_no_change_overtakes_an_older_one_of_the_same_profile(platform: Platform) -> None:
    deployments = Deployments(platform)
    resources = [add(platform, f"afdendpoints/e/routes/r{n}", ROUTE.type) for n in range(12)]
    for each in resources:
        deployments.begin(each)
    known = [False]
    async with asyncio.timeout(2):
        while not all(known):
            await asyncio.sleep(0)
            known = [deployments.properties(each) is not None for each in resources]
            assert known == sorted(known, reverse=True)


async def test_what_was_deleted_meanwhile_never_arrives(platform: Platform) -> None:
    deployments = Deployments(platform)
    endpoint = add(platform, "afdendpoints/e", ENDPOINT.type)
    deployments.begin(endpoint)
    platform.resources.remove(endpoint)
    await platform.clock.sleep(700)
    assert deployments.properties(endpoint) is None

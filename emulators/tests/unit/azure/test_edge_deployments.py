"""What has reached the edge."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from emulators.azure.arm.operations import Operations
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.resources import Resource
from emulators.azure.front_door.deployments import Deployments
from emulators.azure.front_door.kinds import ENDPOINT, PROFILES, ROUTE

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


class Timers(Operations):
    """What is to happen later happens when a test says so."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform.clock, platform.latencies, platform.identifiers)
        self.seconds: list[float] = []
        self.effects: list[Callable[[], None]] = []

    def later(self, name: str, seconds: float, effect: Callable[[], None]) -> None:
        self.seconds.append(seconds)
        self.effects.append(effect)


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(range(12), id="timers in order"),
        pytest.param(range(11, -1, -1), id="the youngest timer first"),
        pytest.param([4, 0, 9, 2, 1, 3, 11, 5, 10, 8, 7, 6], id="timers in disorder"),
    ],
)
async def test_no_change_overtakes_an_older_one_of_the_same_profile(
    platform: Platform, order: list[int]
) -> None:
    timers = Timers(platform)
    deployments = Deployments(replace(platform, operations=timers))
    resources = [add(platform, f"afdendpoints/e/routes/r{n}", ROUTE.type) for n in range(12)]
    for each in resources:
        deployments.begin(each)
    assert timers.seconds == sorted(timers.seconds)
    for index in order:
        timers.effects[index]()
        known = [deployments.properties(each) is not None for each in resources]
        assert known[index]
        assert known == sorted(known, reverse=True)


async def test_what_was_deleted_meanwhile_never_arrives(platform: Platform) -> None:
    deployments = Deployments(platform)
    endpoint = add(platform, "afdendpoints/e", ENDPOINT.type)
    deployments.begin(endpoint)
    platform.resources.remove(endpoint)
    await platform.clock.sleep(700)
    assert deployments.properties(endpoint) is None

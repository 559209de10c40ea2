"""Throttling on the wire."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, RawAnswer
from emulators.tests.contract.arm.test_clusters import CLUSTER, VERSION
from emulators.tests.contract.arm.test_front_door import PROFILE
from emulators.tests.support.simulator import Control

REMAINING = "x-ms-ratelimit-remaining"


@pytest.fixture
async def throttled(control: Control) -> None:
    """Switched on, in a time that hardly passes."""
    await control.call("PUT", "/clock", {"scale": 20})
    await throttle(control)


async def throttle(control: Control, tokens: int | None = None) -> None:
    await control.call("PUT", "/throttling", {"enabled": True, "tokens": tokens})


async def many(arm: Arm, times: int, *request: Any, **options: Any) -> list[RawAnswer]:
    return await asyncio.gather(*(arm.call(*request, **options) for _ in range(times)))


def pass_seconds(simulator: RunningSimulator, seconds: float) -> None:
    clock = simulator.simulator.clock
    clock.advance_to(clock.now() + timedelta(seconds=seconds))


async def test_answers_tell_what_is_left(arm: Arm) -> None:
    path = "resourceGroups/gp-fraud"
    put = await arm.call("PUT", path, {"location": "westeurope"})
    read = await arm.call("GET", path)
    missing = await arm.call("GET", f"{path}-none")
    delete = await arm.call("DELETE", path)
    assert (put.headers[f"{REMAINING}-subscription-writes"]) == "199"
    assert (put.headers[f"{REMAINING}-subscription-global-writes"]) == "2999"
    assert (read.headers[f"{REMAINING}-subscription-reads"]) == "249"
    assert (read.headers[f"{REMAINING}-subscription-global-reads"]) == "3749"
    assert (delete.headers[f"{REMAINING}-subscription-global-deletes"]) == "2999"
    assert not any(name.lower().startswith(REMAINING) for name in missing.headers)


async def test_nobody_is_refused_unless_it_is_switched_on(arm: Arm, control: Control) -> None:
    assert not (await control.call("GET", "/throttling"))["enabled"]
    answers = await many(arm, 260, "HEAD", "resourceGroups/gp-fraud")
    assert {each.status for each in answers} == {404}


async def test_a_principal_has_so_many_reads_and_then_some_each_second(
    arm: Arm, control: Control, throttled: None, simulator: RunningSimulator
) -> None:
    await throttle(control, tokens=0)
    refused = await arm.call("GET", "resourceGroups/gp-fraud")
    assert refused.error == (429, "SubscriptionRequestsThrottled")
    subscription = arm.subscription.removeprefix("/subscriptions/")
    assert refused.message == (
        f"Number of 'read' requests for subscription '{subscription}' actor "
        f"'{simulator.simulator.tokens.principal_id}' exceeded. Please try again after '1' "
        "seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling "
        "for additional information."
    )
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["x-ms-failure-cause"] == "gateway"
    pass_seconds(simulator, 1)
    assert (await arm.call("GET", "resourceGroups/gp-fraud")).status == 404


async def test_a_cluster_takes_twenty_puts_and_then_one_a_minute(
    arm: Arm, group: str, throttled: None, simulator: RunningSimulator
) -> None:
    put = ("PUT", CLUSTER, {"location": None})
    answers = await many(arm, 21, *put, api_version=VERSION)
    refused = [each for each in answers if each.status == 429]
    assert len(refused) == 1
    assert set(refused[0].body) == {"code", "details", "message", "subcode"}
    assert refused[0].error == (429, "Throttled")
    wait = int(refused[0].headers["Retry-After"])
    assert 55 <= wait <= 60
    other = await arm.call("PUT", f"{CLUSTER}-2", {"location": None}, api_version=VERSION)
    assert other.status == 400
    pass_seconds(simulator, wait)
    assert (await arm.call(*put, api_version=VERSION)).status == 400
    assert (await arm.call(*put, api_version=VERSION)).status == 429


async def test_profiles_are_read_fifty_times_in_five_minutes(
    arm: Arm, group: str, throttled: None
) -> None:
    answers = await many(arm, 51, "GET", PROFILE, api_version="2026-10-01")
    (refused,) = [each for each in answers if each.status == 429]
    assert refused.error == (429, "ResourceRequestsThrottled")
    wait = refused.headers["Retry-After"]
    assert refused.message == (
        "Number of requests for action 'Microsoft.Cdn/profiles/read' exceeded the limit of '50' "
        f"for time interval '00:05:00'. Please try again after '{wait}' seconds."
    )


async def test_a_bucket_that_is_used_up_has_no_tokens(
    arm: Arm, group: str, control: Control, throttled: None
) -> None:
    await many(arm, 51, "GET", PROFILE, api_version="2026-10-01")
    tokens = (await control.call("GET", "/throttling"))["tokens"]
    assert [left for name, left in tokens.items() if "profiles/read" in name] == [0]


async def test_the_use_of_each_limit_is_told_with_its_worst_minute(
    arm: Arm, group: str, control: Control, throttled: None
) -> None:
    await many(arm, 51, "GET", PROFILE, api_version="2026-10-01")
    usage = (await control.call("GET", "/throttling"))["usage"]
    (reads,) = [each for each in usage if "profiles/read" in each["limit"]]
    assert reads == {
        "limit": "Microsoft.Cdn/profiles/read",
        "burst": 50,
        "perSecond": 0.1667,
        "buckets": 1,
        "requests": 51,
        "refused": 1,
        "worstMinute": 51,
        "lowestTokens": 0,
    }


async def test_switching_off_lets_everybody_through(
    arm: Arm, group: str, control: Control, throttled: None
) -> None:
    await many(arm, 51, "GET", PROFILE, api_version="2026-10-01")
    await control.call("PUT", "/throttling", {"enabled": False})
    assert (await arm.call("GET", PROFILE, api_version="2026-10-01")).status == 404
    refused = await control.call("PUT", "/throttling", {}, expected=400)
    assert refused["error"]["message"] == "enabled is required."

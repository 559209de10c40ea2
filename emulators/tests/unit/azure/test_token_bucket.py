"""Token buckets as values, and which requests take tokens of which."""

from datetime import UTC, datetime, timedelta

import pytest

from emulators.azure.aks.routes import CLUSTER, LOCATION, POOL
from emulators.azure.arm.answers import Answer
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import GROUP, ApiVersions, Route
from emulators.azure.front_door.kinds import ENDPOINT, PROFILE
from emulators.azure.throttling.bucket import Level, Limit, take
from emulators.azure.throttling.limits import PER_SUBSCRIPTION, Kind, kind_of, provider_limit

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
READS = Limit(250, 25)
PUTS = Limit(20, 1, 60)
PER_INTERVAL = Limit(50, 50, 300)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("limit", "tokens", "seconds", "left", "wait"),
    [
        pytest.param(READS, 250, 0, 249, 0, id="a full bucket"),
        pytest.param(READS, 1, 0, 0, 0, id="the last token"),
        pytest.param(READS, 0, 0.5, 0, 1, id="empty for less than a second"),
        pytest.param(READS, 0, 1, 24, 0, id="refilled after a second"),
        pytest.param(READS, 200, 60, 249, 0, id="never more than the burst"),
        pytest.param(PUTS, 0, 12.2, 0, 48, id="waits in whole seconds"),
        pytest.param(PUTS, 0, 60, 0, 0, id="one token a minute"),
        pytest.param(PUTS, 0, 119, 0, 0, id="one token for most of two minutes"),
        pytest.param(PUTS, 0, 125, 1, 0, id="two tokens after two minutes"),
        pytest.param(PER_INTERVAL, 0, 299, 0, 1, id="nothing within the interval"),
        pytest.param(PER_INTERVAL, 0, 300, 49, 0, id="everything in the next interval"),
    ],
)
def test_a_request_takes_a_token_or_is_told_when_there_is_one(
    limit: Limit, tokens: int, seconds: float, left: int, wait: int
) -> None:
    taken = take(limit, Level(tokens, NOON), after(seconds))
    assert (taken.level.tokens, taken.wait) == (left, wait)


def test_parts_of_a_refill_are_not_lost() -> None:
    level = take(PUTS, Level(0, NOON), after(90)).level
    assert take(PUTS, level, after(119)).wait == 1
    assert take(PUTS, level, after(120)).wait == 0


def test_a_bucket_gives_no_more_than_burst_and_refills() -> None:
    level, granted = Level(250, NOON), 0
    for tenth in range(100):
        for _ in range(10):
            taken = take(READS, level, after(tenth / 10))
            level, granted = taken.level, granted + (taken.wait == 0)
    assert granted == 250 + 9 * 25


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        pytest.param("GET", Kind.READS),
        pytest.param("HEAD", Kind.READS),
        pytest.param("PUT", Kind.WRITES),
        pytest.param("PATCH", Kind.WRITES),
        pytest.param("POST", Kind.WRITES, id="a credential is a write"),
        pytest.param("DELETE", Kind.DELETES),
    ],
)
def test_arm_counts_reads_writes_and_deletes(method: str, kind: Kind) -> None:
    assert kind_of(method) is kind


def test_a_subscription_has_fifteen_times_the_limit_of_a_principal() -> None:
    limits = {kind: (limit.burst, limit.refill) for kind, limit in PER_SUBSCRIPTION.items()}
    assert limits == {
        Kind.READS: (3750, 375),
        Kind.WRITES: (3000, 150),
        Kind.DELETES: (3000, 150),
    }


async def answer(request: ArmRequest) -> Answer:
    return Answer(200)


@pytest.mark.parametrize(
    ("method", "pattern", "expected"),
    [
        pytest.param("PUT", CLUSTER, ("PUT ManagedCluster", 20, 60), id="PUT of a cluster"),
        pytest.param("PUT", POOL, ("PUT AgentPool", 20, 60), id="PUT of a pool"),
        pytest.param("GET", CLUSTER, ("GET ManagedCluster", 60, 1), id="GET of a cluster"),
        pytest.param(
            "GET",
            f"{LOCATION}/operations/{{operation}}",
            ("GET operation status", 200, 1),
            id="poll",
        ),
        pytest.param("DELETE", CLUSTER, ("other requests", 60, 1), id="DELETE of a cluster"),
        pytest.param("GET", POOL, ("other requests", 60, 1), id="GET of a pool"),
        pytest.param("GET", PROFILE.path, ("Microsoft.Cdn/profiles/read", 50, 300), id="profile"),
        pytest.param("PUT", PROFILE.path, None, id="PUT of a profile"),
        pytest.param("GET", ENDPOINT.path, None, id="GET of an endpoint"),
        pytest.param("GET", GROUP, None, id="GET of a group"),
    ],
)
def test_a_resource_provider_has_buckets_of_its_own(
    method: str, pattern: str, expected: tuple[str, int, float] | None
) -> None:
    versions = ApiVersions("2020-01-01", "2026-01-01", ("2026-01-01",))
    found = provider_limit(Route(method, pattern, answer, versions))
    shown = None if found is None else (found.name, found.limit.burst, found.limit.every)
    assert shown == expected

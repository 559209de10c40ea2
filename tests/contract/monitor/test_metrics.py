"""Metrics of a Front Door profile, fed by what its edge serves."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import aiohttp
import pytest

from clients.factory import ClientFactory
from domain.sweep.usage import Sample
from emulators.azure.process import RunningSimulator
from emulators.tests.support.simulator import Control, SimulatorAddress
from tests.contract.monitor.conftest import Edge, pass_minutes

MINUTE = timedelta(minutes=1)
TO_BE_KNOWN = 5


class Reader:
    """Reads the last hour up to now."""

    def __init__(self, clients: ClientFactory, simulator: RunningSimulator) -> None:
        self._clients = clients
        self._clock = simulator.simulator.clock

    def now(self) -> datetime:
        return self._clock.now()

    async def read(self, *ids: str, interval: int = 1) -> dict[str, tuple[Sample, ...] | None]:
        hour_ago = self.now() - 60 * MINUTE
        return await self._clients.metrics.request_counts(ids, hour_ago, interval)

    async def samples(self, profile_id: str, interval: int = 1) -> tuple[Sample, ...]:
        found = (await self.read(profile_id, interval=interval))[profile_id]
        assert found is not None
        return found


@pytest.fixture
def reader(clients: ClientFactory, simulator: RunningSimulator) -> Reader:
    return Reader(clients, simulator)


@pytest.mark.parametrize("interval", [1, 5, 15], ids=lambda each: f"PT{each}M")
async def test_what_clients_asked_is_counted_minute_by_minute(
    edge: Edge, reader: Reader, simulator: RunningSimulator, interval: int
):
    await edge.ask(3)
    pass_minutes(simulator, TO_BE_KNOWN)
    samples = await reader.samples(edge.profile_id, interval)
    assert sum(sample.count for sample in samples) == 3
    steps = {later.at - earlier.at for earlier, later in pairwise(samples)}
    assert steps == {interval * MINUTE}


async def test_minutes_without_requests_are_told_as_zero(edge: Edge, reader: Reader):
    """The edge's own probes of origins are no requests."""
    samples = await reader.samples(edge.profile_id)
    assert len(samples) >= 15
    assert {sample.count for sample in samples} == {0}


async def test_the_newest_minute_is_some_minutes_old(edge: Edge, reader: Reader):
    asked_at = reader.now()
    samples = await reader.samples(edge.profile_id)
    lag = asked_at - samples[-1].at
    assert 3 * MINUTE <= lag < 4.5 * MINUTE


async def test_nothing_is_told_of_the_time_before_a_profile_was_made(edge: Edge, reader: Reader):
    samples = await reader.samples(edge.profile_id)
    assert reader.now() - samples[0].at < 50 * MINUTE


async def test_a_clock_that_is_slow_still_sees_the_newest_minutes(
    edge: Edge, clients: ClientFactory, reader: Reader
):
    """Azure's own clock ends the window: otherwise nobody could see that the other one is off."""
    slow = reader.now() - 10 * MINUTE
    found = await clients.metrics.request_counts([edge.profile_id], slow - 5 * MINUTE)
    samples = found[edge.profile_id]
    assert samples
    assert samples[-1].at > slow + 5 * MINUTE


async def test_ids_ignore_case(edge: Edge, reader: Reader):
    assert await reader.samples(edge.profile_id.upper())


async def test_a_profile_that_is_gone_is_unknown_and_hides_no_other(edge: Edge, reader: Reader):
    gone = [f"{edge.profile_id}-{number}" for number in range(3)]
    found = await reader.read(gone[0], edge.profile_id, *gone[1:])
    assert found.pop(edge.profile_id)
    assert found == dict.fromkeys(gone)


async def test_missing_metrics_are_no_time_series(edge: Edge, reader: Reader, control: Control):
    await control.add_fault(metrics="missing", profile="gp-fraud-llm$")
    assert await reader.samples(edge.profile_id) == ()


async def test_metrics_that_count_nothing_say_zero(
    edge: Edge, reader: Reader, simulator: RunningSimulator, control: Control
):
    await edge.ask(3)
    pass_minutes(simulator, 10)
    assert max(sample.count for sample in await reader.samples(edge.profile_id)) > 0
    await control.add_fault(metrics="zero", profile="gp-fraud-llm$")
    assert {sample.count for sample in await reader.samples(edge.profile_id)} == {0}


async def test_stale_metrics_end_at_a_moment(edge: Edge, reader: Reader, control: Control):
    since = reader.now() - 10 * MINUTE
    await control.add_fault(metrics="stale", since=since.isoformat())
    newest = (await reader.samples(edge.profile_id))[-1].at
    assert since - 2 * MINUTE <= newest <= since - MINUTE


async def test_unavailable_metrics_are_unknown_until_the_fault_is_taken_back(
    edge: Edge, reader: Reader, control: Control
):
    fault = await control.add_fault(metrics="unavailable")
    assert await reader.read(edge.profile_id) == {edge.profile_id: None}
    await control.call("DELETE", f"/faults/{fault['id']}")
    assert await reader.samples(edge.profile_id)


async def test_a_fault_concerns_only_the_profiles_that_it_names(
    edge: Edge, reader: Reader, control: Control
):
    await control.add_fault(metrics="missing", profile="gp-other$")
    assert await reader.samples(edge.profile_id)


@pytest.mark.parametrize(
    "fault",
    [
        {"metrics": "odd"},
        {"metrics": "stale"},
        {"metrics": "missing", "since": "2026-11-22T12:00:00Z"},
        {"metrics": "missing", "status": 500},
        {"metrics": "missing", "profile": "("},
    ],
    ids=["unknown", "stale since when", "missing since", "of another kind", "no pattern"],
)
async def test_a_fault_that_makes_no_sense_is_refused(control: Control, fault: dict[str, Any]):
    await control.call("POST", "/faults", fault, expected=400)


async def test_faults_of_metrics_are_shown_and_cleared(control: Control):
    shown = await control.add_fault(metrics="missing")
    assert await control.call("GET", "/faults") == [shown]
    await control.call("DELETE", "/faults")
    assert await control.call("GET", "/faults") == []


class Batch:
    """The interface without the product's client."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        address: SimulatorAddress,
        resource: str = "https://metrics.monitor.azure.com",
        subscription_id: str | None = None,
    ) -> None:
        subscription = subscription_id or address.subscription_id
        self._session = session
        self._address = address
        self._url = f"{address.url}/subscriptions/{subscription}/metrics:getBatch"
        self._resource = resource

    async def ask(self, body: object, **query: str) -> tuple[int, Any]:
        parameters = {
            "starttime": "2026-11-22T12:00:00.000Z",
            "endtime": "2026-11-22T13:00:00.000Z",
            "metricnamespace": "Microsoft.Cdn/profiles",
            "metricnames": "RequestCount",
            "aggregation": "total",
            "api-version": "2024-02-01",
            **query,
        }
        headers = {"Authorization": f"Bearer {await self._fetch_token()}"}
        async with self._session.post(
            self._url, params=parameters, json=body, headers=headers
        ) as answer:
            return answer.status, await answer.json()

    async def _fetch_token(self) -> str:
        async with self._session.get(
            self._address.identity_endpoint,
            params={"resource": self._resource, "api-version": "2019-08-01"},
            headers={"X-IDENTITY-HEADER": self._address.identity_header},
        ) as answer:
            return (await answer.json())["access_token"]


@pytest.fixture
def batch(session: aiohttp.ClientSession, address: SimulatorAddress) -> Batch:
    return Batch(session, address)


async def test_the_answer_has_the_documented_shape(edge: Edge, batch: Batch):
    status, body = await batch.ask({"resourceids": [edge.profile_id]})
    (values,) = body["values"]
    (metric,) = values.pop("value")
    (series,) = metric.pop("timeseries")
    assert status == 200
    assert values == {
        "starttime": "2026-11-22T12:00:00Z",
        "endtime": "2026-11-22T13:00:00Z",
        "interval": "PT1M",
        "namespace": "microsoft.cdn/profiles",
        "resourceregion": "global",
        "resourceid": edge.profile_id,
    }
    assert metric == {
        "id": f"{edge.profile_id}/providers/Microsoft.Insights/metrics/RequestCount",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": "RequestCount", "localizedValue": "Request Count"},
        "displayDescription": "The number of client requests served by the HTTP/S proxy",
        "unit": "Count",
        "errorCode": "Success",
    }
    assert series["metadatavalues"] == []
    assert series["data"][1]["timeStamp"] == "2026-11-22T12:01:00Z"


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"metricnames": "OriginRequestCount"}, ["/x"]),
        ({"metricnamespace": "Microsoft.Storage/storageAccounts"}, ["/x"]),
        ({"aggregation": "average"}, ["/x"]),
        ({"api-version": "2018-01-01"}, ["/x"]),
        ({"interval": "PT2M"}, ["/x"]),
        ({"starttime": "yesterday"}, ["/x"]),
        ({"starttime": "2026-11-22T12:00:00"}, ["/x"]),
        ({"endtime": "2026-11-22T12:00:00Z"}, ["/x"]),
        ({}, []),
        ({}, ["/x"] * 51),
        ({}, [1]),
        ({}, None),
    ],
    ids=[
        "another metric",
        "another namespace",
        "another aggregation",
        "an api-version from before",
        "another grain",
        "no time",
        "a time without a zone",
        "an empty window",
        "no ids",
        "too many ids",
        "an id that is none",
        "no list",
    ],
)
async def test_what_cannot_be_asked_is_refused(batch: Batch, query: dict[str, str], ids: Any):
    status, body = await batch.ask({"resourceids": ids}, **query)
    assert (status, body["error"]["code"]) == (400, "BadRequest")


async def test_a_token_for_another_service_is_refused(
    session: aiohttp.ClientSession, address: SimulatorAddress
):
    batch = Batch(session, address, "https://management.azure.com")
    status, body = await batch.ask({"resourceids": ["/x"]})
    assert (status, body["error"]["code"]) == (401, "InvalidAuthenticationToken")


async def test_another_subscription_is_not_found(
    session: aiohttp.ClientSession, address: SimulatorAddress
):
    batch = Batch(session, address, subscription_id="other")
    status, body = await batch.ask({"resourceids": ["/x"]})
    assert (status, body["error"]["code"]) == (404, "SubscriptionNotFound")

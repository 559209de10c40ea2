"""`GET /environments/{name}/metrics`."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from domain.environment.metric_history import MetricHistory, TrafficPoint, note_traffic
from domain.environment.phases import Phase
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.specs import spec_body

URL = "environments/fraud-llm/metrics"
SEEN = TrafficPoint(0, 12, 1, 340, 900, 71, 1)


async def a_hub(seen_at: datetime | None = None) -> FakeHub:
    hub = FakeHub()
    await Api(hub).create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    record = hub.records["fraud-llm"]
    assert record
    history = note_traffic(MetricHistory(), seen_at, SEEN) if seen_at else MetricHistory()
    created_at = datetime.now(UTC) - timedelta(hours=3)
    changes = {"created_at": created_at, "metric_history": history}
    hub.records["fraud-llm"] = record.model_copy(update=changes)
    return hub


async def test_what_sweeps_have_seen_comes_in_intervals_of_five_minutes():
    answer = await Api(await a_hub(datetime.now(UTC) - timedelta(minutes=30))).get(URL)
    assert (answer.status, answer.json["intervalMinutes"]) == (200, 5)
    (busy,) = (each for each in answer.json["value"] if each.get("requests"))
    assert {name: busy[name] for name in busy if name != "startDateTime"} == {
        **{"requests": 12, "errors": 1, "tokensIn": 340, "tokensOut": 900},
        **{"gpuUtilisationPercent": 71, "busyReplicas": 1},
        **{"gpuNodes": 0.0, "gpuUsdPerHour": 0.0, "usdPerHour": busy["usdPerHour"]},
    }
    assert answer.json["totals"]["requests"] == 12
    assert "The counters are on record since" in answer.json["unrecorded"]


async def test_before_the_first_look_there_is_cost_and_the_reason_for_the_rest():
    answer = await Api(await a_hub()).get(URL)
    assert "No sweep has looked" in answer.json["unrecorded"]
    assert not any("requests" in each for each in answer.json["value"])
    assert answer.json["totals"]["costUsd"] > 0


async def test_a_longer_window_is_told_by_the_hour():
    start = (datetime.now(UTC) - timedelta(days=7)).isoformat()
    hub = await a_hub(datetime.now(UTC) - timedelta(minutes=30))
    answer = await Api(hub).get(f"{URL}?from={quote(start)}")
    assert (answer.json["intervalMinutes"], answer.json["totals"]["requests"]) == (60, 12)
    assert 3 <= len(answer.json["value"]) <= 5


async def test_a_window_that_is_none_is_refused():
    url = f"{URL}?from=2026-11-30T12:00:00Z&to=2026-11-29T12:00:00Z"
    error = (await Api(await a_hub()).get(url)).error
    assert (error["code"], error["target"]) == ("InvalidQueryParameter", "query from")


async def test_what_does_not_exist_has_no_figures():
    assert (await Api(FakeHub()).get(URL)).error["code"] == "EnvironmentNotFound"

"""What the metrics client makes of answers; the wire is looked at in the contract tests."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from urllib.parse import parse_qsl

import pytest
from azure.core.rest import HttpRequest

from clients.answering import AnsweringPipeline
from clients.answers import ArmAnswer, NoAnswer
from clients.metrics import MetricsClient
from tests.support.fake_clients import SUBSCRIPTION, answer_of, error_of
from tests.support.specs import NOON, minutes

HOUR_AGO = NOON - timedelta(hours=1)
POINT = {"timeStamp": "2026-11-22T11:00:00Z", "total": 3}


def values_of(profile_id: str, *series: Sequence[dict[str, Any]], **metric: Any) -> dict[str, Any]:
    return {
        "resourceid": profile_id,
        "value": [
            {
                "name": {"value": "RequestCount"},
                "errorCode": "Success",
                "timeseries": [{"metadatavalues": [], "data": list(data)} for data in series],
                **metric,
            }
        ],
    }


@dataclass
class FakeMonitor:
    """Knows some profiles, which have one request each, and refuses batches with any other."""

    known: frozenset[str] = frozenset()
    answer: ArmAnswer | NoAnswer | None = None
    batches: list[list[str]] = field(default_factory=list[list[str]])
    requests: list[HttpRequest] = field(default_factory=list[HttpRequest])

    async def send(self, request: HttpRequest) -> ArmAnswer:
        ids: list[str] = json.loads(cast("str", request.content))["resourceids"]
        self.requests.append(request)
        self.batches.append(ids)
        if isinstance(self.answer, NoAnswer):
            raise self.answer
        if self.answer:
            return self.answer
        if not self.known.issuperset(ids):
            return error_of(404, "ResourceNotFound")
        return answer_of(200, {"values": [values_of(each.upper(), [POINT]) for each in ids]})


async def read(monitor: FakeMonitor, *ids: str, interval: int = 1) -> dict[str, Any]:
    client = MetricsClient(cast("AnsweringPipeline", monitor), SUBSCRIPTION)
    found = await client.request_counts(ids, HOUR_AGO, interval)
    return {
        each: samples and [(sample.at, sample.count) for sample in samples]
        for each, samples in found.items()
    }


async def read_answer(answer: ArmAnswer) -> Any:
    return (await read(FakeMonitor(answer=answer), "/a"))["/a"]


async def test_ids_are_found_again_whatever_case_azure_answers_them_in():
    known = frozenset({"/Profiles/gp-a", "/Profiles/gp-b"})
    found = await read(FakeMonitor(known), *known)
    assert found == {each: [(HOUR_AGO, 3)] for each in known}


async def test_fifty_profiles_are_one_request():
    ids = [f"/{number}" for number in range(120)]
    monitor = FakeMonitor(frozenset(ids))
    found = await read(monitor, *ids)
    assert [len(batch) for batch in monitor.batches] == [50, 50, 20]
    assert list(found) == ids
    assert None not in found.values()


async def test_nothing_is_asked_about_nothing():
    monitor = FakeMonitor()
    assert await read(monitor) == {}
    assert monitor.batches == []


@pytest.mark.parametrize(("interval", "grain"), [(1, "PT1M"), (15, "PT15M"), (60, "PT1H")])
async def test_the_question_is_asked_as_documented(interval: int, grain: str):
    """Without an end, which is Azure's own now then."""
    monitor = FakeMonitor(frozenset({"/a"}))
    await read(monitor, "/a", interval=interval)
    (request,) = monitor.requests
    assert request.method == "POST"
    path, _, query = request.url.partition("?")
    assert path == f"/subscriptions/{SUBSCRIPTION}/metrics:getBatch"
    assert dict(parse_qsl(query)) == {
        "starttime": "2026-11-22T11:00:00.000Z",
        "interval": grain,
        "metricnamespace": "Microsoft.Cdn/profiles",
        "metricnames": "RequestCount",
        "aggregation": "total",
        "api-version": "2024-02-01",
    }


async def test_one_profile_that_is_gone_hides_no_other():
    ids = [f"/{number}" for number in range(50)]
    monitor = FakeMonitor(frozenset(ids) - {"/17"})
    found = await read(monitor, *ids)
    assert [each for each, samples in found.items() if samples is None] == ["/17"]
    assert len(monitor.batches) <= 13


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
async def test_a_refusal_of_all_is_not_asked_again_piece_by_piece(
    status: int, caplog: pytest.LogCaptureFixture
):
    monitor = FakeMonitor(answer=error_of(status, "Refused"))
    assert await read(monitor, "/a", "/b") == {"/a": None, "/b": None}
    assert len(monitor.batches) == 1
    counts = "Request counts of 2 profiles are unknown, starting with /a"
    assert f"{counts}: HTTP {status}" in caplog.text


async def test_what_got_no_answer_is_unknown(caplog: pytest.LogCaptureFixture):
    assert await read(FakeMonitor(answer=NoAnswer("no route")), "/a") == {"/a": None}
    assert "no route" in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        None,
        "<html></html>",
        [],
        {},
        {"values": None},
        {"values": [{}]},
        {"values": [{"resourceid": "/a"}]},
        {"values": [values_of("/a", [{"total": 1}])]},
        {"values": [values_of("/a", [{**POINT, "total": "many"}])]},
        {"values": [values_of("/a", [{**POINT, "total": -1}])]},
        {"values": [values_of("/a", [{**POINT, "timeStamp": "2026-11-22T11:00:00"}])]},
    ],
    ids=[
        "empty",
        "a page",
        "a list",
        "no values",
        "null for values",
        "no id",
        "no metrics",
        "no time",
        "no number",
        "less than nothing",
        "no time zone",
    ],
)
async def test_an_answer_of_another_shape_is_unknown(body: Any):
    assert await read_answer(answer_of(200, body)) is None


@pytest.mark.parametrize(
    "values",
    [
        values_of("/b", [POINT]),
        values_of("/a", [POINT], errorCode="InternalError"),
        values_of("/a", [POINT], name={"value": "OriginRequestCount"}),
        {"resourceid": "/a", "value": []},
    ],
    ids=["another profile", "an error of the metric", "another metric", "no metric"],
)
async def test_what_the_response_does_not_contain_is_unknown(
    values: dict[str, Any], caplog: pytest.LogCaptureFixture
):
    assert await read_answer(answer_of(200, {"values": [values]})) is None
    assert "unknown, starting with /a" in caplog.text


@pytest.mark.parametrize(
    ("series", "counts"),
    [
        ([], []),
        ([[]], []),
        ([[{**POINT, "total": 0}]], [0]),
        ([[{"timeStamp": POINT["timeStamp"]}, POINT]], [3]),
        ([[{**POINT, "total": None}]], []),
        ([[POINT], [POINT]], [3, 3]),
    ],
    ids=["no series", "no points", "zero", "not known yet", "null", "two series"],
)
async def test_only_points_with_a_total_count(
    series: list[list[dict[str, Any]]], counts: list[float]
):
    found = await read_answer(answer_of(200, {"values": [values_of("/a", *series)]}))
    assert [count for _, count in found] == counts


async def test_times_are_those_at_which_intervals_begin():
    later = {"timeStamp": "2026-11-22T11:01:00.0000000Z", "total": 1}
    found = await read_answer(answer_of(200, {"values": [values_of("/a", [POINT, later])]}))
    assert [at for at, _ in found] == [HOUR_AGO, HOUR_AGO + minutes(1)]

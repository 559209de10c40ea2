"""`GET /environments/{name}/invocations`: the audit, read back from Log Analytics."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from domain.environment.phases import Phase
from domain.serving.invocations.log_answer import LogRefusal
from tests.support.fake_hub import FakeHub
from tests.support.fake_logs import FakeLogs
from tests.support.http_api import Answer, Api
from tests.support.specs import spec_body

URL = "environments/fraud-llm/invocations"
ANA = "66666666-7777-8888-9999-000000000000"
BEN = "66666666-7777-8888-9999-00000000000b"


@pytest.fixture
def logs() -> FakeLogs:
    return FakeLogs()


@pytest.fixture
async def api(hub: FakeHub, logs: FakeLogs) -> Api:
    api = Api(hub, read_logs=logs.read)
    await api.create(spec_body())
    return api


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [each["requestId"] for each in answer.json["value"]]


async def test_the_newest_comes_first_with_what_the_gateway_recorded(api: Api, logs: FakeLogs):
    logs.add(60, requestId="older")
    logs.add(30, requestId="newer", status=403, model="fraud-llm", durationMs=12, surprise=1)
    logs.add(20, requestId="another's", environment="other-llm")
    answer = await api.get(URL)
    assert ids(answer) == ["newer", "older"]
    first = answer.json["value"][0]
    assert (first["status"], first["model"], first["durationMs"]) == (403, "fraud-llm", 12)
    assert "output" not in first
    assert "surprise" not in first
    assert "nextLink" not in answer.json


async def test_without_a_window_it_is_the_last_day(api: Api, logs: FakeLogs):
    logs.add(24 * 3600 - 30, requestId="a day ago")
    logs.add(24 * 3600 + 30, requestId="longer ago")
    assert ids(await api.get(URL)) == ["a day ago"]


async def test_a_window_has_its_start_and_not_its_end(api: Api, logs: FakeLogs):
    for second in (10, 11, 12):
        logs.add_at(f"2026-11-01T12:00:{second}.000Z", requestId=str(second))
    window = "from=2026-11-01T12:00:10Z&to=2026-11-01T12:00:12Z"
    assert ids(await api.get(f"{URL}?{window}")) == ["11", "10"]
    shifted = f"from={quote('2026-11-01T13:00:11+01:00')}&to=2026-11-02T00:00:00Z"
    assert ids(await api.get(f"{URL}?{shifted}")) == ["12", "11"]
    alone = "to=2026-11-01T12:00:11Z"
    assert ids(await api.get(f"{URL}?{alone}")) == ["10"]


async def test_a_caller_is_found_in_whatever_case_the_id_is_sent(api: Api, logs: FakeLogs):
    logs.add(30, requestId="by Ana", oid=ANA)
    logs.add(20, requestId="by Ben", oid=BEN)
    assert ids(await api.get(f"{URL}?caller={BEN.upper()}")) == ["by Ben"]


async def test_following_next_links_shows_each_invocation_once(api: Api, logs: FakeLogs):
    """Also where several arrived within one millisecond, which a page may end between."""
    for number in range(7):
        logs.add_at("2026-11-01T12:00:00.000Z", requestId=f"a{number}")
    logs.add_at("2026-11-01T12:00:00.001Z", requestId="b")
    logs.add_at("2026-11-01T11:00:00.000Z", requestId="c")
    link = f"{URL}?maxpagesize=2&from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&caller={ANA}"
    seen: list[str] = []
    pages = 0
    while link:
        answer = await api.get(link)
        seen += ids(answer)
        link, pages = answer.json.get("nextLink"), pages + 1
    assert (seen, pages) == (["b", *(f"a{number}" for number in range(6, -1, -1)), "c"], 5)


async def test_a_next_link_keeps_the_window_that_the_clock_gave(api: Api, logs: FakeLogs):
    before = datetime.now(UTC)
    for number in range(2):
        logs.add(number + 1)
    link = (await api.get(f"{URL}?maxpagesize=1")).json["nextLink"]
    query = parse_qs(urlsplit(link).query)
    start, end = (datetime.fromisoformat(query[name][0]) for name in ("from", "to"))
    assert end - start == timedelta(hours=24)
    assert before <= end <= datetime.now(UTC)
    assert ids(await api.get(link)) == [logs.rows[1]["requestId"]]


@pytest.mark.parametrize(("minutes_ago", "may_lack"), [(0, True), (9, True), (11, False)])
async def test_it_says_from_when_on_lines_may_be_missing(
    api: Api, minutes_ago: int, may_lack: bool
):
    end = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    answer = await api.get(f"{URL}?to={quote(end.isoformat())}")
    assert ("mayLackSince" in answer.json) is may_lack
    if may_lack:
        lacks = datetime.fromisoformat(answer.json["mayLackSince"])
        assert timedelta(minutes=10) <= datetime.now(UTC) - lacks < timedelta(minutes=11)


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("from=yesterday", "query from"),
        ("from=2026-11-01", "query from"),
        ("from=2026-11-01T12:00:00", "query from"),
        ("from=2026-13-01T12:00:00Z", "query from"),
        (f"to={quote('0001-01-01T00:00:00+23:59')}", "query to"),
        ("to=0001-01-01T12:00:00Z", "query to"),
        ("from=2026-11-02T00:00:00Z&to=2026-11-02T00:00:00Z", "query from"),
        ("from=2026-10-01T00:00:00Z&to=2026-11-02T00:00:00Z", "query from"),
        ("from=2999-01-01T00:00:00Z", "query from"),
        ("caller=Ana", "query caller"),
        (f"caller={quote(f'{ANA}" or true')}", "query caller"),
        (f"caller={ANA}%0A", "query caller"),
        ("maxpagesize=0", "query maxpagesize"),
        ("maxpagesize=501", "query maxpagesize"),
        ("skiptoken=fraud-llm", "query skiptoken"),
        ("skiptoken=2026-11-31T12:00:00.000Z_1", "query skiptoken"),
        ("skiptoken=2026-11-01T12:00:00.000Z_9999999", "query skiptoken"),
        (
            "from=2026-11-02T00:00:00Z&to=2026-11-03T00:00:00Z&skiptoken=2026-11-01T12:00:00.000Z_1",
            "query skiptoken",
        ),
    ],
)
async def test_what_cannot_be_asked_is_refused_before_anything_is(
    api: Api, logs: FakeLogs, query: str, target: str
):
    answer = await api.get(f"{URL}?{query}")
    assert (answer.status, answer.error["code"]) == (400, "InvalidQueryParameter")
    assert answer.error["target"] == target
    assert logs.asked == []


async def test_invocations_of_a_deleted_environment_stay_readable(
    api: Api, hub: FakeHub, logs: FakeLogs
):
    hub.finish("fraud-llm.1", Phase.READY)
    await api.delete("environments/fraud-llm")
    hub.finish("fraud-llm.2", Phase.DELETED)
    logs.add(60, requestId="before its end")
    assert ids(await api.get(URL)) == ["before its end"]


@pytest.mark.parametrize("name", ["unknown", "Not%20a%20name"])
async def test_of_an_environment_that_nobody_knows_nothing_is_asked(
    api: Api, logs: FakeLogs, name: str
):
    answer = await api.get(f"environments/{name}/invocations")
    assert (answer.status, answer.error["code"]) == (404, "EnvironmentNotFound")
    assert logs.asked == []


async def test_without_a_workspace_it_names_the_setting(hub: FakeHub):
    api = Api(hub)
    await api.create(spec_body())
    answer = await api.get(URL)
    assert (answer.status, answer.error["code"]) == (501, "LogWorkspaceNotConfigured")
    assert "LOG_WORKSPACE_ID" in answer.error["message"]


@pytest.mark.parametrize(
    ("retry_after", "status", "code", "headers"),
    [
        (7, 503, "LogWorkspaceUnavailable", {"Retry-After": "7"}),
        (None, 502, "LogWorkspaceRefused", {}),
    ],
)
async def test_a_refusal_says_whether_to_ask_again(
    api: Api,
    logs: FakeLogs,
    retry_after: int | None,
    status: int,
    code: str,
    headers: dict[str, Any],
):
    logs.refusal = LogRefusal("Odd", "No such thing.", retry_after)
    answer = await api.get(URL)
    assert (answer.status, answer.error["code"]) == (status, code)
    assert "Odd: No such thing." in answer.error["message"]
    assert headers.items() <= answer.headers.items()

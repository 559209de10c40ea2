"""The workspace of Log Analytics: which lines become rows, and what the one function finds."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulators.azure import saved_state
from emulators.azure.clock import Clock
from emulators.azure.log_analytics import workspace as log_workspace
from emulators.azure.log_analytics.invocations import COLUMNS, NotUnderstood, parse, run
from emulators.azure.log_analytics.workspace import Workspace

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANA = "66666666-7777-8888-9999-000000000000"
POD: Any = {"metadata": {"namespace": "inference", "name": "fraud-llm-gateway-1"}}


@pytest.fixture
def clock() -> Clock:
    return Clock(0, NOON)


@pytest.fixture
def workspace(clock: Clock) -> Workspace:
    return Workspace(clock, "1")


def line(minute: int = 0, **fields: Any) -> str:
    time = (NOON + minute * MINUTE).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    written = {
        "kind": "modelInvocation",
        "time": time,
        "environment": "fraud-llm",
        "oid": ANA,
        "requestId": f"request-{minute}",
        "status": 200,
        "complete": True,
    }
    return json.dumps(written | fields)


def call(
    start: int = 0, end: int = 60, caller: str = "", size: int = 100, skipped: int = 0
) -> str:
    times = ", ".join(
        f"datetime({(NOON + minutes * MINUTE).isoformat().replace('+00:00', 'Z')})"
        for minutes in (start, end)
    )
    return f'GridplaneInvocations("fraud-llm", {times}, "{caller}", {size}, {skipped})'


def ask(workspace: Workspace, query: str) -> list[dict[str, Any]]:
    table = run(parse(query), workspace.rows())
    names = [column["name"] for column in table["columns"]]
    return [dict(zip(names, row, strict=True)) for row in table["rows"]]


def ids(workspace: Workspace, query: str) -> list[str]:
    return [row["requestId"] for row in ask(workspace, query)]


def test_a_line_shows_up_after_some_minutes(clock: Clock, workspace: Workspace) -> None:
    workspace.take(POD, "gateway", line())
    clock.advance_to(NOON + log_workspace.INGESTION - timedelta(seconds=1))
    assert ids(workspace, call()) == []
    clock.advance_to(NOON + log_workspace.INGESTION)
    assert ids(workspace, call()) == ["request-0"]


def test_how_long_that_takes_can_be_said(clock: Clock) -> None:
    workspace = Workspace(clock, "1", ingestion=timedelta())
    workspace.take(POD, "gateway", line())
    assert ids(workspace, call()) == ["request-0"]


@pytest.mark.parametrize(
    ("pod", "container", "text"),
    [
        pytest.param(POD, "model", line(), id="a model that writes what a gateway writes"),
        pytest.param(
            {"metadata": {"namespace": "default"}}, "gateway", line(), id="another namespace"
        ),
        pytest.param(POD, "gateway", "[warning] no healthy upstream", id="no JSON"),
        pytest.param(POD, "gateway", "[]", id="no object"),
        pytest.param(POD, "gateway", line(kind="other"), id="another kind"),
        pytest.param(POD, "gateway", line(time="noon"), id="no time"),
        pytest.param(POD, "gateway", line(time="2026-11-30T12:00:00"), id="no zone"),
    ],
)
def test_other_lines_are_not_kept(clock: Clock, pod: Any, container: str, text: str) -> None:
    workspace = Workspace(clock, "1", ingestion=timedelta())
    workspace.take(pod, container, text)
    assert list(workspace.rows()) == []


def test_the_oldest_lines_go_first(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_workspace, "MAX_ROWS", 3)
    workspace = Workspace(clock, "1", ingestion=timedelta())
    for minute in range(5):
        workspace.take(POD, "gateway", line(minute))
    assert ids(workspace, call()) == ["request-4", "request-3", "request-2"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (call(), ["request-3", "request-2", "request-1", "request-0"]),
        (call(1, 3), ["request-2", "request-1"]),
        (call(caller=ANA), ["request-3", "request-1", "request-0"]),
        (call(size=2), ["request-3", "request-2"]),
        (call(size=2, skipped=1), ["request-2", "request-1"]),
        (call(skipped=4), []),
        (call().replace("fraud-llm", "other"), []),
    ],
)
def test_the_function_finds_the_newest_first(clock: Clock, query: str, found: list[str]) -> None:
    workspace = Workspace(clock, "1", ingestion=timedelta())
    for minute, oid in enumerate([ANA, ANA, None, ANA]):
        workspace.take(POD, "gateway", line(minute, oid=oid))
    assert ids(workspace, query) == found


def test_rows_have_the_types_of_their_columns(clock: Clock) -> None:
    workspace = Workspace(clock, "1", ingestion=timedelta())
    odd = {"status": "200", "complete": 1, "oid": None, "path": None, "bytesIn": True}
    workspace.take(POD, "gateway", line(**odd))
    (row,) = ask(workspace, call())
    assert set(row) == set(COLUMNS)
    assert row["time"] == "2026-11-30T12:00:00Z"
    assert (row["status"], row["complete"], row["bytesIn"]) == (None, None, None)
    assert (row["oid"], row["path"]) == ("", "")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "SYN0002"),
        ("ContainerLogV2 | take 1", "SYN0002"),
        ("Everything()", "SEM0260"),
        (f"{call()} | take 1", "SYN0002"),
        (call().replace('"fraud-llm"', "now()"), "SYN0002"),
        (call().replace('""', '"\\""'), "SYN0002"),
        (call().replace("11-30T12:00", "11-31T12:00"), "SYN0002"),
    ],
)
def test_nothing_else_is_understood(query: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        parse(query)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("agent", "is_fed"),
    [
        (None, False),
        ({"enabled": True, "config": None}, False),
        ({"enabled": True, "config": {"logAnalyticsWorkspaceResourceID": "{id}"}}, True),
        ({"enabled": False, "config": {"logAnalyticsWorkspaceResourceID": "{id}"}}, False),
        ({"enabled": True, "config": {"logAnalyticsWorkspaceResourceID": "{id}2"}}, False),
    ],
)
def test_clusters_send_where_their_add_on_says(
    workspace: Workspace, agent: Any, is_fed: bool
) -> None:
    if agent and agent["config"]:
        target = agent["config"]["logAnalyticsWorkspaceResourceID"]
        config = target.replace("{id}", workspace.resource_id.upper())
        agent = {**agent, "config": {"logAnalyticsWorkspaceResourceID": config}}
    addons = {"omsagent": agent} if agent else None
    assert workspace.is_fed_by({"addonProfiles": addons}) is is_fed


def test_rows_are_part_of_the_saved_state(clock: Clock, workspace: Workspace) -> None:
    workspace.take(POD, "gateway", line())
    later = Clock(0, NOON + 5 * MINUTE)
    restored = saved_state.loads(saved_state.dumps(workspace, clock), later)
    assert ids(restored, call()) == ["request-0"]

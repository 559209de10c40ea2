"""What Log Analytics is asked for, and what is made of its answers."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from domain.problem import Problem
from domain.serving.invocations.log_answer import (
    LOG_RETRY_SECONDS,
    LogRefusal,
    LogRows,
    read_log_answer,
    unanswered,
)
from domain.serving.invocations.model import Invocation
from domain.serving.invocations.page import INGESTION, build_page
from domain.serving.invocations.query import (
    InvocationQuery,
    Position,
    Window,
    decide_window,
    find_position,
    render_call,
)

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY, SECOND, MILLISECOND = timedelta(days=1), timedelta(seconds=1), timedelta(milliseconds=1)
CALLER = "66666666-7777-8888-9999-ABCDEF000000"


def ask(**changes: Any) -> InvocationQuery:
    return InvocationQuery(**{
        "environment": "fraud-llm",
        "window": Window(NOON - DAY, NOON),
        "page_size": 50,
        **changes,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "window"),
    [
        (None, None, Window(NOON - DAY, NOON)),
        (None, NOON - DAY, Window(NOON - 2 * DAY, NOON - DAY)),
        (NOON - SECOND, None, Window(NOON - SECOND, NOON)),
        (NOON - 31 * DAY, None, Window(NOON - 31 * DAY, NOON)),
        (NOON, NOON + DAY, Window(NOON, NOON + DAY)),
        (NOON - 31 * DAY - MILLISECOND, None, "query from"),
        (NOON, None, "query from"),
        (NOON, NOON - DAY, "query from"),
        (None, datetime.min.replace(tzinfo=UTC), "query to"),
    ],
)
def test_a_window_is_a_day_by_default_and_at_most_a_month(
    start: datetime | None, end: datetime | None, window: Window | str
):
    decided = decide_window(start, end, NOON)
    if isinstance(decided, Problem):
        assert (decided.code, decided.target) == ("InvalidQueryParameter", window)
    else:
        assert decided == window


@pytest.mark.parametrize(
    ("changes", "call"),
    [
        (
            {},
            'GridplaneInvocations("fraud-llm", datetime(2026-11-29T12:00:00Z), '
            'datetime(2026-11-30T12:00:00Z), "", 51, 0)',
        ),
        (
            {"caller": CALLER, "page_size": 1},
            'GridplaneInvocations("fraud-llm", datetime(2026-11-29T12:00:00Z), '
            f'datetime(2026-11-30T12:00:00Z), "{CALLER.lower()}", 2, 0)',
        ),
        (
            {"position": Position(NOON - SECOND, 3)},
            'GridplaneInvocations("fraud-llm", datetime(2026-11-29T12:00:00Z), '
            'datetime(2026-11-30T11:59:59.001000Z), "", 51, 3)',
        ),
        (
            {"position": Position(NOON, 3)},
            'GridplaneInvocations("fraud-llm", datetime(2026-11-29T12:00:00Z), '
            'datetime(2026-11-30T12:00:00Z), "", 51, 3)',
        ),
        (
            {"window": Window(NOON, NOON.astimezone(timezone(timedelta(hours=9))) + DAY)},
            'GridplaneInvocations("fraud-llm", datetime(2026-11-30T12:00:00Z), '
            'datetime(2026-12-01T12:00:00Z), "", 51, 0)',
        ),
    ],
    ids=["all", "one caller", "a further page", "the end stays", "UTC"],
)
def test_the_call_has_validated_values_only(changes: dict[str, Any], call: str):
    assert render_call(ask(**changes)) == call


@pytest.mark.parametrize(
    "changes",
    [
        {"environment": 'x", now(), now(), "", 1, 0) | union AKSAudit //'},
        {"environment": "fraud-llm\n"},
        {"environment": ""},
        {"caller": '" or true'},
        {"caller": f"{CALLER}\n"},
        {"caller": ""},
    ],
)
def test_no_other_text_gets_into_a_call(changes: dict[str, str]):
    with pytest.raises(ValueError, match="not "):
        render_call(ask(**changes))


@pytest.mark.parametrize(
    ("before", "times", "after"),
    [
        (None, [NOON + SECOND, NOON], Position(NOON, 1)),
        (None, [NOON + SECOND, NOON, NOON], Position(NOON, 2)),
        (Position(NOON, 2), [NOON, NOON], Position(NOON, 4)),
        (Position(NOON, 2), [NOON, NOON - SECOND], Position(NOON - SECOND, 1)),
    ],
)
def test_a_page_ends_after_all_that_it_has_of_its_last_time(
    before: Position | None, times: list[datetime], after: Position
):
    assert find_position(ask(position=before), times) == after


@pytest.mark.parametrize("text", ["2026-11-30T12:00:00.123Z_1", "2026-11-30T12:00:00.000Z_42"])
def test_a_position_reads_what_it_writes(text: str):
    assert str(Position.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fraud-llm",
        "2026-11-30T12:00:00.123Z",
        "2026-11-30T12:00:00Z_1",
        "2026-11-30T12:00:00.123Z_-1",
        "2026-11-30T12:00:00.123Z_1\n",
        "2026-11-31T12:00:00.123Z_1",
        "2026-11-30T12:00:00.123Z_1234567",
    ],
)
def test_anything_else_is_no_position(text: str):
    assert Position.parse(text) is None


def test_what_a_row_lacks_is_absent():
    row = {"time": "2026-11-30T12:00:00.5Z", "environment": "a", "oid": "", "status": None}
    assert Invocation.from_row(row).to_wire() == {
        "time": "2026-11-30T12:00:00.500000Z",
        "environment": "a",
    }


TABLE = {
    "name": "PrimaryResult",
    "columns": [{"name": "environment", "type": "string"}, {"name": "status", "type": "long"}],
    "rows": [["fraud-llm", 200], ["fraud-llm", None]],
}
ROWS = LogRows(
    ({"environment": "fraud-llm", "status": 200}, {"environment": "fraud-llm", "status": None})
)
PARTIAL = {
    "code": "PartialError",
    "message": "There were some errors when processing your query.",
    "details": [{"code": "EngineError", "message": "Something went wrong."}],
}
UNKNOWN = {
    "message": "The request had some invalid properties",
    "code": "BadArgumentError",
    "innererror": {
        "code": "SemanticError",
        "message": "A semantic error occurred.",
        "innererror": {"code": "SEM0260", "message": "Unknown function: 'GridplaneInvocations'."},
    },
}
WAIT = LOG_RETRY_SECONDS
NOT_OF_LOG_ANALYTICS = "The answer is not one of Log Analytics."


@pytest.mark.parametrize(
    ("status", "headers", "body", "answer"),
    [
        (200, {}, {"tables": [TABLE]}, ROWS),
        (200, {}, {"tables": [{**TABLE, "rows": []}]}, LogRows(())),
        (204, {}, None, LogRows(())),
        (
            200,
            {},
            {"tables": [TABLE], "error": PARTIAL},
            LogRefusal("PartialError", PARTIAL["message"], WAIT),
        ),
        (
            400,
            {},
            {"error": UNKNOWN},
            LogRefusal("BadArgumentError", "Unknown function: 'GridplaneInvocations'."),
        ),
        (
            403,
            {"Retry-After": "9"},
            {"error": {"code": "InsufficientAccessError", "message": "No."}},
            LogRefusal("InsufficientAccessError", "No."),
        ),
        (
            429,
            {"Retry-After": "9"},
            {"error": {"code": "ThrottledError", "message": "Too many."}},
            LogRefusal("ThrottledError", "Too many.", 9),
        ),
        (
            400,
            {},
            {"tables": [TABLE], "error": {"message": "Odd.", "innererror": {"code": "X"}}},
            LogRefusal("Error", "Odd."),
        ),
        (400, {}, {"error": {"code": "Odd"}}, LogRefusal("Odd", "")),
        (400, {}, {"tables": [TABLE]}, LogRefusal("HTTP400", NOT_OF_LOG_ANALYTICS)),
        (504, {"Retry-After": "soon"}, {"error": {}}, None),
        (503, {}, "<html>", None),
        (200, {}, "", None),
        (200, {"Retry-After": "0"}, {}, None),
    ],
    ids=[
        "rows",
        "none",
        "a workspace without data",
        "not all",
        "an unknown function",
        "no role",
        "throttled",
        "a reason without a code",
        "a code without a reason",
        "rows of a bad request",
        "no reason",
        "a proxy's page",
        "an empty body",
        "no tables",
    ],
)
def test_an_answer_is_all_rows_or_a_refusal(
    status: int, headers: dict[str, str], body: Any, answer: LogRows | LogRefusal | None
):
    read = read_log_answer(status, headers, body)
    if answer is not None:
        assert read == answer
    else:
        assert isinstance(read, LogRefusal)
        assert (read.code, read.retry_after_seconds) == (f"HTTP{status}", WAIT)


def test_a_row_with_a_value_too_few_is_not_told_as_a_whole():
    with pytest.raises(ValueError, match="shorter"):
        read_log_answer(200, {}, {"tables": [{**TABLE, "rows": [["fraud-llm"]]}]})


def test_a_workspace_that_does_not_answer_is_asked_again():
    assert unanswered("It timed out.") == LogRefusal("NoAnswer", "It timed out.", WAIT)


def test_a_refusal_that_is_no_error_of_log_analytics_is_not_asked_again():
    read = read_log_answer(404, {}, "<html>")
    assert isinstance(read, LogRefusal)
    assert (read.code, read.retry_after_seconds) == ("HTTP404", None)


def rows(*seconds_ago: float) -> list[dict[str, Any]]:
    return [
        {"environment": "fraud-llm", "time": (NOON - each * SECOND).isoformat()}
        for each in seconds_ago
    ]


def test_a_page_ends_with_a_link_that_keeps_its_window():
    page = build_page(ask(page_size=2, caller=CALLER), rows(1, 2, 3), NOON)
    assert [each.time for each in page.value] == [NOON - SECOND, NOON - 2 * SECOND]
    assert page.next_link == (
        "/environments/fraud-llm/invocations?from=2026-11-29T12%3A00%3A00Z"
        f"&to=2026-11-30T12%3A00%3A00Z&caller={CALLER}&maxpagesize=2&skiptoken="
        "2026-11-30T11%3A59%3A58.000Z_1"
    )


def test_the_last_page_has_no_link():
    page = build_page(ask(page_size=3), rows(1, 2, 3), NOON)
    assert (len(page.value), page.next_link) == (3, None)
    more = build_page(ask(page_size=1), rows(1, 2), NOON)
    assert more.next_link
    assert "caller" not in more.next_link


@pytest.mark.parametrize(
    ("now", "since"),
    [
        (NOON, NOON - INGESTION),
        (NOON + INGESTION - SECOND, NOON - SECOND),
        (NOON + INGESTION, None),
        (NOON + DAY, None),
    ],
)
def test_what_may_be_on_its_way_is_told(now: datetime, since: datetime | None):
    assert build_page(ask(), [], now).may_lack_since == since

"""`metrics`: marks on a terminal, rows elsewhere."""

import re
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from gridplane import times
from gridplane.metric_tables import metrics_view, shrink, sparkline
from rich.console import Console

from tests.support.command_line import NAME, CommandLine, answer

POINT = {
    **{"requests": 40, "errors": 1, "tokensIn": 1200, "tokensOut": 5300, "busyReplicas": 1},
    **{"gpuUtilisationPercent": 87, "gpuNodes": 1.0, "gpuUsdPerHour": 4.775, "usdPerHour": 5.5},
}
QUIET = {
    **{"requests": 0, "errors": 0, "tokensIn": 0, "tokensOut": 0, "busyReplicas": 0},
    **{"gpuNodes": 0.5, "gpuUsdPerHour": 2.39, "usdPerHour": 3.12},
}


def point(minute: int, figures: dict[str, Any]) -> dict[str, Any]:
    return {"startDateTime": f"2026-11-22T12:{minute:02}:00Z", **figures}


FOUND: dict[str, Any] = {
    "environment": NAME,
    "fromDateTime": "2026-11-21T12:15:00Z",
    "toDateTime": "2026-11-22T12:15:00Z",
    "intervalMinutes": 5,
    "sinceDateTime": "2026-11-22T12:05:00Z",
    "unrecorded": "The counters are on record since 2026-11-22T12:05:00Z.",
    "totals": {"requests": 40, "gpuNodeHours": 0.125, "costUsd": 0.72},
    "value": [
        point(0, {"gpuNodes": 0.0, "usdPerHour": 0.73}),
        point(5, POINT),
        point(10, QUIET),
    ],
}

ROWS = """\
TIME                  REQUESTS   ERRORS   TOKENS IN   TOKENS OUT    GPU   BUSY   NODES   PER HOUR
2026-11-22 12:00:00                                                                  0      $0.73
2026-11-22 12:05:00         40        1       1,200        5,300   87 %      1       1      $5.50
2026-11-22 12:10:00          0        0           0            0             0     0.5      $3.12

Points of 5 minutes, 0.1 hours of GPU nodes, $0.72 in all.
The counters are on record since 2026-11-22T12:05:00Z.
"""

MARKS = """\
11-22 12:00 to 11-22 12:10 UTC
                      TOTAL   HIGHEST   LATEST
requests         █▁      40        40        0
errors           █▁       1         1        0
tokens in        █▁   1,200     1,200        0
tokens out       █▁   5,300     5,300        0
gpu busy         █               87 %     87 %
busy replicas    █▁                 1        0
gpu nodes       ▁█▅                 1      0.5
cost per hour   ▂█▅             $5.50    $3.12

Points of 5 minutes, 0.1 hours of GPU nodes, $0.72 in all.
The counters are on record since 2026-11-22T12:05:00Z.
"""


def test_a_pipe_gets_a_row_for_each_point(cli: CommandLine):
    cli.instead = [answer(200, FOUND)]
    assert cli("metrics", NAME).out == ROWS


def test_a_terminal_gets_a_line_of_marks_for_each_figure():
    console = Console(file=StringIO(), width=120, force_terminal=True, no_color=True)
    with console.capture() as capture:
        console.print(metrics_view(FOUND, 120))  # type: ignore[arg-type]
    printed = "".join(f"{line.rstrip()}\n" for line in _plain(capture.get()).splitlines())
    assert printed == MARKS


def test_a_narrow_terminal_keeps_the_marks():
    console = Console(file=StringIO(), width=40, force_terminal=True, no_color=True)
    with console.capture() as capture:
        console.print(metrics_view(FOUND, 40))  # type: ignore[arg-type]
    assert "requests" in _plain(capture.get())
    assert "▁█▅" in _plain(capture.get())


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_marks_begin_at_zero_and_what_is_not_known_has_none():
    assert sparkline([0, 1, 4, None, 8, 0.01]) == "▁▂▅ █▂"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([None]) == " "


def test_more_points_than_fit_are_added_up_or_the_highest_stays():
    values = [1.0, 2.0, None, None, 5.0]
    assert shrink(values, 3, is_count=True) == [3.0, None, 5.0]
    assert shrink(values, 3, is_count=False) == [2.0, None, 5.0]
    assert shrink(values, 9, is_count=True) == values


def test_the_apis_own_answer_is_shown_in_every_format(cli: CommandLine):
    cli.create()
    shown = cli("metrics", NAME)
    assert (shown.code, "No sweep has looked" in shown.out) == (0, True)
    assert cli("metrics", NAME, "-o", "json").json["environment"] == NAME
    assert cli("metrics", NAME, "--query", "intervalMinutes").out == "5\n"
    assert cli("metrics", NAME, "-o", "name").out == f"{NAME}\n"
    assert cli("metrics", "none").code == 3


def test_a_window_of_nothing_says_why(cli: CommandLine):
    cli.instead = [answer(200, {**FOUND, "value": [], "unrecorded": "It was created later."})]
    assert cli("metrics", NAME).out == "It was created later.\n"


@pytest.mark.parametrize("command", [["metrics", NAME], ["audit"]])
def test_a_span_is_until_now_by_the_clock_of_the_api(cli: CommandLine, command: list[str]):
    hour = {"Date": "Sun, 22 Nov 2026 12:00:00 GMT"}
    cli.instead = [answer(200, {"status": "Healthy"}, **hour), answer(200, {**FOUND, "value": []})]
    assert cli(*command, "--from", "7d", "--to", "1h").code == 0
    sent = cli.requests[-1].url.params
    assert (sent["from"], sent["to"]) == ("2026-11-15T12:00:00Z", "2026-11-22T11:00:00Z")


def test_times_alone_need_no_clock(cli: CommandLine):
    cli.instead = [answer(200, {**FOUND, "value": []})]
    assert cli("metrics", NAME, "--from", "2026-11-21").code == 0
    assert len(cli.requests) == 1


def test_what_is_no_span_is_told(cli: CommandLine):
    refused = cli("metrics", NAME, "--from", "yesterday")
    assert refused.code == 2
    assert "2026-11-29T12:00:00Z, 90m, 6h or 7d" in refused.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", "2026-11-22T10:30:00Z"),
        ("2026-11-21T00:00:00+02:00", "2026-11-20T22:00:00Z"),
        ("2026-11-21", "2026-11-21T00:00:00Z"),
    ],
)
def test_times_are_sent_in_utc(text: str, expected: str):
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert times.format_utc(times.parse_when(text, lambda: now)) == expected

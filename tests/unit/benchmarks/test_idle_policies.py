"""Idle settings against the offline optimum, on pauses that can be counted by hand."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.idle_policies import (
    BASE_SHARE,
    GOAL,
    WAITS,
    Row,
    build_row,
    choose,
    compare,
    idle_minutes,
    list_sources,
    optimum,
    pauses,
    play,
)
from benchmarks.synthetic_use import MINUTES, make_use
from benchmarks.traces import TraceDiffers, UseTrace, build_traces, read_azure, verify
from domain.spec.idle import Idle
from domain.sweep.idle_advice import MINUTES_TO_WAKE


def a_trace(used: Sequence[int], length: int) -> UseTrace:
    return UseTrace("a", dict.fromkeys(used, 1), range(length))


@pytest.mark.parametrize(
    ("used", "length", "expected"),
    [
        pytest.param((0, 1, 2), 3, 3, id="always in use"),
        pytest.param((0, 4), 5, 2 + 3, id="a pause shorter than a start"),
        pytest.param((0, 100), 101, 2 + MINUTES_TO_WAKE + 15, id="a pause longer than a start"),
        pytest.param((0,), 1000, 1, id="never asked again"),
    ],
)
def test_the_optimum_takes_the_cheaper_way_through_each_pause(
    used: Sequence[int], length: int, expected: float
) -> None:
    assert optimum([a_trace(used, length)], wait=15) == expected


def test_no_setting_is_better_than_the_optimum_at_any_price_of_a_wait() -> None:
    traces = make_use()[:5]
    for minutes in (5, 30, None):
        played = play(traces, minutes)
        assert all(played.cost(wait) >= optimum(traces, wait) for wait in WAITS)


def test_a_setting_pays_for_the_time_until_the_sweep_acts_and_for_the_start() -> None:
    played = play([a_trace((0, 500), 501)], 15)
    assert (played.gpu_minutes, played.cold_starts) == (2 + idle_minutes(15), 1)
    assert played.cost(wait=8) == 2 + idle_minutes(15) + MINUTES_TO_WAKE + 8


def test_what_never_sleeps_is_part_of_the_whole_cost() -> None:
    traces = [a_trace((0,), 1000)]
    row = build_row("never", traces, play(traces, None))
    base = 1000 * BASE_SHARE
    assert row.gpu_ratio == 1000
    assert row.ratio == pytest.approx((1000 + base) / (1 + base), abs=0.001)


@pytest.fixture(scope="module")
def rows() -> Sequence[Row]:
    """Of all settings on synthetic use: 3 s of a processor."""
    return compare(make_use())


@pytest.mark.xdist_group("synthetic use")
def test_the_longest_time_within_the_goal_is_chosen(rows: Sequence[Row]) -> None:
    chosen = choose(rows)
    assert chosen
    assert chosen.worst_ratio <= GOAL < rows[rows.index(chosen) + 1].worst_ratio


@pytest.mark.xdist_group("synthetic use")
def test_the_default_is_within_the_goal_on_synthetic_use(rows: Sequence[Row]) -> None:
    (default,) = [row for row in rows if "default" in row.setting]
    assert f"after {Idle().after_minutes} min" in default.setting
    assert default.ratio <= GOAL


def test_synthetic_use_is_repeatable_and_labelled(tmp_path: Path) -> None:
    assert make_use(3) == make_use(3) != make_use(4)
    assert all(0 <= minute < MINUTES for trace in make_use() for minute in trace.use)
    assert [name for name in list_sources(tmp_path) if "synthetic" in name]


def test_synthetic_pauses_are_short_as_often_as_measured() -> None:
    found = [pause for trace in make_use() for pause in pauses(trace)]
    share = sum(pause <= 20 for pause in found) / len(found)
    assert share == pytest.approx(0.76, abs=0.05)


def test_the_shipped_hour_has_both_services() -> None:
    assert {trace.name: len(trace.minutes) for trace in read_azure()} == {"code": 58, "conv": 60}
    assert sum(sum(trace.use.values()) for trace in read_azure()) == 8_819 + 19_366


def test_a_model_of_a_trace_is_an_endpoint_from_its_first_request_on() -> None:
    rows = [
        {
            "gmt_create": f"2024-11-15 10:{minute:02}:00",
            "exec_time_seconds": "130.0",
            "checkpoint_model_version_id": "M1" if minute >= 5 else "M0",
        }
        for minute in range(40)
    ]
    (trace,) = build_traces(rows)
    assert (trace.name, trace.minutes) == ("M1", range(5, 42))
    assert trace.use[41] == 0


def test_another_file_than_the_measured_one_is_refused() -> None:
    with pytest.raises(TraceDiffers, match="SHA-256"):
        verify(b"something else", "0" * 64, "https://example.com/trace.csv")

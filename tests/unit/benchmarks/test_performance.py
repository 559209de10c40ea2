"""docs/performance.md is what its results say, from whatever runs they come."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.machine import ANYWAY, stop_if_busy
from benchmarks.performance import DOCUMENT, NOT_MEASURED, render
from benchmarks.results import Result, keep_result, read_results
from benchmarks.suite import MEASURES, SKIPPED, Measure, run_all


def a_result(**values: Any) -> Result:
    return Result("python -m benchmarks.x", "2026-12-01 10:00", "2 x A, 8 GiB", 0.1, values)


def a_run(used: int = 10, slowest: float = 12.0) -> dict[str, Any]:
    bucket = {
        "bucket": "GET operation status",
        "burst": 200,
        "perSecond": 2,
        "worstPerSecond": 0.4,
        "usedPercent": used,
        "refused": 0,
    }
    return {
        "ready": 50,
        "medianMinutes": 11.0,
        "slowestMinutes": slowest,
        "postP50Milliseconds": 40,
        "historyEvents": 140,
        "buckets": [bucket],
    }


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == render(read_results())


def test_without_results_everything_is_not_measured() -> None:
    text = render({})
    assert text.count(NOT_MEASURED) > 15
    assert "## Azure's request buckets" in text


def test_runs_of_different_days_stand_side_by_side() -> None:
    text = render(
        {
            "at-once-1": a_result(free=a_run(), throttled=a_run()),
            "at-once-50": a_result(free=a_run(), throttled=a_run(used=44)),
            "peer-az": a_result(minutes=22.0),
            "chain-60x": a_result(medianRatio=1.047),
        }
    )
    assert "| ratio to Azure's chain, 60x | 1.05 | 1.05 |" in text
    assert "| fullest request bucket, 50 at once | 44 % (GET operation status) | 50 % |" in text
    assert "| GET operation status | 200 | 2 | 10 % | 44 % |" in text
    assert "one command after the other | 22.0 | 2.00 |" in text


def test_one_alone_is_the_median_of_many_draws_where_there_are_some() -> None:
    many = a_result(free=a_run(), throttled=a_run())
    single = render({"at-once-1": many, "at-once-200": many})
    assert "against one alone | 1 | 1.02 |" in single
    drawn = render({"at-once-200": many, "chain-5x": a_result(medianMinutes=10.0)})
    assert "against one alone | 1.1 | 1.02 |" in drawn


def test_the_price_of_limits_is_that_of_the_slowest() -> None:
    text = render({"at-once-100": a_result(free=a_run(), throttled=a_run(slowest=15.0))})
    assert "without | 1.25 | 1.05 |" in text


def test_a_result_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    keep_result("b", a_result(seconds=1), path)
    keep_result("a", a_result(seconds=2), path)
    keep_result("b", a_result(seconds=3), path)
    assert {name: each.values for name, each in read_results(path).items()} == {
        "a": {"seconds": 2},
        "b": {"seconds": 3},
    }


def test_names_of_measures_are_unique() -> None:
    assert len({each.name for each in MEASURES}) == len(MEASURES)


def test_a_benchmark_that_does_not_exist_is_skipped_and_said() -> None:
    assert list(run_all([Measure("later", ("no_such_module",))])) == [
        "SKIPPED later: there is no benchmarks.no_such_module."
    ]
    assert SKIPPED == 77


def test_a_busy_machine_is_refused_unless_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getloadavg", lambda: (2.1, 1.0, 1.0))
    monkeypatch.delenv(ANYWAY, raising=False)
    with pytest.raises(SystemExit):
        stop_if_busy()
    monkeypatch.setenv(ANYWAY, "1")
    stop_if_busy()
    monkeypatch.delenv(ANYWAY)
    monkeypatch.setattr("os.getloadavg", lambda: (2.0, 9.0, 9.0))
    stop_if_busy()

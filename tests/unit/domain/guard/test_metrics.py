"""Figures over time: what is on record by interval, and what is not known left out."""

from datetime import datetime, timedelta

import pytest

from domain.environment.approval_records import request_approval
from domain.environment.gpu_usage import GpuNodes, GpuUsage, observe
from domain.environment.metric_history import MetricHistory, TrafficPoint, note_traffic
from domain.environment.metric_views import EnvironmentMetrics, MetricPoint
from domain.environment.record import EnvironmentRecord
from domain.guard.costs import build_cost_view
from domain.guard.metrics import build_metrics, latest_moment
from tests.support.approvals import a_waiting_request
from tests.support.specs import NOON, a_record

A100 = "Standard_NC24ads_A100_v4"
A100_PRICE = 4.775
"""West Europe, as shipped."""
HOUR = timedelta(hours=1)
SEEN = TrafficPoint(0, 6, 1, 30, 90, 55, 1)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def with_nodes(record: EnvironmentRecord, *seen: tuple[float, int]) -> EnvironmentRecord:
    usage = GpuUsage()
    for minutes, nodes in seen:
        at = after(minutes)
        usage = observe(
            usage, GpuNodes(region="westeurope", at=at, nodes=nodes, vm_size=A100 * (nodes > 0))
        )
    return record.model_copy(update={"gpu_usage": usage})


def with_traffic(record: EnvironmentRecord, *minutes: float) -> EnvironmentRecord:
    history = MetricHistory()
    for each in minutes:
        history = note_traffic(history, after(each), SEEN)
    return record.model_copy(update={"metric_history": history})


def build(record: EnvironmentRecord, start: float, end: float, now: float) -> EnvironmentMetrics:
    return build_metrics(record, {}, after(start), after(end), after(now))


def at(metrics: EnvironmentMetrics, minutes: float) -> MetricPoint:
    (found,) = (each for each in metrics.value if each.start_date_time == after(minutes))
    return found


def test_intervals_without_gaps_from_the_creation_until_now() -> None:
    metrics = build(with_traffic(a_record(), 10), -60, 60, 22)
    starts = [each.start_date_time for each in metrics.value]
    assert starts == [after(minutes) for minutes in (0, 5, 10, 15, 20)]


def test_quiet_is_zero_and_what_was_not_looked_at_is_absent() -> None:
    metrics = build(with_traffic(a_record(), 12, 31), -60, 60, 47)
    assert at(metrics, 5).requests is None
    assert (at(metrics, 10).requests, at(metrics, 30).requests) == (6, 6)
    quiet = at(metrics, 20)
    assert (quiet.requests, quiet.errors, quiet.tokens_in, quiet.busy_replicas) == (0, 0, 0, 0)
    assert quiet.gpu_utilisation_percent is None
    assert at(metrics, 45).requests is None, "the interval is not over, and nobody has looked"
    assert metrics.unrecorded == "The counters are on record since 2026-11-22T12:12:00Z."


def test_a_look_is_told_with_all_of_its_figures_and_summed_up() -> None:
    metrics = build(with_traffic(a_record(), 0, 10, 20), 0, 30, 30)
    assert (metrics.since_date_time, metrics.interval_minutes) == (NOON, 5)
    assert type(metrics.interval_minutes) is int
    seen, quiet = at(metrics, 10), at(metrics, 15)
    told = (seen.requests, seen.errors, seen.tokens_in, seen.tokens_out, seen.busy_replicas)
    assert (told, seen.gpu_utilisation_percent) == ((6, 1, 30, 90, 1), 55)
    assert (quiet.requests, quiet.errors, quiet.tokens_in, quiet.tokens_out) == (0, 0, 0, 0)
    looks = sum(each.requests == 6 for each in metrics.value)
    totals = metrics.totals
    assert (totals.requests, totals.errors) == (6 * looks, looks)
    assert (totals.tokens_in, totals.tokens_out) == (30 * looks, 90 * looks)


def test_after_the_latest_sweep_nothing_is_known_and_a_late_one_is_named() -> None:
    record = with_traffic(a_record(), 0, 31)
    window = (after(0), after(60), after(60))
    metrics = build_metrics(record, {}, *window, last_sweep=after(42))
    assert [at(metrics, minutes).requests for minutes in (30, 35, 40, 45)] == [6, 0, None, None]
    assert metrics.unrecorded == ("The latest sweep that has ended began at 2026-11-22T12:42:00Z.")
    assert build_metrics(record, {}, *window, last_sweep=after(46)).unrecorded is None


def test_what_engines_do_not_tell_is_not_zero_in_quiet_intervals() -> None:
    history = note_traffic(MetricHistory(), after(10), TrafficPoint(0, 6, 0))
    record = a_record().model_copy(update={"metric_history": history})
    quiet = at(build(record, 0, 60, 60), 20)
    assert (quiet.requests, quiet.tokens_in, quiet.busy_replicas) == (0, None, None)


def test_nodes_and_cost_are_means_over_the_part_that_is_known() -> None:
    record = with_nodes(a_record(), (12, 2), (27.5, 0))
    base = build_cost_view(record, {}, after(60)).usd_per_hour_asleep
    metrics = build(record, 0, 60, 28)
    assert at(metrics, 0).gpu_nodes == 0
    assert at(metrics, 0).usd_per_hour == base
    assert at(metrics, 10).gpu_nodes == pytest.approx(2 * 3 / 5)
    assert at(metrics, 20).gpu_usd_per_hour == pytest.approx(2 * A100_PRICE)
    assert at(metrics, 25).gpu_nodes == pytest.approx(2 * 2.5 / 3, abs=0.01)


def test_totals_are_those_of_the_cost_view() -> None:
    record = with_traffic(with_nodes(a_record(), (12, 2), (27.5, 0)), 15, 20)
    metrics, cost = build(record, 0, 60, 28), build_cost_view(record, {}, after(28))
    assert metrics.totals.gpu_node_hours == pytest.approx(2 * 15.5 / 60, abs=0.01)
    assert metrics.totals.cost_usd == pytest.approx(cost.today_usd, abs=0.02)
    assert (metrics.totals.requests, metrics.totals.tokens_out) == (12, 180)


def test_what_a_record_of_an_earlier_version_lacks_is_not_known() -> None:
    record = with_nodes(a_record(), (12, 2), (30, 1))
    usage = record.gpu_usage.model_copy(update={"changes": ()})
    metrics = build(record.model_copy(update={"gpu_usage": usage}), 0, 60, 60)
    assert at(metrics, 20).gpu_nodes is None
    assert at(metrics, 30).gpu_nodes == 1
    assert at(metrics, 20).usd_per_hour is None


def test_unpriced_nodes_are_told_apart() -> None:
    spot = GpuNodes(region="westeurope", at=NOON, nodes=1, vm_size=A100, spot=True)
    record = a_record().model_copy(update={"gpu_usage": observe(GpuUsage(), spot)})
    point = at(build(record, 0, 60, 60), 30)
    assert (point.gpu_nodes, point.unpriced_gpu_nodes, point.gpu_usd_per_hour) == (1, 1, 0)


def test_a_long_window_is_told_by_the_hour_with_the_same_totals() -> None:
    record = with_traffic(with_nodes(a_record(), (12, 2)), 15, 75, 200)
    fine, coarse = build(record, 0, 240, 240), build(record, -30 * 60, 240, 240)
    assert (fine.interval_minutes, coarse.interval_minutes) == (5, 60)
    assert [each.requests for each in coarse.value] == [6, 6, 0, 6]
    assert coarse.totals == fine.totals


def test_a_window_before_everything_is_empty_and_says_why() -> None:
    metrics = build(a_record(), -120, -60, 60)
    assert metrics.value == ()
    assert metrics.unrecorded == "The environment was created at 2026-11-22T12:00:00Z."
    assert metrics.totals.requests is None


def test_what_waits_for_approval_costs_nothing() -> None:
    record = request_approval(None, a_waiting_request(), NOON)
    assert record
    metrics = build(record, 0, 60, 60)
    assert metrics.totals.cost_usd == 0
    assert metrics.unrecorded
    assert metrics.unrecorded.startswith("No sweep has looked")


def test_a_record_that_is_ahead_of_the_clock_is_told_until_its_latest_moment() -> None:
    record = with_nodes(a_record(), (12, 2))
    assert latest_moment(record, NOON) == after(12)
    assert latest_moment(record, after(20)) == after(20)

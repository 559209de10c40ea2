"""What environments cost: GPU nodes by the hour, and all else from creation to deletion."""

from datetime import date, datetime, timedelta

import pytest

from domain.catalog.prices import ExchangeRate, RegionPrices, shipped_as_of
from domain.environment.approval_records import request_approval
from domain.environment.gpu_days import KEPT_DAYS
from domain.environment.gpu_usage import GpuNodes, GpuUsage, observe
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.environment.starts import start_operation
from domain.guard.costs import (
    build_cost_report,
    build_cost_view,
    build_priced_view,
    list_days,
)
from tests.support.approvals import a_waiting_request
from tests.support.specs import NOON, a_record, a_request, a_spec

A100 = "Standard_NC24ads_A100_v4"
A100_PRICE = 4.775
"""West Europe, as shipped."""

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TODAY = NOON.date()


def a_live_record(name: str = "fraud-llm", nodes: int = 1) -> EnvironmentRecord:
    """Created at noon, with nodes since an hour later."""
    record = a_record(a_request(spec=a_spec(name=name)))
    seen = GpuNodes(region="westeurope", at=NOON + HOUR, nodes=nodes, vm_size=A100)
    return record.model_copy(update={"gpu_usage": observe(GpuUsage(), seen)})


def deleted(record: EnvironmentRecord, hours: int) -> EnvironmentRecord:
    at = NOON + hours * HOUR
    usage = observe(record.gpu_usage, GpuNodes(region="westeurope", at=at, nodes=0))
    last = record.operations[-1].model_copy(update={"last_action_at": at})
    return record.model_copy(
        update={"phase": Phase.DELETED, "gpu_usage": usage, "operations": (last,)}
    )


def test_an_environment_costs_its_nodes_and_what_it_has_besides():
    cost = build_cost_view(a_live_record(nodes=2), {}, NOON + 5 * HOUR)
    asleep = cost.usd_per_hour_asleep
    assert 0.5 < asleep < 1.5
    assert cost.usd_per_hour_now == pytest.approx(asleep + 2 * A100_PRICE, abs=1e-3)
    assert cost.today_usd == pytest.approx(5 * asleep + 4 * 2 * A100_PRICE, abs=0.01)
    assert cost.month_to_date_usd == cost.today_usd
    assert cost.unpriced_node_hours is None


def test_an_environment_shows_its_cost():
    record, now = a_live_record(), NOON + 5 * HOUR
    view = build_priced_view(record, {}, now)
    assert view.cost == build_cost_view(record, {}, now)
    assert view.name == record.name


def test_hours_without_a_price_are_told_and_cost_nothing():
    seen = GpuNodes(region="westeurope", at=NOON, nodes=1, vm_size=A100, spot=True)
    usage = observe(GpuUsage(), seen)
    record = a_record(a_request(spec=a_spec())).model_copy(update={"gpu_usage": usage})
    cost = build_cost_view(record, {}, NOON + 2 * HOUR)
    assert cost.unpriced_node_hours == 2
    assert cost.usd_per_hour_now == cost.usd_per_hour_asleep
    (day,) = build_cost_report([record], {}, TODAY, TODAY, NOON + 2 * HOUR).value
    assert (day.gpu_node_hours, day.gpu_usd, day.unpriced_node_hours) == (2, 0, 2)
    assert day.cost_center == "ML-1234"


def test_yesterday_is_this_month_but_not_today():
    cost = build_cost_view(a_live_record(), {}, NOON + DAY)
    assert cost.today_usd == pytest.approx(12 * (cost.usd_per_hour_asleep + A100_PRICE), abs=0.01)
    whole = 24 * cost.usd_per_hour_asleep + 23 * A100_PRICE
    assert cost.month_to_date_usd == pytest.approx(whole, abs=0.01)


def test_last_month_is_over():
    cost = build_cost_view(a_live_record(), {}, NOON + 20 * DAY)
    since_december = 11.5 * 24 * (cost.usd_per_hour_asleep + A100_PRICE)
    assert cost.month_to_date_usd == pytest.approx(since_december, rel=1e-4)


def test_a_report_is_by_day_and_environment():
    records = [a_live_record("b-llm"), a_live_record("a-llm")]
    report = build_cost_report(records, {}, TODAY, TODAY + DAY, NOON + 2 * DAY)
    assert [(each.day, each.environment) for each in report.value] == [
        (TODAY, "a-llm"),
        (TODAY, "b-llm"),
        (TODAY + DAY, "a-llm"),
        (TODAY + DAY, "b-llm"),
    ]
    assert report.value[0].gpu_node_hours == 11
    assert report.value[2].gpu_usd == pytest.approx(24 * A100_PRICE, abs=0.01)
    summed = sum(each.gpu_usd + each.base_usd for each in report.value)
    assert report.total_usd == pytest.approx(summed, abs=0.01)


def test_what_is_deleted_costs_until_then():
    record = deleted(a_live_record(), 4)
    report = build_cost_report([record], {}, TODAY, TODAY + 5 * DAY, NOON + 5 * DAY)
    (only,) = report.value
    assert (only.day, only.gpu_node_hours) == (TODAY, 3)
    assert only.base_usd == pytest.approx(
        4 * build_cost_view(a_live_record(), {}, NOON).usd_per_hour_asleep, abs=0.01
    )


def test_days_outside_are_left_out():
    report = build_cost_report(
        [a_live_record()], {}, date(2026, 11, 1), date(2026, 11, 21), NOON + DAY
    )
    assert report.value == ()
    assert report.total_usd == 0


def listed(price: float, rate: ExchangeRate | None = None) -> dict[str, RegionPrices]:
    prices = RegionPrices(
        region="westeurope",
        as_of=NOON - DAY,
        source="RetailPrices",
        hourly={A100: price, "Standard_D4ds_v5": 0.5},
        spot={},
        rate=rate,
    )
    return {"westeurope": prices}


def test_what_azure_lists_counts_before_what_was_shipped():
    euros = ExchangeRate(currency="EUR", per_usd=0.9)
    prices, now = listed(10.0, euros), NOON + 5 * HOUR
    cost = build_cost_view(a_live_record(), prices, now)
    shipped = build_cost_view(a_live_record(), {}, now)
    assert cost.usd_per_hour_now - cost.usd_per_hour_asleep == pytest.approx(10.0)
    assert cost.usd_per_hour_asleep - shipped.usd_per_hour_asleep == pytest.approx(
        2 * (0.5 - 0.272), abs=1e-3
    )
    assert (cost.price_as_of, cost.rate) == (NOON - DAY, euros)
    assert shipped.price_as_of == shipped_as_of() != NOON - DAY
    assert shipped.rate is None
    report = build_cost_report([a_live_record()], prices, TODAY, TODAY, now)
    assert (report.price_as_of, report.rate) == (NOON - DAY, euros)


def test_hours_that_have_passed_keep_the_price_of_their_time():
    spent = build_cost_report([a_live_record()], listed(10.0), TODAY, TODAY, NOON + 2 * HOUR)
    assert spent.value[0].gpu_usd == A100_PRICE


def test_a_size_that_the_list_lacks_costs_what_it_was_seen_to():
    seen = GpuNodes(
        region="westeurope", at=NOON, nodes=1, vm_size="Standard_Old", hourly_price=3.0
    )
    record = a_live_record().model_copy(update={"gpu_usage": observe(GpuUsage(), seen)})
    cost = build_cost_view(record, listed(10.0), NOON + HOUR)
    assert cost.usd_per_hour_now - cost.usd_per_hour_asleep == pytest.approx(3.0)


def test_the_oldest_prices_date_the_costs():
    newer = listed(1.0)["westeurope"].model_copy(update={"region": "uksouth", "as_of": NOON})
    records = [a_live_record(), a_live_record()]
    records[1] = records[1].model_copy(update={"spec": a_spec(regions=["uksouth"])})
    prices = {**listed(1.0), "uksouth": newer}
    assert build_cost_report(records, prices, TODAY, TODAY, NOON).price_as_of == NOON - DAY


def test_what_waits_for_approval_costs_nothing():
    record = request_approval(None, a_waiting_request(), NOON)
    assert record
    day = NOON.date()
    assert list_days(record, {}, day, day, NOON + timedelta(hours=5)) == []


def used_again(record: EnvironmentRecord, at: datetime, cost_center: str) -> EnvironmentRecord:
    """Ready at once, without GPU nodes."""
    spec = a_spec(costCenter=cost_center)
    begun = start_operation(record, a_request(sequence=record.sequence + 1, spec=spec), at)
    assert begun
    return begun.model_copy(update={"phase": Phase.READY})


def test_what_an_environment_has_cost_stays_when_its_name_is_used_again():
    gone, now = deleted(a_live_record(), hours=5), NOON + 6 * HOUR
    again = used_again(gone, now, "ml-1234")
    now += 2 * HOUR
    (before,), (day,) = (
        list_days(gone, {}, TODAY, TODAY, now),
        list_days(again, {}, TODAY, TODAY, now),
    )
    assert (day.gpu_node_hours, day.gpu_usd) == (before.gpu_node_hours, before.gpu_usd) != (0, 0)
    per_hour = build_cost_view(again, {}, now).usd_per_hour_asleep
    assert day.base_usd == pytest.approx(7 * per_hour, abs=0.001), "five hours and two"
    assert build_cost_view(again, {}, now).month_to_date_usd == pytest.approx(
        day.gpu_usd + day.base_usd, abs=0.001
    )
    third = used_again(deleted(again, hours=8), now, "ml-1234")
    (same,) = list_days(third, {}, TODAY, TODAY, now)
    assert (same.gpu_usd, same.base_usd) == (day.gpu_usd, day.base_usd)


def test_what_it_has_cost_stays_with_the_cost_center_that_had_it():
    gone = deleted(a_live_record(), hours=5)
    again, now = used_again(gone, NOON + 6 * HOUR, "RISK-7"), NOON + 8 * HOUR
    days = {each.cost_center: each for each in list_days(again, {}, TODAY, TODAY, now)}
    assert days["ML-1234"].gpu_usd > 0 == days["RISK-7"].gpu_usd
    view = build_cost_view(again, {}, now)
    assert view.month_to_date_usd == view.today_usd == days["RISK-7"].base_usd
    report = build_cost_report([again], {}, TODAY, TODAY, now, "ML-1234".__eq__)
    assert report.value == (days["ML-1234"],)
    assert again.all_cost_centers == {"ML-1234", "RISK-7"}


def test_days_of_the_past_are_kept_for_two_months():
    gone = deleted(a_live_record(), hours=24 * 90)
    days = used_again(gone, NOON + 91 * DAY, "ML-1234").past_days
    assert len(days) == KEPT_DAYS
    assert days[-1].day == TODAY + 90 * DAY
    assert days[-1].base_hours == 12

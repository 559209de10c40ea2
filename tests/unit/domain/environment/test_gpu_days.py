"""Node hours by day: every hour is in exactly one day, and in all as many as there were."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.environment.gpu_days import KEPT_DAYS, GpuDay, add_days, hours_by_day
from domain.environment.gpu_usage import GpuNodes, GpuUsage, observe, spent_by_day, total
from tests.support.specs import NOON

A100 = "Standard_NC24ads_A100_v4"
DAY = timedelta(days=1)
EAST = timezone(timedelta(hours=5, minutes=30))


def seen(at: datetime, nodes: int, vm_size: str = A100, spot: bool = False) -> GpuNodes:
    return GpuNodes(region="westeurope", at=at, nodes=nodes, vm_size=vm_size, spot=spot)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (NOON, NOON, {}),
        (NOON, NOON - DAY, {}),
        (NOON, NOON + timedelta(hours=3), {"2026-11-22": 3}),
        (NOON, NOON + DAY, {"2026-11-22": 12, "2026-11-23": 12}),
        (
            NOON,
            NOON + 2 * DAY + timedelta(hours=12),
            {"2026-11-22": 12, "2026-11-23": 24, "2026-11-24": 24},
        ),
        (
            datetime(2026, 11, 23, 2, tzinfo=EAST),
            datetime(2026, 11, 23, 8, tzinfo=EAST),
            {"2026-11-22": 3.5, "2026-11-23": 2.5},
        ),
    ],
)
def test_hours_are_split_at_midnight_utc(
    start: datetime, end: datetime, expected: dict[str, float]
):
    found = {day.isoformat(): hours for day, hours in hours_by_day(start, end)}
    assert found == pytest.approx(expected)


@given(
    st.timedeltas(timedelta(), timedelta(days=60)), st.timedeltas(timedelta(), timedelta(days=40))
)
def test_no_hour_is_lost(later: timedelta, length: timedelta):
    start = NOON + later
    split = list(hours_by_day(start, start + length))
    assert sum(hours for _, hours in split) == pytest.approx(length / timedelta(hours=1))
    assert all(0 < hours <= 24 for _, hours in split)
    assert [day for day, _ in split] == sorted({day for day, _ in split})


def test_days_cost_what_the_hours_cost():
    usage = observe(observe(GpuUsage(), seen(NOON, 2)), seen(NOON + 2 * DAY, 0))
    days, spending = spent_by_day(usage, NOON + 3 * DAY), total(usage, NOON + 3 * DAY)
    assert spending
    assert list(days) == ["2026-11-22", "2026-11-23", "2026-11-24"]
    assert sum(each.cost_usd for each in days.values()) == pytest.approx(spending.cost_usd)
    assert days["2026-11-23"].priced_node_hours == pytest.approx(48)


def test_what_runs_counts_until_now():
    usage = observe(GpuUsage(), seen(NOON, 1))
    assert usage.days == {}
    days = spent_by_day(usage, NOON + timedelta(hours=2))
    assert days["2026-11-22"].priced_node_hours == pytest.approx(2)


def test_hours_without_a_price_are_told_apart():
    usage = observe(GpuUsage(), seen(NOON, 1, spot=True))
    (day,) = spent_by_day(usage, NOON + timedelta(hours=2)).values()
    assert day == GpuDay(unpriced_node_hours=2)


def test_two_months_are_kept():
    days = add_days({}, NOON, NOON + 100 * DAY, 1, 1.0)
    assert len(days) == KEPT_DAYS
    assert max(days) == (NOON + 100 * DAY).date().isoformat()
    assert date.fromisoformat(min(days)) == (NOON + (101 - KEPT_DAYS) * DAY).date()

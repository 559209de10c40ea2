"""What sleep has saved, and what it says on operations and on the timeline."""

from datetime import datetime

import pytest

from domain.environment.gpu_saving import GpuSaving, saved_while_asleep
from domain.environment.gpu_usage import GpuNodes, GpuSpending
from domain.environment.gpu_usage_views import build_gpu_saving_view, describe_costs
from tests.support.specs import NOON, minutes

A100 = "Standard_NC24ads_A100_v4"


def gone(minute: float, nodes: int, price: float | None = 5.0) -> GpuNodes:
    """Of a size without a shipped price, so that None is none."""
    return GpuNodes(
        region="westeurope",
        at=NOON + minutes(minute),
        nodes=nodes,
        vm_size="Standard_Made_Up",
        hourly_price=price,
    )


def at(minute: float) -> datetime:
    return NOON + minutes(minute)


def saved(
    nodes: dict[str, GpuNodes], again: dict[str, datetime] | None = None, minute: float = 120
) -> GpuSaving:
    saving = saved_while_asleep(nodes, again or {}, at(minute))
    assert saving
    return saving


def test_nothing_that_slept_has_saved_nothing():
    assert saved_while_asleep({}, {}, NOON) is None


def test_the_nodes_before_count_until_there_are_some_again():
    saving = saved({"a": gone(0, 2), "b": gone(60, 1, 8.0)}, {"a": at(30)})
    assert (saving.since, saving.until) == (NOON, at(120))
    assert saving.node_hours == pytest.approx(2 * 0.5 + 1)
    assert saving.saved_usd == pytest.approx(2 * 0.5 * 5.0 + 8.0)
    assert saving.per_hour_usd == pytest.approx(18.0)
    assert saving.unpriced_node_hours == 0


def test_hours_without_a_price_are_told_apart():
    saving = saved({"a": gone(0, 2, None), "b": gone(0, 1)})
    assert (saving.node_hours, saving.unpriced_node_hours) == (6, 4)
    assert (saving.saved_usd, saving.per_hour_usd) == (10.0, 5.0)


def test_the_shipped_price_counts_where_no_other_was_seen():
    nodes = gone(0, 1, None).model_copy(update={"vm_size": A100})
    assert saved({"a": nodes}).saved_usd == pytest.approx(2 * 4.775)


def test_nothing_is_subtracted_where_clocks_differ():
    saving = saved({"a": gone(60, 1)}, minute=30)
    assert (saving.node_hours, saving.saved_usd) == (0, 0)


def test_a_view_shows_it_rounded():
    view = build_gpu_saving_view(saved({"a": gone(0, 1, 1 / 3)}, minute=100))
    assert (view.node_hours, view.saved_usd, view.usd_per_hour) == (1.667, 0.556, 0.3333)
    assert view.unpriced_node_hours is None
    assert (view.since_date_time, view.until_date_time) == (NOON, at(100))


def spending(cost: float, hours: float = 1) -> GpuSpending:
    return GpuSpending(
        since=NOON,
        until=NOON,
        priced_node_hours=hours,
        unpriced_node_hours=0,
        cost_usd=cost,
    )


def a_saving(cost: float, hours: float, per_hour: float) -> GpuSaving:
    return GpuSaving(
        since=NOON,
        until=NOON,
        node_hours=hours,
        saved_usd=cost,
        unpriced_node_hours=0,
        per_hour_usd=per_hour,
    )


@pytest.mark.parametrize(
    ("spent", "saving", "text"),
    [
        (None, None, ""),
        (spending(12.346), None, ". GPU nodes have cost 12.35 USD"),
        (spending(0, hours=0), None, ""),
        (None, a_saving(10, 2, 5), ". Sleep has saved 10.00 USD"),
        (
            spending(2),
            a_saving(0, 0, 5),
            ". GPU nodes have cost 2.00 USD. An hour of sleep saves 5.00 USD",
        ),
        (
            spending(2),
            a_saving(10, 2, 5),
            ". GPU nodes have cost 2.00 USD. Sleep has saved 10.00 USD",
        ),
        (None, a_saving(0, 0, 0), ""),
    ],
)
def test_the_timeline_says_what_was_spent_and_saved(
    spent: GpuSpending | None, saving: GpuSaving | None, text: str
):
    assert describe_costs(spent, saving) == text

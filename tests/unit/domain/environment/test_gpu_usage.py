"""Node hours follow from what was observed, each observation once."""

from collections.abc import Sequence
from functools import reduce
from itertools import permutations
from typing import Any

import pytest

from domain.environment.gpu_usage import (
    GpuNodes,
    GpuSpending,
    GpuUsage,
    NodeHours,
    is_news,
    observe,
    observe_at_least,
    observe_none,
    spent_by_day,
    spent_while_up,
    total,
)
from domain.environment.gpu_usage_views import build_gpu_usage_view
from tests.support.specs import NOON, minutes

A100, H200 = "Standard_NC24ads_A100_v4", "Standard_ND96isr_H200_v5"
PRICE = 4.775
UK_SOUTH_PRICE = 4.591


def seen(minute: float, nodes: int, **changes: Any) -> GpuNodes:
    values = {"region": "westeurope", "vm_size": A100, **changes}
    return GpuNodes(at=NOON + minutes(minute), nodes=nodes, **values)


def usage_of(*observations: GpuNodes) -> GpuUsage:
    return reduce(observe, observations, GpuUsage())


def spent(usage: GpuUsage, minute: float) -> GpuSpending:
    spending = total(usage, NOON + minutes(minute))
    assert spending
    return spending


def hours_at(minute: float, *observations: GpuNodes) -> float:
    spending = total(usage_of(*observations), NOON + minutes(minute))
    return spending.priced_node_hours + spending.unpriced_node_hours if spending else 0


@pytest.mark.parametrize(
    ("observations", "hours"),
    [
        pytest.param([seen(0, 1)], 2, id="one node that runs"),
        pytest.param([seen(0, 3)], 6, id="three that run"),
        pytest.param([seen(0, 1), seen(60, 0)], 1, id="gone after an hour"),
        pytest.param([seen(0, 1), seen(60, 2)], 3, id="one more after an hour"),
        pytest.param([seen(0, 2), seen(30, 1)], 2.5, id="one less after half an hour"),
        pytest.param([seen(0, 1), seen(30, 0), seen(90, 1)], 1, id="asleep for an hour"),
        pytest.param(
            [seen(0, 1), seen(60, 2, region="uksouth")], 4, id="two regions, the second later"
        ),
        pytest.param([seen(0, 1), seen(60, 1)], 2, id="the same count again"),
        pytest.param([seen(0, 1), seen(0, 1), seen(60, 0), seen(60, 0)], 1, id="each one twice"),
        pytest.param([seen(30, 0), seen(60, 1)], 1, id="none before there were any"),
        pytest.param([seen(180, 1)], 0, id="seen by a clock that is ahead"),
    ],
)
def test_the_earlier_count_holds_until_the_next_observation(
    observations: Sequence[GpuNodes], hours: float
):
    assert hours_at(120, *observations) == pytest.approx(hours)


def test_what_arrives_late_or_again_changes_nothing():
    up, more, gone = seen(0, 1), seen(60, 2), seen(90, 0)
    once = usage_of(up, more, gone)
    assert usage_of(up, more, up, gone, more, up, gone) == once
    for late in permutations((up, more, gone)):
        assert reduce(observe, late, once) == once


def test_two_observations_of_one_moment_are_one():
    usage = usage_of(seen(0, 1), seen(60, 0))
    assert observe(usage, seen(60, 5)) == usage


@pytest.mark.parametrize("order", [*permutations((0, 1, 2))])
def test_no_order_of_arrival_counts_more_than_what_ran(order: Sequence[int]):
    observations = (seen(0, 1), seen(60, 2), seen(90, 0))
    assert 0 <= hours_at(120, *(observations[index] for index in order)) <= 2


@pytest.mark.parametrize(
    ("observations", "priced", "unpriced", "shown"),
    [
        pytest.param([seen(0, 1)], 1, 0, PRICE, id="a list price"),
        pytest.param([seen(0, 2)], 2, 0, 2 * PRICE, id="two nodes"),
        pytest.param([seen(0, 1, spot=True)], 0, 1, None, id="spot: the price varies"),
        pytest.param([seen(0, 1, vm_size=H200)], 0, 1, None, id="no list price at hand"),
        pytest.param([seen(-9, 0), seen(0, 1)], 1, 0, PRICE, id="nodes from the second look on"),
        pytest.param(
            [seen(0, 1), seen(30, 1, spot=True)], 0.5, 0.5, PRICE / 2, id="regular, then spot"
        ),
        pytest.param(
            [seen(0, 1), seen(0, 1, region="austriaeast")],
            1,
            1,
            PRICE,
            id="a region without price beside one that has it",
        ),
        pytest.param([seen(60, 1)], 0, 0, 0, id="nothing yet: that costs nothing"),
    ],
)
def test_hours_without_a_price_are_counted_and_said_to_be_missing_in_the_cost(
    observations: Sequence[GpuNodes], priced: float, unpriced: float, shown: float | None
):
    spending = spent(usage_of(*observations), 60)
    assert (spending.priced_node_hours, spending.unpriced_node_hours) == (priced, unpriced)
    view = build_gpu_usage_view(spending).to_wire()
    assert view["nodeHours"] == priced + unpriced
    assert view.get("unpricedNodeHours", 0) == unpriced
    assert view.get("costUsd") == (None if shown is None else pytest.approx(shown, abs=0.001))


def test_hours_are_kept_by_kind_and_price_in_azures_spelling():
    usage = usage_of(
        seen(0, 1), seen(60, 1, spot=True), seen(120, 1, vm_size=A100.lower()), seen(180, 0)
    )
    assert usage.hours == (
        NodeHours(vm_size=A100, spot=False, hourly_price=PRICE, hours=2),
        NodeHours(vm_size=A100, spot=True, hours=1),
    )


def test_a_price_that_changes_changes_no_hour_of_before():
    old = NodeHours(vm_size=A100, spot=False, hourly_price=1.0, hours=2)
    usage = usage_of(seen(0, 1)).model_copy(update={"hours": (old,)})
    spending = spent(usage, 60)
    assert (spending.priced_node_hours, spending.cost_usd) == (3, pytest.approx(2 + PRICE))


def test_spending_says_from_when_to_when():
    usage = usage_of(seen(10, 1), seen(70, 0))
    assert spent(usage, 90).since == NOON + minutes(10)
    assert spent(usage, 90).until == NOON + minutes(90)
    assert spent(usage, 20).until == NOON + minutes(70), "no earlier than what is counted"


def test_what_was_never_seen_has_cost_nothing_that_could_be_told():
    asleep = usage_of(seen(0, 0))
    assert total(asleep, NOON) is spent_while_up(asleep, NOON) is None


def test_the_latest_stretch_begins_when_nodes_come_and_nowhere_had_any():
    first = (seen(0, 1), seen(60, 0))
    second = (seen(120, 1), seen(150, 2), seen(160, 1, region="uksouth"), seen(180, 0))
    usage = usage_of(*first, *second)
    spending = spent_while_up(usage, NOON + minutes(180))
    assert spending
    assert spending.since == NOON + minutes(120)
    hours = 0.5 + 2 * 0.5 + 20 / 60
    assert spending.priced_node_hours == pytest.approx(hours)
    assert spending.cost_usd == pytest.approx(1.5 * PRICE + UK_SOUTH_PRICE / 3)
    assert spent(usage, 180).priced_node_hours == pytest.approx(1 + hours)


def test_a_stretch_without_a_price_shows_no_cost_after_one_that_had():
    usage = usage_of(seen(0, 1), seen(70, 0), seen(120, 1, spot=True), seen(173, 0))
    spending = spent_while_up(usage, NOON + minutes(180))
    assert spending
    view = build_gpu_usage_view(spending).to_wire()
    assert (view["nodeHours"], "costUsd" in view) == (0.883, False)


@pytest.mark.parametrize(
    ("more", "nodes"),
    [
        pytest.param(seen(60, 1), 3, id="fewer: the others may be starting"),
        pytest.param(seen(60, 4), 4, id="more"),
        pytest.param(seen(60, 1, vm_size=A100.upper()), 3, id="in another spelling"),
        pytest.param(seen(60, 1, vm_size=H200), 1, id="another size: a new pool"),
        pytest.param(seen(60, 1, spot=True), 1, id="spot: a new pool"),
        pytest.param(seen(60, 1, region="uksouth"), 1, id="another region"),
    ],
)
def test_a_look_at_some_nodes_lowers_no_count_of_the_same_kind(more: GpuNodes, nodes: int):
    usage = observe_at_least(usage_of(seen(0, 3)), more)
    assert usage.observed[more.region].nodes == nodes


def test_the_nodes_of_regions_end_by_themselves():
    usage = usage_of(seen(0, 1), seen(0, 1, region="uksouth"))
    ended = observe_none(usage, ["westeurope", "nowhere"], NOON + minutes(60))
    assert {region: each.nodes for region, each in ended.observed.items()} == {
        "westeurope": 0,
        "uksouth": 1,
        "nowhere": 0,
    }


@pytest.mark.parametrize(
    ("known", "found", "expected"),
    [
        pytest.param(None, seen(5, 1), True, id="the first nodes"),
        pytest.param(None, seen(5, 0), False, id="none, and none before"),
        pytest.param(seen(0, 1), seen(5, 1), False, id="the same"),
        pytest.param(seen(0, 1), seen(5, 1, vm_size=A100.lower()), False, id="the same in lower"),
        pytest.param(seen(0, 1), seen(5, 2), True, id="another count"),
        pytest.param(seen(0, 1), seen(5, 0), True, id="gone"),
        pytest.param(seen(0, 1), seen(5, 1, vm_size=H200), True, id="another size"),
        pytest.param(seen(0, 1), seen(5, 1, spot=True), True, id="spot now"),
        pytest.param(seen(0, 0), seen(5, 0, vm_size=""), False, id="none of any size"),
        pytest.param(seen(5, 1), seen(5, 2), False, id="of the same moment"),
        pytest.param(seen(9, 0), seen(5, 1), False, id="from before an operation has ended them"),
    ],
)
def test_only_a_later_and_other_count_is_news(
    known: GpuNodes | None, found: GpuNodes, expected: bool
):
    assert is_news(known, found) is expected


def test_usage_survives_its_wire_form():
    usage = usage_of(seen(0, 1), seen(30, 1, spot=True), seen(60, 0))
    assert GpuUsage.from_wire(usage.to_wire()) == usage


@pytest.mark.parametrize(
    ("prices", "cost"),
    [
        ((None, None), 2 * PRICE),
        ((None, 5.0), 10.0),
        ((5.0, None), 10.0),
        ((5.0, 6.0), 11.0),
    ],
)
def test_hours_cost_what_the_region_asked_at_their_time(
    prices: tuple[float | None, float | None], cost: float
):
    """One hour each: a look of an operation brings no price, and the next one's is taken."""
    first, second = prices
    usage = usage_of(
        seen(0, 1, hourly_price=first), seen(60, 1, hourly_price=second), seen(120, 0)
    )
    assert spent(usage, 500).cost_usd == pytest.approx(cost)
    assert spent_by_day(usage, NOON + minutes(500))["2026-11-22"].cost_usd == pytest.approx(cost)


def test_a_price_is_of_one_kind_of_nodes():
    usage = usage_of(
        seen(0, 1, hourly_price=5.0), seen(60, 1, vm_size=H200, hourly_price=None), seen(120, 0)
    )
    assert usage.observed["westeurope"].hourly_price is None
    (one, other) = usage.hours
    assert (one.hourly_price, other.vm_size) == (5.0, H200)
    assert other.hourly_price != 5.0


def test_the_nodes_before_there_were_none_are_remembered_until_there_are_others():
    usage = usage_of(seen(0, 2, hourly_price=5.0), seen(60, 0))
    gone = usage.before_none["westeurope"]
    assert (gone.nodes, gone.at, gone.hourly_price) == (2, NOON + minutes(60), 5.0)
    assert usage.again_since == {}
    usage = observe(usage, seen(90, 1))
    assert usage.again_since == {"westeurope": NOON + minutes(90)}
    usage = observe(usage, seen(100, 3))
    assert usage.again_since == {"westeurope": NOON + minutes(90)}, "it woke once"
    usage = observe(usage, seen(120, 0))
    assert usage.before_none["westeurope"].nodes == 3
    assert usage.again_since == {}


def test_a_region_that_never_had_nodes_was_never_without():
    usage = usage_of(seen(0, 0), seen(60, 2))
    assert (usage.before_none, usage.again_since) == ({}, {})

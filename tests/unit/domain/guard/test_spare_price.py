"""What the GPU nodes cost that an update needs beside those that serve."""

from typing import Any

import pytest

from domain.environment.former_version import FormerVersion
from domain.environment.record import EnvironmentRecord
from domain.guard.costs import price_spare
from domain.guard.policy.budget import assess_budget, reserve_of
from domain.guard.policy.facts import PolicyFacts
from domain.guard.spare_price import SpareNodes
from domain.spec.model import EnvironmentSpec
from tests.support.markets import A100_PRICE, a_market, some_prices
from tests.support.specs import NOON
from tests.unit.domain.guard.test_plan import WEST, plan
from tests.unit.domain.guard.test_spare_gpus import FOUR_GPUS, NEW, SCALED, ready, spec_with

SHARES, ENDINGS, REMOVED = 4 * 2, 2 * 2, 10
"""Minutes: three shares and the last word reach the gateways; requests of both versions have their
grace to end, and their pods; the node stays."""


def hours(turns: int = 1) -> float:
    """A node boots, both starts take 20 minutes, the second one in turns, and it is watched for 5,
    5 and 10."""
    return (6.5 + 20 + turns * 20 + 20 + SHARES + ENDINGS + REMOVED) / 60


PRICES = {WEST: some_prices(WEST)}


def under_way(before: EnvironmentSpec, after: EnvironmentSpec) -> EnvironmentRecord:
    former = FormerVersion(version=1, workload=before.workload)
    return ready(after).model_copy(update={"former": former})


@pytest.mark.parametrize(
    ("old", "new", "nodes", "turns"),
    [
        ({}, {}, 1, 1),
        ({"replicas": 2}, {"replicas": 1}, 2, 1),
        ({"replicas": 1}, {"replicas": 2}, 1, 2),
        ({"replicas": 4}, {"replicas": 8}, 4, 4),
        (SCALED, SCALED, 3, 3),
        (SCALED, {"replicas": 1}, 3, 1),
    ],
)
def test_a_plan_has_the_price_of_the_spare_nodes(
    old: dict[str, Any], new: dict[str, Any], nodes: int, turns: int
):
    record = ready(spec_with(max_nodes=16, **old))
    spare = plan(spec_with(max_nodes=16, **{**NEW, **new}), record=record).spare
    time = hours(turns)
    dollars = round(nodes * time * A100_PRICE, 2)
    assert spare == SpareNodes(nodes=nodes, hours_up_to=round(time, 2), usd_up_to=dollars)


def test_the_time_is_that_of_the_update():
    update = {
        "strategy": "blueGreen",
        "steps": [{"weight": 50, "minutes": 60}],
        "keepMinutes": 120,
    }
    grace: dict[str, Any] = {"terminationGraceSeconds": 600}
    made = plan(spec_with(update, **NEW, **grace), record=ready(spec_with()))
    assert made.spare
    assert made.spare.hours_up_to == round((6.5 + 40 + 180 + 3 * 2 + 4 * 10 + 10) / 60, 2)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(spec_with(None), spec_with(None, **NEW), id="replaced in place"),
        pytest.param(spec_with(), spec_with(max_nodes=3), id="the same version"),
        pytest.param(
            spec_with(vm_size=FOUR_GPUS), spec_with(vm_size=FOUR_GPUS, **NEW), id="GPUs are left"
        ),
    ],
)
def test_without_another_node_there_is_no_price(before: EnvironmentSpec, after: EnvironmentSpec):
    assert plan(after, record=ready(before)).spare is None
    assert plan(after).spare is None, "a creation"


def test_a_size_without_a_price_is_named_and_not_guessed():
    market = a_market(prices=some_prices(WEST).model_copy(update={"hourly": {}}))
    made = plan(spec_with(**NEW), record=ready(spec_with()), markets={WEST: market})
    assert made.spare
    assert made.spare.usd_up_to == 0
    assert any("GPU node" in each for each in made.estimate.unpriced)


def test_a_budget_holds_them_while_the_update_is_planned_and_under_way():
    before, after = spec_with(), spec_with(**NEW)
    made = plan(after, record=ready(before))
    assert made.spare
    facts = PolicyFacts(at=NOON, prices=PRICES)
    without = assess_budget(after, made.estimate, ready(before), facts, 0)
    use = assess_budget(after, made.estimate, ready(before), facts, 0, made.spare)
    assert use.required - without.required == pytest.approx(made.spare.usd_up_to)
    assert use.increase == pytest.approx(made.spare.usd_up_to), "the same price afterwards"

    running = under_way(before, after)
    assert price_spare(running, PRICES) == made.spare
    usual = reserve_of(running.model_copy(update={"former": None}), PRICES, NOON)
    assert reserve_of(running, PRICES, NOON) - usual == pytest.approx(made.spare.usd_up_to)

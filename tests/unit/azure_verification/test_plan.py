"""Plan, price and limits of a run."""

from datetime import timedelta

import pytest

from tests.azure.assumption import Check, Part
from tests.azure.assumptions import ASSUMPTIONS
from tests.azure.plan import Limits, Step, chosen, parts_of, plan_run
from tests.azure.prices import UNKNOWN_GPU, Prices
from tests.azure.seen import Seen
from tests.support.specs import NOON

T4 = "Standard_NC4as_T4_v3"
EAST_US = Prices("eastus", T4)


async def see_nothing(_: object) -> Seen:
    return Seen.nothing("")


def a_check(minutes: float, *needs: Part) -> Check:
    return Check(see_nothing, minutes, needs)


def test_parts_are_built_before_their_first_check_and_paid_for_from_then_on():
    checks = [
        ("free", a_check(10)),
        ("edge", a_check(60, Part.EDGE)),
        ("both", a_check(60, Part.EDGE, Part.CLUSTER)),
    ]
    plan = plan_run(checks, EAST_US, has_gpu=False)
    assert [step.name for step in plan.steps] == [
        *("resource group", "free", "build: edge", "edge", "build: cluster", "both", "removal"),
    ]
    usd = {step.name: step.usd for step in plan.steps}
    edge, cluster = EAST_US.hourly(Part.EDGE), EAST_US.hourly(Part.CLUSTER)
    assert (usd["free"], usd["edge"], usd["both"]) == (0, edge, edge + cluster)
    assert usd["removal"] > 0
    assert plan.usd == sum(usd.values())


def test_a_cluster_brings_its_gpu_node_along():
    check = a_check(60, Part.CLUSTER)
    assert parts_of(check, has_gpu=True) == (Part.CLUSTER, Part.GPU)
    with_gpu = plan_run([("one", check)], EAST_US, has_gpu=True)
    assert Step("build: GPU node", 1.0, with_gpu.steps[2].usd) == with_gpu.steps[2]
    assert with_gpu.usd > plan_run([("one", check)], EAST_US, has_gpu=False).usd


def test_a_deployed_app_is_not_built():
    plan = plan_run([("app", a_check(1, Part.APP))], EAST_US, has_gpu=False)
    assert [step.name for step in plan.steps] == ["resource group", "app", "removal"]
    assert plan.usd == 0


def test_the_plan_shows_every_step_and_the_sum():
    text = plan_run([("one", a_check(30, Part.EDGE))], EAST_US, has_gpu=False).render()
    assert [line.split()[0] for line in text.splitlines()[:-1]] == [
        *("resource", "build:", "one", "removal", "in"),
    ]
    assert "list prices of 2026-06-18" in text


def test_nodes_have_the_price_of_their_region_and_a_size_without_a_price_a_high_one():
    west_europe = Prices("westeurope", T4)
    assert EAST_US.hourly(Part.GPU) == 0.526
    assert west_europe.hourly(Part.GPU) == 0.658
    assert west_europe.hourly(Part.CLUSTER) > EAST_US.hourly(Part.CLUSTER)
    assert west_europe.hourly(Part.EDGE) == EAST_US.hourly(Part.EDGE)
    assert Prices("eastus", "Standard_ND96isr_H200_v6").hourly(Part.GPU) == UNKNOWN_GPU
    nowhere = Prices("nowhere", T4)
    assert nowhere.hourly(Part.CLUSTER) > west_europe.hourly(Part.CLUSTER)


def test_the_stand_in_is_part_of_the_cluster():
    without = Prices("eastus", None)
    assert without.hourly(Part.GPU) == 0
    assert without.hourly(Part.CLUSTER) > EAST_US.hourly(Part.CLUSTER)


def test_only_what_is_named_is_chosen_and_only_what_can_be_tried():
    assert [each.name for each in chosen(ASSUMPTIONS, ["tag-names"])] == ["tag-names"]
    assert {each.name for each in chosen(ASSUMPTIONS, [])} == {
        each.name for each in ASSUMPTIONS if each.check
    }
    with pytest.raises(ValueError, match="No assumption is named nothing"):
        chosen(ASSUMPTIONS, ["tag-names", "nothing"])


def test_money_is_spent_from_the_first_use_of_a_part():
    limits = Limits(NOON, 60, 100, EAST_US)
    limits.use([Part.EDGE], NOON)
    limits.use([Part.EDGE, Part.CLUSTER], NOON + timedelta(hours=1))
    spent = limits.spent(NOON + timedelta(hours=2))
    assert spent == pytest.approx(2 * EAST_US.hourly(Part.EDGE) + EAST_US.hourly(Part.CLUSTER))


def test_the_nearer_of_both_limits_counts():
    by_time = Limits(NOON, 10, 100, EAST_US, {Part.CLUSTER: NOON})
    assert by_time.seconds_left(NOON + timedelta(minutes=4)) == 6 * 60
    hourly = EAST_US.hourly(Part.CLUSTER)
    by_money = Limits(NOON, 600, hourly, EAST_US, {Part.CLUSTER: NOON})
    assert by_money.seconds_left(NOON + timedelta(minutes=20)) == pytest.approx(40 * 60)
    assert by_money.seconds_left(NOON + timedelta(minutes=70)) < 0

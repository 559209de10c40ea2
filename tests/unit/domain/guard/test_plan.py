"""Plans as a whole: price, changes, alternatives, and what identifies them."""

from datetime import timedelta
from typing import Any

import pytest

from domain.catalog.gpu_skus import GPU_SKUS, find_gpu_sku
from domain.catalog.prices import ExchangeRate
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.guard.admission import find_refusal
from domain.guard.changes import ChangeEffect, find_changes
from domain.guard.estimate import estimate
from domain.guard.market import RegionMarket
from domain.guard.plan import Plan, PlanAction, build_plan, store
from domain.guard.plan_check import Verdict
from domain.guard.policy.facts import PolicyFacts
from domain.guard.situation import Situation
from domain.placement.offers import Offer, list_offers
from domain.requests.command import Command
from domain.requests.command_decision import decide
from domain.requests.decision import PreconditionFailed, Refused, Start
from domain.requests.decisions import decide_update
from domain.spec.model import EnvironmentSpec
from domain.spec.validation import parse_spec
from tests.support.markets import (
    A100_FAMILY,
    A100_PRICE,
    SYSTEM_PRICE,
    a_market,
    a_subscription,
    some_prices,
)
from tests.support.policies import with_budget
from tests.support.specs import NOON, a_policy, a_record, a_request, a_spec, spec_body

WEST, SOUTH = "westeurope", "uksouth"
A100, H100 = "Standard_NC24ads_A100_v4", "Standard_NC40ads_H100_v5"
FIXED = 35 / 730 + 0.10 + 2 * SYSTEM_PRICE + 0.025 + 2 * 0.005


def plan(spec: EnvironmentSpec | None = None, **situation: Any) -> Plan:
    known = {
        "markets": {WEST: a_market(), SOUTH: a_market(SOUTH)},
        "subscription": a_subscription(),
        **situation,
    }
    return build_plan(spec or a_spec(), Situation(**known), NOON)


def a_ready_record(spec: EnvironmentSpec | None = None) -> EnvironmentRecord:
    record = a_record(a_request(spec=spec or a_spec()))
    return record.model_copy(update={"phase": Phase.READY, "active_operation": None})


def changed(**sections: Any) -> EnvironmentSpec:
    body = spec_body()
    merged = {
        name: {**body.get(name, {}), **value} if isinstance(value, dict) else value
        for name, value in sections.items()
    }
    return a_spec(**merged)


def test_a_creation_lists_what_it_would_create_and_takes_as_long_as_recorded():
    made = plan()
    assert (made.action, made.verdict, made.based_on) == (PlanAction.CREATE, Verdict.OK, 0)
    cells = [each.resource for each in made.resources if each.region]
    assert cells == ["origin", "resourceGroup", "managedCluster", "agentPool"]
    assert made.resources[1].name == "gp-fraud-llm"
    assert made.minutes_to_ready
    assert made.minutes_to_ready.typical < made.minutes_to_ready.slow
    assert made.expires_date_time - NOON == timedelta(hours=24)


@pytest.mark.parametrize(
    ("edge", "transport"),
    [
        ({}, "http"),
        ({"sku": "Premium_AzureFrontDoor", "origin": "privateLink"}, "privateLink"),
    ],
)
def test_a_plan_says_how_requests_would_travel(edge: dict[str, str], transport: str):
    assert plan(changed(edge=edge)).origin_transport == transport


def test_the_price_has_all_parts_and_grows_with_the_nodes():
    spec = changed(gpu={"minNodes": 1}, workload={"replicas": 2})
    price = estimate(spec, list_offers(spec, WEST)[:1], {WEST: a_market()})
    per_hour = [
        each.usd_per_hour
        for each in (price.asleep, price.at_min_nodes, price.at_replicas, price.at_max_nodes)
    ]
    expected = [FIXED + nodes * A100_PRICE for nodes in (0, 1, 2, 5)]
    assert per_hour == pytest.approx(expected, abs=1e-3)
    assert price.asleep.usd_per_month == pytest.approx(FIXED * 730, abs=0.1)
    assert price.price_as_of == NOON
    assert price.unpriced == ()


def test_the_parts_of_a_price_are_told():
    price = estimate(a_spec(), list_offers(a_spec(), WEST)[:1], {WEST: a_market()})
    assert [each.to_wire() for each in price.parts] == [
        {
            "item": "Front Door profile",
            "sku": "Standard_AzureFrontDoor",
            "count": 1,
            "usdPerHour": 0.0479,
        },
        {
            "item": "AKS control plane",
            "region": WEST,
            "sku": "Standard",
            "count": 1,
            "usdPerHour": 0.1,
        },
        {
            "item": "system node",
            "region": WEST,
            "sku": "Standard_D4ds_v5",
            "count": 2,
            "usdPerHour": SYSTEM_PRICE,
        },
        {
            "item": "load balancer",
            "region": WEST,
            "sku": "Standard",
            "count": 1,
            "usdPerHour": 0.025,
        },
        {
            "item": "public IP address",
            "region": WEST,
            "sku": "Standard",
            "count": 2,
            "usdPerHour": 0.005,
        },
        {"item": "GPU node", "region": WEST, "sku": A100, "usdPerHour": A100_PRICE},
    ]


def test_private_cells_have_one_address_and_spot_nodes_a_price_of_their_own():
    spec = changed(
        gpu={"spot": True}, edge={"sku": "Premium_AzureFrontDoor", "origin": "privateLink"}
    )
    price = estimate(spec, list_offers(spec, WEST)[:1], {WEST: a_market()})
    counts = {each.item: each.count for each in price.parts}
    assert counts["public IP address"] == 1
    assert (price.parts[-1].item, price.parts[-1].usd_per_hour) == ("spot GPU node", 1.0)
    assert price.parts[0].usd_per_hour == pytest.approx(330 / 730, abs=1e-3)


def test_two_cells_cost_twice_and_share_the_edge():
    spec = a_spec(regions=[WEST, SOUTH])
    markets = {WEST: a_market(), SOUTH: a_market(SOUTH)}
    one = estimate(a_spec(), list_offers(spec, WEST)[:1], markets).asleep.usd_per_hour
    offers = [list_offers(spec, region)[0] for region in (WEST, SOUTH)]
    both = estimate(spec, offers, markets).asleep.usd_per_hour
    assert both == pytest.approx(2 * one - 35 / 730, abs=1e-3)


def test_each_region_has_the_nodes_that_its_own_size_needs():
    spec = a_spec(
        regions=[WEST, SOUTH],
        gpu={"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 4},
        workload={**spec_body()["workload"], "replicas": 4},
    )
    one, four = (
        Offer(region=WEST, vm_size="Standard_NC24ads_A100_v4", spot=False),
        Offer(region=SOUTH, vm_size="Standard_NC96ads_A100_v4", spot=False),
    )
    prices = some_prices(SOUTH)
    dear = prices.model_copy(update={"hourly": {**prices.hourly, four.vm_size: 19.1}})
    markets = {WEST: a_market(WEST), SOUTH: a_market(SOUTH, prices=dear)}
    for offers in ([one, four], [four, one]):
        found = estimate(spec, offers, markets)
        gpus = found.at_replicas.usd_per_hour - found.asleep.usd_per_hour
        assert gpus == pytest.approx(4 * A100_PRICE + 19.1)


def test_what_has_no_price_is_named_and_not_free():
    price = plan(markets={WEST: a_market(prices=None)}).estimate
    assert price.unpriced == (
        f"system node Standard_D4ds_v5 in {WEST}",
        f"GPU node {A100} in {WEST}",
    )
    assert price.price_as_of is None


@pytest.mark.parametrize(
    ("after", "field", "effect"),
    [
        (changed(costCenter="ML-9"), "costCenter", ChangeEffect.IN_PLACE),
        (changed(gpu={"maxNodes": 6}), "gpu.maxNodes", ChangeEffect.IN_PLACE),
        (changed(gpu={"vmSize": H100}), "gpu.vmSize", ChangeEffect.REFUSED),
        (changed(regions=[SOUTH]), "regions", ChangeEffect.REFUSED),
        (changed(edge={"sku": "Premium_AzureFrontDoor"}), "edge.sku", ChangeEffect.REFUSED),
        (changed(edge={"wafMode": "Detection"}), "edge.wafMode", ChangeEffect.IN_PLACE),
        (
            changed(workload={"image": "r.example.com/llm:2"}),
            "workload.image",
            ChangeEffect.ROLLING,
        ),
        (changed(workload={"replicas": 2}), "workload.replicas", ChangeEffect.IN_PLACE),
        (changed(workload={"env": {"A": "1"}}), "workload.env.A", ChangeEffect.ROLLING),
        (changed(audit={"content": "none"}), "audit.content", ChangeEffect.ROLLING),
        (changed(idle={"afterMinutes": 45}), "idle.afterMinutes", ChangeEffect.IN_PLACE),
    ],
)
def test_each_field_says_how_its_resource_follows(
    after: EnvironmentSpec, field: str, effect: ChangeEffect
):
    found = {each.field: each.effect for each in find_changes(a_ready_record(), after)}
    assert found[field] is effect


def test_a_change_says_what_was_and_what_will_be():
    (only,) = find_changes(a_ready_record(), changed(gpu={"maxNodes": 6}))
    assert (only.field, only.before, only.after) == ("gpu.maxNodes", 5, 6)
    assert only.resource == "GPU pool"


def test_the_longest_rule_decides():
    found = {
        each.field: each.resource
        for each in find_changes(a_ready_record(), changed(workload={"replicas": 2, "port": 9000}))
    }
    assert found == {"workload.replicas": "Deployment", "workload.port": "Deployment"}
    egress = find_changes(a_ready_record(), changed(workload={"egress": {"mode": "restricted"}}))
    assert {each.resource for each in egress} == {"network policy"}


def test_a_pool_is_recreated_once_nothing_of_it_serves():
    failed = a_ready_record().model_copy(update={"phase": Phase.FAILED})
    found = {
        each.field: each.effect for each in find_changes(failed, changed(gpu={"vmSize": H100}))
    }
    assert found == {"gpu.vmSize": ChangeEffect.RECREATED}


def test_a_change_that_is_refused_fails_the_plan():
    made = plan(changed(regions=[SOUTH]), record=a_ready_record())
    assert made.verdict is Verdict.FAIL
    assert (made.checks[0].code, made.checks[0].target) == ("FieldCannotBeChanged", "regions")


def test_nothing_to_do_takes_no_time():
    made = plan(record=a_ready_record())
    assert (made.action, made.changes, made.minutes_to_ready) == (PlanAction.NONE, (), None)


def test_alternatives_are_granted_and_the_cheapest_comes_first():
    made = plan(markets={WEST: a_market(quota={A100_FAMILY: (0, 0)}), SOUTH: a_market(SOUTH)})
    assert made.verdict is Verdict.FAIL
    assert [(each.differs_in, each.usd_per_node_hour) for each in made.alternatives[:3]] == [
        ("gpu.spot", 1.0),
        ("regions", A100_PRICE),
        ("gpu.vmSize", 9.08),
    ]
    assert len(made.alternatives) == 5


def test_an_open_zone_is_an_alternative_to_a_closed_one():
    size = next(each for each in a_market().sizes or () if each.name == A100)
    market = a_market(sizes=(size.model_copy(update={"zones": ("3",)}),))
    made = plan(changed(gpu={"zones": ["1"]}), markets={WEST: market})
    zones = [each.offer.zones for each in made.alternatives if each.differs_in == "gpu.zones"]
    assert zones == [("3",)]


ENCRYPTION_SET = (
    "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/keys"
    "/providers/Microsoft.Compute/diskEncryptionSets/disks"
)
FOUR_T4 = "Standard_NC64as_T4_v3"


def without_quota(region: str, vm_size: str) -> RegionMarket:
    sku = find_gpu_sku(vm_size)
    assert sku
    return a_market(region, quota={sku.family: (0, 0)})


def test_a_size_that_needs_more_nodes_than_allowed_is_no_alternative():
    """One A100 has as much memory as four T4, and room for one replica."""
    spec = a_spec(
        gpu={"vmSize": FOUR_T4, "maxNodes": 1},
        workload={**spec_body()["workload"], "replicas": 4},
    )
    made = plan(spec, markets={WEST: without_quota(WEST, FOUR_T4)})
    skus = [find_gpu_sku(each.offer.vm_size) for each in made.alternatives]
    assert skus
    assert all(sku and sku.gpus >= 4 for sku in skus)


def test_an_alternative_keeps_the_zones_that_its_field_does_not_change():
    def in_zone(region: str, zone: str) -> RegionMarket:
        sizes = tuple(
            size.model_copy(update={"zones": (zone,)}) for size in a_market().sizes or ()
        )
        return a_market(
            region, quota={A100_FAMILY: (0, 0)} if region == WEST else None, sizes=sizes
        )

    markets = {WEST: in_zone(WEST, "1"), SOUTH: in_zone(SOUTH, "2")}
    made = plan(changed(gpu={"zones": ["1"]}), markets=markets)
    assert {each.offer.zones for each in made.alternatives} == {("1",)}
    assert {each.differs_in for each in made.alternatives} == {"gpu.spot", "gpu.vmSize"}


def test_a_region_that_has_a_cell_already_is_no_alternative():
    markets = {WEST: a_market(quota={A100_FAMILY: (0, 0)}), SOUTH: a_market(SOUTH)}
    made = plan(changed(regions=[WEST, SOUTH]), markets=markets)
    assert made.alternatives
    assert not [each for each in made.alternatives if each.differs_in == "regions"]


def test_a_size_that_another_cell_cannot_get_is_no_alternative():
    h100 = find_gpu_sku("Standard_NC40ads_H100_v5")
    assert h100
    south = a_market(SOUTH, quota={h100.family: (0, 0)})
    markets = {WEST: a_market(quota={A100_FAMILY: (0, 0)}), SOUTH: south}
    made = plan(changed(regions=[WEST, SOUTH]), markets=markets)
    assert h100.name not in {each.offer.vm_size for each in made.alternatives}


def test_what_a_live_environment_cannot_change_is_no_alternative():
    wanted = changed(workload={**spec_body()["workload"], "replicas": 4})
    full = {WEST: a_market(quota={A100_FAMILY: (24, 24)})}
    made = plan(wanted, markets=full, record=a_ready_record())
    assert made.verdict is Verdict.FAIL
    assert made.alternatives == ()


@pytest.mark.parametrize(
    ("per_month", "alternatives"), [(500, ["gpu.spot"]), (100, [])], ids=["spot fits", "none fits"]
)
def test_alternatives_are_those_that_the_budget_holds(per_month: float, alternatives: list[str]):
    facts = PolicyFacts(NOON, with_budget(per_month))
    made = build_plan(a_spec(), Situation({WEST: a_market()}, policy=facts), NOON)
    assert [each.code for each in made.checks if each.verdict is Verdict.FAIL] == [
        "BudgetExceeded"
    ]
    assert [each.differs_in for each in made.alternatives] == alternatives


def test_smaller_sizes_are_no_alternative():
    made = plan(markets={WEST: a_market(quota={A100_FAMILY: (0, 0)})})
    names = {each.offer.vm_size for each in made.alternatives}
    assert not any("T4" in name or "A10_" in name for name in names)


def test_several_smaller_gpus_are_no_alternative_to_a_larger_one():
    """A replica of one GPU has the memory of one."""
    eight_small = find_gpu_sku("Standard_ND96asr_v4")
    assert eight_small
    assert eight_small.gpu_memory_gb < 80 < eight_small.gpus * eight_small.gpu_memory_gb
    prices = some_prices(WEST)
    cheap = prices.model_copy(update={"hourly": {**prices.hourly, eight_small.name: 0.1}})
    made = plan(markets={WEST: a_market(quota={A100_FAMILY: (0, 0)}, prices=cheap)})
    assert made.alternatives
    assert eight_small.name not in {each.offer.vm_size for each in made.alternatives}


@pytest.mark.parametrize(
    ("spec", "region"),
    [
        ({"edge": {"sku": "Premium_AzureFrontDoor", "origin": "privateLink"}}, "chinanorth3"),
        ({"cluster": {"diskEncryptionSetId": ENCRYPTION_SET}}, SOUTH),
    ],
    ids=["Private Link", "disk encryption set"],
)
def test_a_region_that_cannot_have_the_cell_is_no_alternative(spec: dict[str, Any], region: str):
    markets = {WEST: a_market(quota={A100_FAMILY: (0, 0)}), region: a_market(region)}
    assert region in {each.offer.region for each in plan(markets=markets).alternatives}
    made = plan(changed(**spec), markets=markets)
    assert {each.offer.region for each in made.alternatives} == {WEST}


def test_a_plan_that_is_granted_needs_no_alternatives():
    assert plan().alternatives == ()


def test_the_same_specification_and_state_give_the_same_plan():
    assert plan().id == plan().id
    assert plan().id != plan(changed(costCenter="ML-9")).id
    assert plan().id != plan(record=a_ready_record()).id


def test_a_plan_is_stale_once_another_operation_has_begun():
    record = a_ready_record()
    after = changed(costCenter="ML-9")
    kept = store(plan(after, record=record), after)
    command = Command(OperationKind.UPDATE, "fraud-llm", kept.spec, based_on=kept.based_on)
    assert isinstance(decide(record, command), Start)
    stale = decide(record.model_copy(update={"sequence": record.sequence + 1}), command)
    assert isinstance(stale, PreconditionFailed)
    assert stale.code == "PlanIsStale"


def test_a_request_is_refused_in_the_words_of_its_plan():
    situation = Situation({WEST: a_market(quota={A100_FAMILY: (0, 0)}, sizes=())})
    refusal = find_refusal(a_spec(), situation)
    failed = [c for c in build_plan(a_spec(), situation, NOON).checks if c.verdict is Verdict.FAIL]
    assert refusal
    assert (refusal.code, refusal.message) == (failed[0].code, failed[0].message)
    assert [each.message for each in refusal.details] == [each.message for each in failed[1:]]
    assert not refusal.is_passing


def test_what_may_fail_later_is_not_refused():
    markets = {WEST: a_market(quota={A100_FAMILY: (0, 24)}, sizes=None)}
    assert find_refusal(a_spec(), Situation(markets)) is None


def test_the_rate_of_a_currency_is_shown_beside_prices():
    euros = ExchangeRate(currency="EUR", per_usd=0.9)
    prices = some_prices(WEST).model_copy(update={"rate": euros})
    assert plan(markets={WEST: a_market(prices=prices)}).estimate.rate == euros
    assert plan().estimate.rate is None


@pytest.mark.parametrize(
    ("phase", "way"),
    [
        (Phase.SCALED_DOWN, "POST /environments/fraud-llm/wake first"),
        (Phase.WAKING, "wait for its operation"),
        (Phase.UPDATING, "wait for its operation"),
    ],
)
def test_an_update_that_has_to_wait_for_another_phase_is_a_warning(phase: Phase, way: str):
    record = a_ready_record().model_copy(update={"phase": phase})
    made = plan(changed(costCenter="ML-9"), record=record)
    (check,) = [each for each in made.checks if each.code == "WrongPhase"]
    assert (check.verdict, way in check.message) == (Verdict.WARN, True)
    assert isinstance(decide_update(record, changed(costCenter="ML-9")), Refused)


@pytest.mark.parametrize("phase", [Phase.READY, Phase.FAILED, Phase.CANCELED])
def test_an_update_is_not_warned_of_where_it_starts(phase: Phase):
    record = a_ready_record().model_copy(update={"phase": phase})
    made = plan(changed(costCenter="ML-9"), record=record)
    assert "WrongPhase" not in [each.code for each in made.checks]
    assert isinstance(decide_update(record, changed(costCenter="ML-9")), Start)


@pytest.mark.parametrize("cost_center", ["ML-1234", "ML-9"])
def test_what_is_being_deleted_is_neither_updated_nor_created(cost_center: str):
    record = a_ready_record().model_copy(update={"phase": Phase.DELETING})
    made = plan(changed(costCenter=cost_center), record=record)
    (check,) = [each for each in made.checks if each.code == "WrongPhase"]
    assert (check.verdict, "being deleted" in check.message) == (Verdict.WARN, True)


def test_nothing_to_do_needs_no_phase():
    record = a_ready_record().model_copy(update={"phase": Phase.SCALED_DOWN})
    assert "WrongPhase" not in [each.code for each in plan(record=record).checks]


def test_an_alternative_is_a_size_that_the_preset_fits_on():
    """Four T4s have as much memory as an A10, and cannot calculate in bfloat16."""
    body = {**spec_body(), "workload": {"preset": "phi-4-mini-instruct"}}
    del body["gpu"]
    spec = parse_spec(body, a_policy())
    assert isinstance(spec, EnvironmentSpec)
    sku = find_gpu_sku(spec.gpu.vm_size)
    assert sku
    granted = {each.family: (0, 9999) for each in GPU_SKUS}
    made = plan(spec, markets={WEST: a_market(quota={**granted, sku.family: (0, 0)})})
    sizes = [each.offer.vm_size for each in made.alternatives if each.differs_in == "gpu.vmSize"]
    assert sizes[0] == A100
    for size in sizes:
        again = parse_spec({**body, "gpu": {"vmSize": size, "maxNodes": 1}}, a_policy())
        assert isinstance(again, EnvironmentSpec), size

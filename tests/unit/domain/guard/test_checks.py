"""Sizes, zones and quota: what is granted, what may fail later, and what would be refused."""

from typing import Any

import pytest

from domain.catalog.offered_sizes import OfferedSize
from domain.environment.gpu_usage import GpuNodes, GpuUsage
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import CellState, EnvironmentRecord
from domain.guard.checks import check_cell
from domain.guard.demand import REGIONAL_QUOTA, SPOT_QUOTA, SYSTEM_FAMILY
from domain.guard.market import MarketPart, RegionMarket
from domain.guard.plan_check import PlanCheck, Verdict, worst
from domain.guard.situation import Situation
from domain.spec.model import EnvironmentSpec
from tests.support.markets import A100_FAMILY, a_market, a_size
from tests.support.specs import NOON, a_record, a_request, a_spec, in_azure, spec_body

A100, H100 = "Standard_NC24ads_A100_v4", "Standard_NC40ads_H100_v5"
WEST = "westeurope"


def check(
    market: RegionMarket | None = None, spec: EnvironmentSpec | None = None, **situation: Any
) -> tuple[PlanCheck, ...]:
    markets = {WEST: market or a_market()}
    return check_cell(spec or a_spec(), WEST, Situation(markets, **situation))[1]


def found(checks: tuple[PlanCheck, ...]) -> dict[str, Verdict]:
    return {each.code: each.verdict for each in checks if each.verdict is not Verdict.OK}


def a_gpu(**changes: Any) -> dict[str, Any]:
    return {**spec_body()["gpu"], **changes}


def without(size: str) -> RegionMarket:
    market = a_market()
    sizes = tuple(each for each in market.sizes or () if each.name != size)
    return market.model_copy(update={"sizes": sizes})


def with_size(**changes: Any) -> RegionMarket:
    market = without(A100)
    sizes = (*(market.sizes or ()), a_size(A100, **changes))
    return market.model_copy(update={"sizes": sizes})


def a_live_record(nodes: int) -> EnvironmentRecord:
    """An environment with so many nodes."""
    seen = GpuNodes(region=WEST, at=NOON, nodes=nodes, vm_size=A100)
    cell = CellState(
        region=WEST, cluster_id="/cluster", fqdn="x.example", external_ip="20.0.0.1", nodes=nodes
    )
    usage = GpuUsage(observed={WEST: seen})
    return a_record(a_request()).model_copy(update={"gpu_usage": usage, "cells": (cell,)})


def test_what_is_offered_and_fits_is_ok():
    assert worst(check()) is Verdict.OK


@pytest.mark.parametrize(
    ("market", "gpu", "code"),
    [
        (without(A100), {}, "VmSizeNotOffered"),
        (with_size(restriction="NotAvailableForSubscription"), {}, "VmSizeRestricted"),
        (with_size(zones=("1", "3")), {"zones": ["2"]}, "ZoneNotOffered"),
        (with_size(zones=()), {"zones": ["1"]}, "ZoneNotOffered"),
    ],
)
def test_a_size_that_the_region_does_not_have_fails(
    market: RegionMarket, gpu: dict[str, Any], code: str
):
    assert found(check(market, a_spec(gpu=a_gpu(**gpu)))) == {code: Verdict.FAIL}


def test_each_check_says_what_it_is_about():
    checks = check()
    assert [(each.code, each.name, each.target) for each in checks] == [
        ("VmSizeOffered", None, "gpu.vmSize"),
        ("QuotaSufficient", A100_FAMILY, "gpu.vmSize"),
        ("QuotaSufficient", SYSTEM_FAMILY, "gpu.vmSize"),
        ("QuotaSufficient", REGIONAL_QUOTA, "gpu.vmSize"),
        ("QuotaSufficient", "ManagedClusters", "regions"),
        ("QuotaSufficient", "StandardSkuPublicIpAddresses", "regions"),
        ("QuotaSufficient", "StandardSkuLoadBalancers", "regions"),
    ]
    assert [each.required for each in checks] == [None, 120, 8, 128, 1, 2, 1]
    assert {each.region for each in checks} == {WEST}


@pytest.mark.parametrize(
    ("zones", "said"), [(("1", "3"), "zones that have it: 1, 3."), ((), "that have it: none.")]
)
def test_a_closed_zone_says_which_are_open(zones: tuple[str, ...], said: str):
    first, *_ = check(with_size(zones=zones), a_spec(gpu=a_gpu(zones=["2"])))
    assert (first.code, first.target) == ("ZoneNotOffered", "gpu.zones")
    assert "in zone 2 of westeurope" in first.message
    assert said in first.message


def test_a_size_without_zones_can_be_had_where_none_is_asked_for():
    assert worst(check(with_size(zones=()))) is Verdict.OK


@pytest.mark.parametrize(
    ("quota", "code", "verdict"),
    [
        ({A100_FAMILY: (0, 120)}, None, Verdict.OK),
        ({A100_FAMILY: (0, 119)}, "QuotaBelowMaxNodes", Verdict.WARN),
        ({A100_FAMILY: (0, 24)}, "QuotaBelowMaxNodes", Verdict.WARN),
        ({A100_FAMILY: (0, 23)}, "QuotaExceeded", Verdict.FAIL),
        ({A100_FAMILY: (24, 24)}, "QuotaExceeded", Verdict.FAIL),
        ({REGIONAL_QUOTA: (0, 31)}, "QuotaExceeded", Verdict.FAIL),
        ({REGIONAL_QUOTA: (0, 32)}, "QuotaBelowMaxNodes", Verdict.WARN),
        ({SYSTEM_FAMILY: (0, 7)}, "QuotaExceeded", Verdict.FAIL),
        ({SPOT_QUOTA: (0, 0)}, None, Verdict.OK),
    ],
)
def test_quota_of_family_region_and_system_pool(
    quota: dict[str, tuple[int, int]], code: str | None, verdict: Verdict
):
    checks = check(a_market(quota=quota))
    assert worst(checks) is verdict
    assert set(found(checks)) == ({code} if code else set())


def test_the_numbers_are_told():
    checks = check(a_market(quota={A100_FAMILY: (90, 96)}))
    failed = next(each for each in checks if each.verdict is Verdict.FAIL)
    assert (failed.required, failed.used, failed.reserved, failed.limit) == (24, 90, 0, 96)
    assert (failed.name, failed.region, failed.target) == (A100_FAMILY, WEST, "gpu.vmSize")


@pytest.mark.parametrize(
    ("quota", "verdict"),
    [
        ({SPOT_QUOTA: (0, 23)}, Verdict.FAIL),
        ({A100_FAMILY: (0, 0)}, Verdict.OK),
        ({REGIONAL_QUOTA: (0, 8)}, Verdict.OK),
    ],
)
def test_spot_nodes_count_against_a_quota_of_their_own(
    quota: dict[str, tuple[int, int]], verdict: Verdict
):
    spec = a_spec(gpu=a_gpu(spot=True))
    assert worst(check(a_market(quota=quota), spec)) is verdict


@pytest.mark.parametrize(
    ("part", "code"), [(MarketPart.SIZES, "SizesUnknown"), (MarketPart.QUOTA, "QuotaUnknown")]
)
def test_what_cannot_be_read_is_a_warning_with_the_reason(part: MarketPart, code: str):
    market = a_market(unread={part: "403 Forbidden"}).model_copy(update={part.value: None})
    checks = check(market)
    assert found(checks) == {code: Verdict.WARN}
    assert any("403 Forbidden" in each.message for each in checks)


def test_a_quota_that_azure_does_not_list_is_unknown():
    quota = dict(a_market().quota or {})
    del quota[A100_FAMILY.lower()]
    checks = check(a_market().model_copy(update={"quota": quota}))
    assert found(checks) == {"QuotaUnknown": Verdict.WARN}
    (unknown,) = [each for each in checks if each.verdict is Verdict.WARN]
    assert unknown.name == A100_FAMILY


def test_a_region_that_was_not_read_is_unknown():
    (only,) = check_cell(a_spec(), WEST, Situation({}))[1]
    assert (only.code, only.verdict) == ("MarketUnknown", Verdict.WARN)


def test_nodes_that_an_environment_has_already_are_not_needed_again():
    market = a_market(quota={A100_FAMILY: (24, 24), REGIONAL_QUOTA: (32, 32)})
    assert worst(check(market, record=a_live_record(1))) is Verdict.WARN
    assert worst(check(market, record=a_live_record(0))) is Verdict.FAIL


def test_a_size_that_azure_has_withdrawn_since_keeps_no_environment_from_a_change():
    market = with_size(restriction="NotAvailableForSubscription")
    live = check(market, record=a_live_record(1))
    assert found(live) == {"VmSizeRestricted": Verdict.WARN}
    assert worst(check(market)) is Verdict.FAIL, "a new one is refused"


def test_what_running_operations_are_about_to_ask_for_is_counted_until_azure_counts_it():
    market = a_market(quota={A100_FAMILY: (0, 47)})
    other = a_record(a_request(spec=a_spec(name="other")))
    assert worst(check(market, in_flight=(other,))) is Verdict.FAIL
    asked = in_azure(other, "cell/westeurope/managedCluster")
    assert worst(check(market, in_flight=(asked,))) is Verdict.WARN


@pytest.mark.parametrize("kind", [OperationKind.DELETE, OperationKind.SCALE_DOWN])
def test_operations_without_new_nodes_reserve_nothing(kind: OperationKind):
    other = a_record(a_request(spec=a_spec(name="other")))
    running = other.operations[-1].model_copy(update={"kind": kind})
    other = other.model_copy(update={"operations": (running,)})
    market = a_market(quota={A100_FAMILY: (0, 47)})
    assert worst(check(market, in_flight=(other,))) is Verdict.WARN


def test_family_and_vcpus_are_those_that_azure_lists():
    """The table of this version is for what could not be read."""
    listed = a_size(A100, family="newNCADSA100Family", vcpus=26)
    system = OfferedSize(name="Standard_D4ds_v5", family="newDDSFamily", vcpus=6, gpus=0, zones=())
    quota = {"NEWncadsa100family": (0, 26), "newDDSFamily": (0, 12), A100_FAMILY: (0, 0)}
    market = a_market(sizes=(listed, system), quota=quota)
    one_node = a_spec(gpu={"vmSize": A100, "maxNodes": 1})
    granted = check(market, one_node)
    required = {each.name: each.required for each in granted if each.code == "QuotaSufficient"}
    assert required["NEWncadsa100family"] == 26
    assert required["newDDSFamily"] == 12
    assert required["cores"] == 38
    running = a_record(a_request(spec=a_spec(name="other-llm")))
    reserved = check(market, one_node, in_flight=(running,))
    (short,) = [each for each in reserved if each.name == "NEWncadsa100family"]
    assert (short.verdict, short.reserved) == (Verdict.FAIL, 26)


def test_a_cell_with_alternatives_is_planned_with_the_first_that_is_granted():
    spec = a_spec(placement={"vmSizes": [H100]})
    offer, checks = check_cell(spec, WEST, Situation({WEST: without(A100)}))
    assert offer.vm_size == H100
    assert found(checks) == {"VmSizeNotOffered": Verdict.WARN}
    assert f"planned as {H100} (regular) in westeurope instead" in checks[0].message


def test_a_cell_without_any_granted_one_fails_for_the_first():
    spec = a_spec(placement={"vmSizes": [H100]})
    offer, checks = check_cell(spec, WEST, Situation({WEST: a_market(sizes=())}))
    assert (offer.vm_size, worst(checks)) == (A100, Verdict.FAIL)


def test_a_live_cell_is_checked_with_the_offer_that_it_has():
    spec = a_spec(placement={"vmSizes": [H100]})
    live = a_live_record(1).model_copy(update={"spec": spec, "phase": Phase.READY})
    situation = Situation({WEST: without(A100)}, record=live)
    assert check_cell(spec, WEST, situation)[0].vm_size == A100
    failed = live.model_copy(update={"phase": Phase.FAILED})
    again = check_cell(spec, WEST, Situation({WEST: a_market(sizes=())}, record=failed))
    assert again[0].vm_size == A100

"""Clusters, addresses and load balancers of a region: counted with what is about to be built."""

from typing import Any

import pytest

from domain.environment.operation import OperationKind
from domain.environment.record import EnvironmentRecord
from domain.guard.checks import check_cell
from domain.guard.market import MarketPart, RegionMarket
from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.situation import Situation
from domain.outcomes import Status
from domain.spec.model import EnvironmentSpec
from tests.support.markets import a_market, some_usages
from tests.support.specs import a_record, a_request, a_spec, in_azure

WEST = "westeurope"
CLUSTERS, ADDRESSES = "ManagedClusters", "StandardSkuPublicIpAddresses"
BALANCERS = "StandardSkuLoadBalancers"
CLUSTER_STEP = "cell/westeurope/managedCluster"
PRIVATE = {"origin": "privateLink", "sku": "Premium_AzureFrontDoor"}
LIMITS = {CLUSTERS: (0, 100), ADDRESSES: (0, 1000), BALANCERS: (0, 1000)}


def a_region(**numbers: tuple[int, int]) -> RegionMarket:
    """Used and limit by name, where they are other than ample."""
    clusters = some_usages(ManagedClusters=numbers.pop(CLUSTERS, LIMITS[CLUSTERS]))
    network = {ADDRESSES: LIMITS[ADDRESSES], BALANCERS: LIMITS[BALANCERS], **numbers}
    return a_market(clusters=clusters, network=some_usages(**network))


def limits(
    market: RegionMarket, spec: EnvironmentSpec | None = None, **situation: Any
) -> dict[str | None, PlanCheck]:
    """By the name of the usage."""
    _, checks = check_cell(spec or a_spec(), WEST, Situation({WEST: market}, **situation))
    return {each.name: each for each in checks if each.target == "regions"}


def verdicts(found: dict[str | None, PlanCheck]) -> dict[str | None, tuple[str, Verdict]]:
    return {name: (each.code, each.verdict) for name, each in found.items()}


@pytest.mark.parametrize(
    ("edge", "required"),
    [
        ({}, {CLUSTERS: 1, ADDRESSES: 2, BALANCERS: 1}),
        (PRIVATE, {CLUSTERS: 1, ADDRESSES: 1, BALANCERS: 2}),
    ],
)
def test_a_new_cell_needs_what_its_origin_needs(edge: dict[str, Any], required: dict[str, int]):
    found = limits(a_region(), a_spec(edge=edge))
    assert {name: each.required for name, each in found.items()} == required
    assert {each.verdict for each in found.values()} == {Verdict.OK}
    assert {each.region for each in found.values()} == {WEST}


@pytest.mark.parametrize(
    ("name", "numbers", "code"),
    [
        (CLUSTERS, (99, 100), None),
        (CLUSTERS, (100, 100), "ManagedClusterQuotaExceeded"),
        (CLUSTERS, (0, 0), "ManagedClusterQuotaExceeded"),
        (ADDRESSES, (998, 1000), None),
        (ADDRESSES, (999, 1000), "PublicIpQuotaExceeded"),
        (BALANCERS, (999, 1000), None),
        (BALANCERS, (1000, 1000), "NetworkQuotaExceeded"),
        (BALANCERS, (-1, 1), None),
        (BALANCERS, (-1, 0), "NetworkQuotaExceeded"),
    ],
)
def test_the_last_one_is_granted_and_one_more_is_not(
    name: str, numbers: tuple[int, int], code: str | None
):
    found = verdicts(limits(a_region(**{name: numbers})))
    expected = (code, Verdict.FAIL) if code else ("QuotaSufficient", Verdict.OK)
    assert found[name] == expected
    assert [each for each, (_, verdict) in found.items() if verdict is not Verdict.OK] == (
        [name] if code else []
    )


def test_the_numbers_and_what_to_do_are_told():
    check = limits(a_region(ManagedClusters=(7, 7)))[CLUSTERS]
    assert (check.required, check.used, check.reserved, check.limit) == (1, 7, 0, 7)
    assert check.message == (
        "ManagedClusters in westeurope: 7 allowed, 7 in use, 0 reserved by running operations; "
        "1 more is needed. Delete what is not used, use another region, or ask Azure for a "
        "higher limit."
    )
    ample = limits(a_region())[ADDRESSES]
    assert ample.message.endswith("2 more are needed.")


def test_the_newer_name_of_addresses_counts_before_the_older_one():
    found = limits(a_region(IPv4StandardSkuPublicIpAddresses=(10, 11)))
    assert found["IPv4StandardSkuPublicIpAddresses"].verdict is Verdict.FAIL
    assert ADDRESSES not in found


@pytest.mark.parametrize("part", [MarketPart.CLUSTERS, MarketPart.NETWORK])
def test_what_cannot_be_read_is_a_warning_with_the_reason(part: MarketPart):
    market = a_market(unread={part: "403 Forbidden"}).model_copy(update={part.value: None})
    unknown = [each for each in limits_of_all(market) if each.code == "QuotaUnknown"]
    assert len(unknown) == (1 if part is MarketPart.CLUSTERS else 2)
    assert {each.verdict for each in unknown} == {Verdict.WARN}
    assert all("403 Forbidden" in each.message for each in unknown)


def test_a_usage_that_azure_does_not_list_is_a_warning():
    checks = limits_of_all(a_market(clusters={}))
    (only,) = [each for each in checks if each.name == "managedClusters"]
    assert (only.code, only.verdict) == ("QuotaUnknown", Verdict.WARN)
    assert "does not name it" in only.message


def limits_of_all(market: RegionMarket) -> tuple[PlanCheck, ...]:
    return check_cell(a_spec(), WEST, Situation({WEST: market}))[1]


def another(**changes: Any) -> EnvironmentRecord:
    return a_record(a_request(spec=a_spec(name="other", **changes)))


def test_cells_that_are_about_to_be_built_are_counted_until_azure_counts_them():
    market = a_region(ManagedClusters=(0, 1))
    assert verdicts(limits(market))[CLUSTERS][1] is Verdict.OK
    reserved = limits(market, in_flight=(another(),))
    assert (reserved[CLUSTERS].verdict, reserved[CLUSTERS].reserved) == (Verdict.FAIL, 1)
    assert (reserved[ADDRESSES].reserved, reserved[BALANCERS].reserved) == (2, 1)
    private = limits(market, in_flight=(another(edge=PRIVATE), another()))
    assert (private[ADDRESSES].reserved, private[BALANCERS].reserved) == (3, 3)
    asked = in_azure(another(), CLUSTER_STEP)
    assert limits(market, in_flight=(asked,))[CLUSTERS].reserved == 0
    elsewhere = another(regions=["uksouth"])
    assert limits(market, in_flight=(elsewhere,))[CLUSTERS].reserved == 0


@pytest.mark.parametrize("kind", [OperationKind.WAKE, OperationKind.DELETE])
def test_operations_that_build_nothing_reserve_nothing(kind: OperationKind):
    other = another()
    running = other.operations[-1].model_copy(update={"kind": kind})
    other = other.model_copy(update={"operations": (running,)})
    assert limits(a_region(), in_flight=(other,))[CLUSTERS].reserved == 0


def test_a_cell_whose_cluster_azure_was_asked_for_needs_no_other():
    market = a_region(ManagedClusters=(1, 1))
    begun = in_azure(a_record(a_request()), CLUSTER_STEP)
    assert limits(market, record=begun) == {}
    assert limits(market, record=a_record(a_request()))[CLUSTERS].verdict is Verdict.FAIL


def test_a_cluster_of_before_a_deletion_is_none():
    begun = in_azure(a_record(a_request()), CLUSTER_STEP)
    deletion = begun.operations[-1].model_copy(
        update={"kind": OperationKind.DELETE, "status": Status.SUCCEEDED}
    )
    again = begun.model_copy(update={"operations": (*begun.operations, deletion)})
    assert set(limits(a_region(), record=again)) == {CLUSTERS, ADDRESSES, BALANCERS}
    failed = deletion.model_copy(update={"status": Status.FAILED, "steps": ()})
    kept = begun.model_copy(update={"operations": (*begun.operations, failed)})
    assert limits(a_region(), record=kept) == {}

"""What the sweep's lists say of GPU nodes, as far as the record does not say it yet."""

from typing import Any

import pytest

from domain.catalog.prices import RegionPrices
from domain.environment.gpu_usage import GpuNodes
from domain.environment.phases import Phase
from domain.sweep.found import (
    AzureListing,
    FoundCluster,
    FoundPool,
    LookedUp,
    Presence,
    ResourceRef,
)
from domain.sweep.gpu_nodes import find_gpu_nodes
from domain.sweep.health_facts import Found
from domain.sweep.model import EnvironmentSweepState
from tests.support.payloads import REGION
from tests.support.specs import NOON, minutes
from tests.support.sweeps import a_swept

A100 = "Standard_NC24ads_A100_v4"


def known(nodes: int, **changes: Any) -> GpuNodes:
    values = {"region": REGION, "vm_size": A100, **changes}
    return GpuNodes(at=NOON - minutes(5), nodes=nodes, **values)


def swept(*observed: GpuNodes, **changes: Any) -> EnvironmentSweepState:
    nodes = {each.region: each for each in observed}
    return a_swept(**changes).model_copy(update={"gpu_nodes": nodes})


def a_pool(**changes: Any) -> FoundPool:
    values = {"vm_size": A100, "spot": False, "count": 1, "autoscaled": True, "state": "succeeded"}
    return FoundPool(**{**values, **changes})


def a_cluster(pool: FoundPool | None, **changes: Any) -> FoundCluster:
    return FoundCluster(
        **{
            "environment": "fraud-llm",
            "region": REGION,
            "cluster_id": "/clusters/one",
            "state": "succeeded",
            "gpu_pool": pool,
            **changes,
        }
    )


def found(*clusters: FoundCluster, presence: Presence | None = None) -> Found:
    ref = ResourceRef(kind="managedCluster", environment="fraud-llm", region=REGION)
    looked_up = [LookedUp(ref=ref, resource_id="/one", presence=presence)] if presence else []
    return Found.of(AzureListing(listed_at=NOON, clusters=clusters), looked_up)


def counts(found: Found, environment: EnvironmentSweepState) -> list[tuple[str, int]]:
    return [(each.region, each.nodes) for each in find_gpu_nodes(found, environment, NOON, {})]


@pytest.mark.parametrize(
    ("cluster", "nodes"),
    [
        pytest.param(a_cluster(a_pool(count=2)), 2, id="other nodes"),
        pytest.param(a_cluster(a_pool(count=0)), 0, id="none, by itself"),
        pytest.param(a_cluster(a_pool()), None, id="what the record says"),
        pytest.param(a_cluster(a_pool(spot=True)), 1, id="spot now"),
        pytest.param(a_cluster(a_pool(vm_size="Standard_NC4as_T4_v3")), 1, id="another size"),
        pytest.param(a_cluster(a_pool(count=2, state="failed")), 2, id="a pool that failed"),
        pytest.param(a_cluster(a_pool(count=2, state="scaling")), None, id="its count is a wish"),
        pytest.param(a_cluster(a_pool(), power_state="stopped"), 0, id="a stopped cluster"),
        pytest.param(a_cluster(a_pool(power_state="stopped")), 0, id="a stopped pool"),
        pytest.param(a_cluster(None), 0, id="without its pool"),
        pytest.param(a_cluster(a_pool(count=2), region="uksouth"), None, id="of another region"),
        pytest.param(a_cluster(a_pool(count=2), environment="other"), None, id="of another one"),
    ],
)
def test_only_what_differs_from_the_record_is_told(cluster: FoundCluster, nodes: int | None):
    told = counts(found(cluster), swept(known(1)))
    assert told == ([] if nodes is None else [(REGION, nodes)])


def test_what_is_told_says_when_and_what_was_found():
    (seen,) = find_gpu_nodes(found(a_cluster(a_pool(count=3, spot=True))), swept(), NOON, {})
    assert seen == GpuNodes(region=REGION, at=NOON, nodes=3, vm_size=A100, spot=True)


@pytest.mark.parametrize("phase", [*Phase])
def test_nodes_are_seen_in_every_phase_of_what_exists(phase: Phase):
    told = counts(found(a_cluster(a_pool())), swept(phase=phase))
    assert told == ([] if phase is Phase.DELETED else [(REGION, 1)])


@pytest.mark.parametrize(
    ("presence", "told"),
    [
        pytest.param(None, [], id="only not listed: lists lag behind"),
        pytest.param(Presence.PRESENT, [], id="there by its id"),
        pytest.param(Presence.UNREAD, [], id="not readable"),
        pytest.param(Presence.FOREIGN, [], id="of somebody else"),
        pytest.param(Presence.MISSING, [(REGION, 0)], id="gone by its id, too"),
    ],
)
def test_a_cluster_that_is_not_listed_has_no_nodes_once_its_id_is_not_found(
    presence: Presence | None, told: list[tuple[str, int]]
):
    assert counts(found(presence=presence), swept(known(1))) == told


def test_every_region_counts_that_has_or_had_a_cell():
    clusters = [a_cluster(a_pool(count=2), region=region) for region in ("uksouth", REGION)]
    moved = swept(known(1, region="uksouth"))
    assert counts(found(*clusters), moved) == [("uksouth", 2), (REGION, 2)]


def test_an_answer_of_an_earlier_version_leads_to_nothing_new():
    """Sweeps that run while the app is replaced replay what they did."""
    assert counts(found(a_cluster(a_pool())), a_swept()) == []


def listed_at(price: float | None) -> dict[str, RegionPrices]:
    """What the size costs; None: no price of it was read."""
    hourly = {} if price is None else {A100: price}
    prices = RegionPrices(
        region=REGION, as_of=NOON, source="RetailPrices", hourly=hourly, spot={A100: 1.5}
    )
    return {REGION: prices}


@pytest.mark.parametrize(
    ("before", "price", "told"),
    [
        (None, 5.0, 5.0),
        (5.0, 5.0, "nothing"),
        (5.0, 5.5, 5.5),
        (5.0, None, "nothing"),
        (None, None, "nothing"),
    ],
)
def test_nodes_are_told_again_with_another_price(
    before: float | None, price: float | None, told: float | str
):
    environment = swept(known(1).model_copy(update={"hourly_price": before}))
    seen = find_gpu_nodes(found(a_cluster(a_pool())), environment, NOON, listed_at(price))
    assert [each.hourly_price for each in seen] == ([] if told == "nothing" else [told])


def test_spot_nodes_have_a_price_of_their_own():
    cluster = a_cluster(a_pool(spot=True))
    (seen,) = find_gpu_nodes(found(cluster), swept(), NOON, listed_at(5.0))
    assert seen.hourly_price == 1.5

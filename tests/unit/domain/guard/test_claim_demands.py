"""What a request claims of quotas and of its cost center, and the room that it has seen there."""

from typing import Any

import pytest

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import CellState, EnvironmentRecord
from domain.environment.starts import start_operation
from domain.guard.claim_demands import build_claim, find_demands
from domain.guard.claims import CLAIM_LIFETIME, LedgerDemand
from domain.guard.costs import estimate_record
from domain.guard.policy.facts import PolicyFacts
from domain.guard.policy.ledgers import MONEY, NODES, cost_center_ledger, quota_ledger
from domain.guard.policy.model import Policy
from domain.guard.situation import Situation
from domain.guard.spare_price import find_spare_nodes
from tests.support.markets import A100_FAMILY, a_market, some_prices
from tests.support.policies import a_file, with_budget
from tests.support.specs import NOON, a_record, a_request, a_spec, in_azure, spec_body
from tests.unit.domain.environment.test_record import a_sleeping_record

WEST = "westeurope"
QUOTA, BUDGET = quota_ledger(WEST), cost_center_ledger("ML-1234")
FAMILY, SYSTEM = A100_FAMILY.lower(), "standardddsv5family"
CLUSTERS, ADDRESSES = "managedclusters", "ipv4standardskupublicipaddresses"
BALANCERS = "standardskuloadbalancers"
PRICES = {WEST: some_prices(WEST)}
USAGES = {A100_FAMILY: (100, 500), "cores": (200, 900)}
TEN_NODES = a_file(limits={"maxNodesPerCostCenter": 10})


def a_situation(
    policy: Policy | None = None,
    record: EnvironmentRecord | None = None,
    in_flight: tuple[EnvironmentRecord, ...] = (),
    markets: Any = None,
    **facts: Any,
) -> Situation:
    known = PolicyFacts(NOON, policy or a_file(), prices=PRICES, **facts)
    read = {WEST: a_market(quota=USAGES)} if markets is None else markets
    return Situation(read, record, in_flight, policy=known)


def live(name: str = "fraud-llm", **spec: Any) -> EnvironmentRecord:
    record = a_record(a_request(spec=a_spec(name=name, **spec)))
    cell = CellState(region=WEST, nodes=0)
    return record.model_copy(
        update={"phase": Phase.READY, "active_operation": None, "cells": (cell,)}
    )


def sleeping() -> EnvironmentRecord:
    return a_sleeping_record().model_copy(update={"cells": (CellState(region=WEST, nodes=0),)})


def demands(
    situation: Situation, kind: OperationKind = OperationKind.PROVISION, **request: Any
) -> dict[str, LedgerDemand]:
    found = find_demands(a_request(kind, **request), situation)
    assert [each.ledger for each in found] == sorted(each.ledger for each in found)
    return {each.ledger: each for each in found}


def test_a_creation_claims_its_first_node_and_the_resources_of_its_cell():
    demand = demands(a_situation())[QUOTA]
    assert demand.amounts == {
        FAMILY: 24, SYSTEM: 8, "cores": 32, CLUSTERS: 1, ADDRESSES: 2, BALANCERS: 1,
    }  # fmt: skip
    assert demand.room == {
        FAMILY: 400, SYSTEM: 1000, "cores": 700, CLUSTERS: 100, ADDRESSES: 1000, BALANCERS: 1000,
    }  # fmt: skip


def test_what_running_operations_are_about_to_ask_for_is_no_room():
    others = tuple(a_record(a_request(spec=a_spec(name=name))) for name in ("one-llm", "two-llm"))
    room = demands(a_situation(in_flight=others))[QUOTA].room
    assert room == {
        FAMILY: 352, SYSTEM: 984, "cores": 636, CLUSTERS: 98, ADDRESSES: 996, BALANCERS: 998,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("begun", "left"),
    [
        ((), {FAMILY: 352, "cores": 652}),
        (("cell/westeurope/gpuPool",), {FAMILY: 400, "cores": 700}),
    ],
    ids=["before it asks", "since it has asked"],
)
def test_a_wake_that_is_running_reserves_the_nodes_of_its_pool(
    begun: tuple[str, ...], left: dict[str, int]
):
    waking = start_operation(sleeping(), a_request(OperationKind.WAKE, 3), NOON)
    assert waking
    for step in begun:
        waking = in_azure(waking, step)
    room = demands(a_situation(in_flight=(waking,)))[QUOTA].room
    assert {name: room[name] for name in left} == left
    assert (room[SYSTEM], room[CLUSTERS]) == (1000, 100)


@pytest.mark.parametrize(
    ("situation", "kind"),
    [
        (Situation({WEST: a_market()}), OperationKind.PROVISION),
        (a_situation(), OperationKind.DELETE),
        (a_situation(), OperationKind.SCALE_DOWN),
        (a_situation(), OperationKind.WAKE),
        (a_situation(markets={}), OperationKind.PROVISION),
    ],
    ids=["no policy is read", "a deletion", "a scale-down", "no such environment", "no market"],
)
def test_nothing_is_claimed(situation: Situation, kind: OperationKind):
    assert demands(situation, kind) == {}


def test_an_update_of_a_live_cell_claims_no_cluster():
    record = live()
    demand = demands(a_situation(record=record), OperationKind.UPDATE, sequence=2)[QUOTA]
    assert demand.amounts == {FAMILY: 24, "cores": 24}


def test_a_wake_claims_the_nodes_that_its_pool_had_and_what_they_cost():
    record = sleeping()
    policy = with_budget(20_000, refuseAt=100)
    found = demands(a_situation(policy, record, records=(record,)), OperationKind.WAKE, sequence=3)
    assert found[QUOTA].amounts == {FAMILY: 48, "cores": 48}
    per_hour = estimate_record(record, PRICES).at_replicas.usd_per_hour
    assert 0 < found[BUDGET].amounts[MONEY] < per_hour * 8.5 * 24


UP_TO_8000 = with_budget(10_000, refuseAt=80)


@pytest.mark.parametrize(
    ("claimed", "records"), [(0.0, ()), (900.0, ()), (900.0, (live("other-llm"),))]
)
def test_the_room_of_a_budget_is_its_limit_without_what_others_need(
    claimed: float, records: tuple[EnvironmentRecord, ...]
):
    """Open claims are no part of it: the ledger adds them by itself."""
    ledger = {BUDGET: {MONEY: claimed}}
    situation = a_situation(UP_TO_8000, records=records, claimed=ledger)
    demand = demands(situation)[BUDGET]
    need = estimate_record(live(), PRICES).at_replicas.usd_per_hour * 8.5 * 24
    assert demand.amounts == {MONEY: pytest.approx(need, rel=1e-3)}
    assert demand.room == {MONEY: pytest.approx(8000 - need * len(records), rel=1e-3)}


def test_an_update_claims_only_what_it_adds():
    record = live(gpu={**spec_body()["gpu"], "maxNodes": 5})
    situation = a_situation(UP_TO_8000, record, records=(record, live("other-llm")))
    spec = a_spec(workload={**spec_body()["workload"], "replicas": 2})
    need = estimate_record(live(), PRICES).at_replicas.usd_per_hour * 8.5 * 24
    demand = demands(situation, OperationKind.UPDATE, sequence=2, spec=spec)[BUDGET]
    assert demand.amounts == {MONEY: pytest.approx(4.775 * 8.5 * 24, rel=1e-3)}
    assert demand.room == {MONEY: pytest.approx(8000 - 2 * need, rel=1e-3)}


def test_an_update_that_serves_two_versions_claims_the_spare_node_for_its_time():
    gpu = {**spec_body()["gpu"], "maxNodes": 5}
    update = {"strategy": "blueGreen"}
    record = live(gpu=gpu, update=update)
    situation = a_situation(UP_TO_8000, record, records=(record,))
    workload = {**spec_body()["workload"], "image": "registry.example.com/llm:2"}
    spec = a_spec(gpu=gpu, update=update, workload=workload)
    found = demands(situation, OperationKind.UPDATE, sequence=2, spec=spec)
    spare = find_spare_nodes(spec, [record.offer_of(spec.regions[0])], record, situation.markets)
    assert spare
    assert spare.usd_up_to > 0
    assert found[BUDGET].amounts == {MONEY: pytest.approx(spare.usd_up_to)}


def test_a_budget_that_refuses_nothing_is_not_claimed():
    assert BUDGET not in demands(a_situation(with_budget(1, refuseAt=None)))


@pytest.mark.parametrize(
    ("record", "claimed", "amount", "room"),
    [
        pytest.param(None, 0, 5, 5, id="a creation beside one of five nodes"),
        pytest.param(None, 3, 5, 5, id="claims are added by the ledger"),
        pytest.param(live(gpu={**spec_body()["gpu"], "maxNodes": 2}), 0, 3, 3, id="three more"),
        pytest.param(live(costCenter="RISK-7"), 0, 5, 5, id="from another cost center"),
    ],
)
def test_nodes_of_a_cost_center_are_claimed_by_what_a_request_adds(
    record: EnvironmentRecord | None, claimed: int, amount: int, room: int
):
    situation = a_situation(
        TEN_NODES, record, records=(live("other-llm"),), claimed={BUDGET: {NODES: claimed}}
    )
    demand = demands(situation, sequence=2)[BUDGET]
    assert (demand.amounts, demand.room) == ({NODES: amount}, {NODES: room})


def test_fewer_nodes_than_before_claim_none():
    record = live()
    spec = a_spec(gpu={**spec_body()["gpu"], "maxNodes": 2})
    situation = a_situation(TEN_NODES, record, records=(record,))
    assert BUDGET not in demands(situation, OperationKind.UPDATE, sequence=2, spec=spec)


def test_a_claim_is_of_its_request_and_lives_for_minutes():
    request = a_request()
    demand = demands(a_situation())[QUOTA]
    claim = build_claim(request, demand, NOON)
    assert (claim.operation_id, claim.environment) == ("fraud-llm.1", "fraud-llm")
    assert (claim.amounts, claim.at) == (demand.amounts, NOON)
    assert claim.expires_at == NOON + CLAIM_LIFETIME
    assert build_claim(request, demand, NOON).id == claim.id
    other = a_request(spec=a_spec(owner="other@example.com"))
    assert build_claim(other, demand, NOON).id != claim.id
    assert claim.id.startswith("fraud-llm.1.")


def test_the_order_in_which_tags_were_written_makes_no_other_claim():
    demand = demands(a_situation())[QUOTA]
    tags = {"team": "ml", "stage": "test"}
    backwards = dict(reversed(tags.items()))
    first, second = (
        build_claim(a_request(spec=a_spec(tags=each)), demand, NOON) for each in (tags, backwards)
    )
    assert first.id == second.id

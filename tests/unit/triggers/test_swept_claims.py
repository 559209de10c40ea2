"""What the sweep starts claims by the same ledgers as requests: of two wakes for the last quota
one is begun, whoever asks for them."""

import asyncio
from functools import partial
from typing import Any

import pytest

from activities.start_orchestration import start_orchestration
from domain.durable.sweep_inputs import OperationStart
from domain.environment.kept_pool import KeptPool
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.guard.market import MarketReader
from domain.guard.policy.ledgers import cost_center_ledger, quota_ledger
from domain.guard.policy.model import NO_RULES, Policy
from domain.outcomes import Outcome
from domain.sweep.model import SweepAction
from domain.sweep.record_notes import plan_swept_operation
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.markets import A100_FAMILY, FakeMarkets, a_market, read_ample_market
from tests.support.policies import reading, with_budget
from tests.support.specs import spec_body
from tests.unit.triggers.test_policy_and_claims import InterleavingHub
from triggers.swept_claims import claim_for_sweep

ONE_NODE = KeptPool(enable_auto_scaling=True, min_count=0, max_count=5, count=1, replicas=1)
NAMES = ("first-llm", "second-llm", "third-llm")


def room_for(nodes: int) -> FakeMarkets:
    return FakeMarkets({"westeurope": a_market(quota={A100_FAMILY: (0, 24 * nodes)})})


async def fall_asleep(hub: FakeHub, *names: str) -> None:
    for name in names:
        await Api(hub).create(spec_body(name=name))
        hub.finish(f"{name}.1", Phase.READY)
        await Api(hub).post(f"environments/{name}/scale-down")
        record = hub.finish(f"{name}.2", Phase.SCALED_DOWN)
        kept = {"kept_pools": {"westeurope": ONE_NODE}}
        hub.records[name] = record.model_copy(update=kept)


async def sweep(
    hub: FakeHub,
    name: str,
    action: SweepAction = SweepAction.WAKE,
    market: MarketReader = read_ample_market,
    policy: Policy | None = NO_RULES,
) -> Outcome:
    record = hub.records[name]
    assert record
    wire = plan_swept_operation(record, action)
    assert wire
    request = OperationRequest.from_wire(wire)
    start = OperationStart(operation_id=request.operation_id, request=request)
    claim: Any = partial(claim_for_sweep, market, reading(policy))
    return await start_orchestration(start.to_wire(), hub, claim)


def reason_of(outcome: Outcome) -> str | None:
    return outcome.failure.reason if outcome.failure else None


@pytest.mark.parametrize("fitting", [0, 1, 2])
async def test_of_three_wakes_at_once_as_many_start_as_the_quota_has_room_for(fitting: int):
    hub = InterleavingHub()
    await fall_asleep(hub, *NAMES)
    market = room_for(fitting)
    ended = await asyncio.gather(*(sweep(hub, name, market=market) for name in NAMES))
    refused = [reason for each in ended if (reason := reason_of(each))]
    assert len(hub.instances) - 2 * len(NAMES) == fitting
    assert refused == ["QuotaExceeded"] * (3 - fitting)


async def test_a_request_and_the_sweep_race_for_the_last_quota_as_two_requests_do():
    hub = InterleavingHub()
    await fall_asleep(hub, "first-llm")
    market = room_for(1)
    created, woken = await asyncio.gather(
        Api(hub, read_market=market).create(spec_body(name="new-llm")),
        sweep(hub, "first-llm", market=market),
    )
    assert (created.status == 202) != woken.is_success
    words = created.error["code"] if created.status == 409 else reason_of(woken)
    assert words == "QuotaExceeded"


async def test_a_wake_by_request_is_refused_in_the_words_of_a_plan():
    hub = FakeHub()
    await fall_asleep(hub, "first-llm")
    wake = "environments/first-llm/wake"
    refused = await Api(hub, read_market=room_for(0)).post(wake)
    assert (refused.status, refused.error["code"]) == (409, "QuotaExceeded")
    assert "24 more are needed" in refused.error["message"]
    assert (await Api(hub, read_market=room_for(1)).post(wake)).status == 202


async def test_a_wake_claims_the_nodes_that_were_kept_and_nothing_of_the_cluster():
    hub = FakeHub()
    await fall_asleep(hub, "first-llm")
    record = hub.records["first-llm"]
    assert record
    three = ONE_NODE.model_copy(update={"count": 3})
    hub.records[record.name] = record.model_copy(update={"kept_pools": {"westeurope": three}})
    assert (await sweep(hub, "first-llm")).is_success
    (claim,) = [
        each
        for each in hub.ledgers[quota_ledger("westeurope")].granted
        if each.operation_id == "first-llm.3"
    ]
    assert claim.amounts[A100_FAMILY.lower()] == 72


async def test_a_wake_that_would_exceed_the_budget_does_not_start():
    hub = FakeHub()
    await fall_asleep(hub, "first-llm")
    outcome = await sweep(hub, "first-llm", policy=with_budget(1))
    assert reason_of(outcome) == "BudgetExceeded"


async def test_without_a_policy_the_sweep_starts_only_what_frees_nodes():
    hub = FakeHub()
    await fall_asleep(hub, "first-llm")
    assert reason_of(await sweep(hub, "first-llm", policy=None)) == "PolicyUnavailable"
    assert (await sweep(hub, "first-llm", SweepAction.DELETE, policy=None)).is_success


async def test_a_repair_of_what_serves_asks_for_no_quota():
    hub = FakeHub()
    await Api(hub).create(spec_body(name="first-llm"))
    hub.finish("first-llm.1", Phase.READY)
    assert (await sweep(hub, "first-llm", SweepAction.REPAIR, room_for(0))).is_success


async def test_a_repair_that_builds_anew_claims_what_it_builds():
    hub = FakeHub()
    await fall_asleep(hub, "first-llm")
    assert reason_of(await sweep(hub, "first-llm", SweepAction.REPAIR, room_for(0))) == (
        "QuotaExceeded"
    )
    assert (await sweep(hub, "first-llm", SweepAction.REPAIR, room_for(1))).is_success
    (claim,) = [
        each
        for each in hub.ledgers[quota_ledger("westeurope")].granted
        if each.operation_id == "first-llm.3"
    ]
    assert claim.amounts[A100_FAMILY.lower()] == 24


async def reserved_for_others(hub: FakeHub, policy: Policy) -> tuple[float, float]:
    """vCPUs and USD that a plan of another environment counts as reserved."""
    api = Api(hub, read_policy=reading(policy))
    plan = (await api.send("POST", "plans", spec_body(name="other-llm"))).json
    quota = next(each for each in plan["checks"] if each.get("name") == A100_FAMILY)
    budget = next(each for each in plan["checks"] if each.get("unit") == "USD")
    return quota["reserved"], budget["reserved"]


@pytest.mark.parametrize("action", [SweepAction.SCALE_TO_ZERO, SweepAction.DELETE])
async def test_what_the_sweep_scales_down_or_deletes_gives_back_what_it_had_reserved(
    action: SweepAction,
):
    hub = FakeHub()
    policy = with_budget(1_000_000)
    api = Api(hub, read_policy=reading(policy))
    await api.create(spec_body(name="first-llm"))
    vcpus, usd = await reserved_for_others(hub, policy)
    assert (vcpus, usd > 0) == (24, True), "claimed"
    hub.finish("first-llm.1", Phase.READY)
    assert (await sweep(hub, "first-llm", action, policy=policy)).is_success
    is_deleted = action is SweepAction.DELETE
    hub.finish("first-llm.2", Phase.DELETED if is_deleted else Phase.SCALED_DOWN)
    vcpus, usd_after = await reserved_for_others(hub, policy)
    assert vcpus == 0
    assert usd_after == 0 if is_deleted else usd_after < usd
    assert hub.ledgers[cost_center_ledger("ML-1234")].granted, "claims end with their operations"

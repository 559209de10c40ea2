"""What a second person is asked to approve, and whether it still is what was asked."""

from typing import Any

import pytest

from domain.environment.approval import ApprovalDemand, ApprovedPlan, digest_spec
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.guard.approval import MOST_CHANGES, find_approval, find_outdated
from domain.guard.plan import build_plan
from domain.guard.policy.facts import PolicyFacts
from domain.guard.policy.model import Policy
from domain.guard.situation import Situation
from tests.support.markets import a_market, some_prices
from tests.support.policies import a_file, with_budget
from tests.support.specs import NOON, a_record, a_request, a_spec, spec_body

WEST = "westeurope"
ASKS = {"abovePerMonth": 1000, "deadlineHours": 12, "remindAfterHours": 3}
EXPENSIVE = a_file(approval=ASKS)


def situation(
    policy: Policy | None = EXPENSIVE, record: EnvironmentRecord | None = None, **market: Any
) -> Situation:
    facts = PolicyFacts(NOON, policy, prices={WEST: some_prices(WEST)}) if policy else None
    return Situation({WEST: a_market(**market)}, record, policy=facts)


def live(**changes: Any) -> EnvironmentRecord:
    record = a_record(a_request(spec=a_spec(**changes)))
    return record.model_copy(update={"phase": Phase.READY, "active_operation": None})


def asked(spec: dict[str, Any] | None = None, known: Situation | None = None) -> ApprovalDemand:
    demand = find_approval(a_spec(**spec or {}), known or situation(), NOON)
    assert demand
    return demand


PRICE = build_plan(a_spec(), situation(), NOON).estimate.at_replicas.usd_per_month


def test_an_approval_is_of_a_plan_its_price_and_its_reasons():
    demand, plan = asked(), build_plan(a_spec(), situation(), NOON)
    assert (demand.plan_id, demand.plan_digest) == (plan.id, plan.digest)
    assert (demand.spec_digest, demand.usd_per_month) == (digest_spec(a_spec()), PRICE)
    assert (demand.deadline_hours, demand.remind_after_hours) == (12, 3)
    assert len(demand.reasons) == 1
    assert "1000.00" in demand.reasons[0]
    assert demand.changes == ()


@pytest.mark.parametrize(
    "policy", [None, a_file(), a_file(approval={**ASKS, "abovePerMonth": 1e6})]
)
def test_what_no_rule_asks_for_needs_no_approval(policy: Policy | None):
    assert find_approval(a_spec(), situation(policy), NOON) is None


def test_a_budget_that_asks_by_itself_waits_for_three_days():
    demand = asked(known=situation(with_budget(1300, approvalAt=81, refuseAt=100)))
    assert (demand.deadline_hours, demand.remind_after_hours) == (72, 24)


def test_a_change_is_shown_field_by_field():
    before = spec_body()["workload"]
    change = {"workload": {**before, "replicas": 3, "env": {"A": "1"}}}
    shown = {each.field: each for each in asked(change, situation(record=live())).changes}
    replicas = shown["workload.replicas"]
    assert (replicas.before, replicas.after, replicas.effect) == ("1", "3", "inPlace")
    assert len(shown) == 2


def test_no_more_changes_are_frozen_than_fit():
    env = {f"NAME_{number}": "1" for number in range(MOST_CHANGES + 5)}
    change = {"workload": {**spec_body()["workload"], "replicas": 3, "env": env}}
    assert len(asked(change, situation(record=live())).changes) == MOST_CHANGES


MORE = {"workload": {**spec_body()["workload"], "replicas": 3}}
PRICE_OF_MORE = build_plan(a_spec(**MORE), situation(), NOON).estimate.at_replicas.usd_per_month


@pytest.mark.parametrize(
    ("approved_price", "spec", "is_asked"),
    [
        pytest.param(PRICE_OF_MORE, {}, False, id="approved at this price"),
        pytest.param(PRICE_OF_MORE + 1, {}, False, id="it is cheaper by now"),
        pytest.param(PRICE_OF_MORE - 1, {}, True, id="it is more expensive"),
        pytest.param(PRICE_OF_MORE, {"owner": "x@example.com"}, True, id="another specification"),
    ],
)
def test_what_was_approved_is_not_asked_for_again(
    approved_price: float, spec: dict[str, Any], is_asked: bool
):
    approved = ApprovedPlan(spec_digest=digest_spec(a_spec(**MORE)), usd_per_month=approved_price)
    record = live().model_copy(update={"approved": approved})
    demand = find_approval(a_spec(**MORE, **spec), situation(record=record), NOON)
    assert (demand is not None) is is_asked


@pytest.mark.parametrize(
    ("requested_at", "code"),
    [(PRICE, None), (PRICE + 1, None), (PRICE - 1, "PriceAboveRequested")],
)
def test_a_higher_price_than_requested_is_refused(requested_at: float, code: str | None):
    demand = asked().model_copy(update={"usd_per_month": requested_at})
    refused = find_outdated(demand, a_spec(), situation(), NOON)
    assert (refused.code if refused else None) == code
    if refused:
        assert refused.target == "planDigest"
        assert f"{PRICE:.2f} USD" in refused.message
        assert f"{requested_at:.2f} when" in refused.message


def test_a_check_that_fails_since_refuses_as_it_would_a_request():
    refused = find_outdated(asked(), a_spec(), situation(sizes=()), NOON)
    assert refused
    assert refused.code == "VmSizeNotOffered"

"""Budgets: what is spent, what is reserved until the month's end, and who still fits."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.guard.admission import check_request, refuse_budget
from domain.guard.costs import estimate_record
from domain.guard.plan import build_plan
from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.policy.budget import BudgetUse, hours_left, month_end, spent_this_month
from domain.guard.policy.facts import PolicyFacts
from domain.guard.policy.ledgers import MONEY, cost_center_ledger
from domain.guard.policy.model import Budget, Policy
from domain.guard.policy.overspending import find_overspent
from domain.guard.situation import Situation
from domain.spec.model import EnvironmentSpec
from tests.support.markets import A100_PRICE, a_market, some_prices
from tests.support.policies import a_file, with_budget
from tests.support.specs import BY_DIGEST, NOON, a_record, a_request, a_spec, spec_body

HOURS = 8.5 * 24
"""From noon on the 22nd to the end of November."""


def situation(policy: Policy, record: EnvironmentRecord | None = None, **known: Any) -> Situation:
    return Situation(
        {"westeurope": a_market()},
        record,
        policy=PolicyFacts(NOON, policy, prices=PRICES, **known),
    )


def budget_check(
    policy: Policy,
    record: EnvironmentRecord | None = None,
    spec: EnvironmentSpec | None = None,
    **known: Any,
) -> PlanCheck:
    found = check_request(spec or a_spec(), situation(policy, record, **known))
    return next(each for each in found if each.unit and each.code.startswith(("Budget", "Appr")))


def a_live(name: str, phase: Phase = Phase.READY) -> EnvironmentRecord:
    record = a_record(a_request(spec=a_spec(name=name)))
    return record.model_copy(update={"phase": phase})


PRICES = {"westeurope": some_prices("westeurope")}
NEED = estimate_record(a_live("fraud-llm"), PRICES).at_replicas.usd_per_hour * HOURS


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 2, 1, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
    ],
)
def test_a_month_ends_with_its_last_day_in_utc(now: datetime, end: datetime):
    assert month_end(now) == end


def test_what_expires_earlier_reserves_less():
    assert hours_left(None, NOON) == HOURS
    assert hours_left(NOON + timedelta(hours=3), NOON) == 3
    assert hours_left(NOON - timedelta(hours=3), NOON) == 0


@pytest.mark.parametrize(
    ("share", "code", "verdict"),
    [
        (2.0, "BudgetSufficient", Verdict.OK),
        (1.2, "BudgetNearlySpent", Verdict.WARN),
        (1.05, "ApprovalRequired", Verdict.WARN),
        (0.99, "BudgetExceeded", Verdict.FAIL),
    ],
)
def test_each_threshold_has_its_verdict(share: float, code: str, verdict: Verdict):
    policy = with_budget(NEED * share, approvalAt=90)
    check = budget_check(policy)
    assert (check.code, check.verdict, check.unit) == (code, verdict, "USD")
    assert (check.used, check.reserved) == (0, 0)
    assert check.required == pytest.approx(NEED, abs=0.01)
    plan = build_plan(a_spec(), situation(policy), NOON)
    assert plan.requires_approval is (code == "ApprovalRequired")


@pytest.mark.parametrize(
    ("budget", "advice"),
    [
        ({"approvalAt": 90}, "reserved by other environments"),
        ({"warnAt": 1}, "That is above 1 %."),
        ({"warnAt": 1, "approvalAt": 2}, "Above 2 % a second person has to approve it."),
        ({"warnAt": 1, "refuseAt": 3}, "requests above 3 % are refused."),
    ],
)
def test_a_budgets_check_names_its_cost_center_and_limit(budget: dict[str, Any], advice: str):
    check = budget_check(with_budget(10_000.4, **budget))
    assert (check.target, check.name, check.limit) == ("costCenter", "ML-1234", 10_000.4)
    assert "Budget of ML-1234 for the month: 10000.40 USD, 0.00 spent" in check.message
    assert advice in check.message
    share = 100 * NEED / 10_000.4
    assert f"needs {NEED:.2f} until the month's end, which makes {share:.1f} %." in check.message


def test_a_share_is_measured_in_percent():
    use = BudgetUse(used=10.0, reserved=20.0, own=0.0, required=30.0)
    assert use.percent_of(Budget(per_month=120)) == 50


def test_what_expires_this_month_needs_and_reserves_only_its_hours():
    soon = (NOON + timedelta(hours=10)).isoformat()
    share = 10 / HOURS
    record = a_record(a_request(spec=a_spec(name="other-llm", expiresAt=soon)))
    other = record.model_copy(update={"phase": Phase.READY})
    known = situation(with_budget(NEED * 9), records=(other,))
    found = check_request(a_spec(expiresAt=soon), known)
    check = next(each for each in found if each.code == "BudgetSufficient")
    assert check.required == pytest.approx(NEED * share, abs=0.01)
    assert check.reserved == pytest.approx(NEED * share, abs=0.01)


def test_what_no_price_is_known_for_is_named():
    priceless = a_market(prices=None)
    known = Situation(
        {"westeurope": priceless}, policy=PolicyFacts(NOON, with_budget(100), prices={})
    )
    found = [each for each in check_request(a_spec(), known) if each.code == "BudgetIncomplete"]
    assert [(each.target, each.name, each.verdict) for each in found] == [
        ("costCenter", "ML-1234", Verdict.WARN)
    ]
    assert "no list price is known for: " in found[0].message


def test_others_and_claims_are_reserved_and_what_is_spent_is_counted():
    other = a_live("other-llm")
    ledger = {cost_center_ledger("ML-1234"): {MONEY: 100.0}}
    check = budget_check(with_budget(NEED * 3), records=(other,), claimed=ledger)
    assert check.reserved == pytest.approx(NEED + 100, rel=0.05)
    later = PolicyFacts(NOON + timedelta(days=2), with_budget(NEED * 3), (other,), PRICES)
    found = check_request(a_spec(), Situation({"westeurope": a_market()}, policy=later))
    spent = next(each.used for each in found if each.unit)
    assert spent
    assert spent > 0


def test_what_sleeps_failed_or_is_gone_gives_its_reservation_back():
    awake = budget_check(with_budget(NEED * 9), records=(a_live("other-llm"),)).reserved
    for phase in (Phase.SCALED_DOWN, Phase.FAILED, Phase.CANCELED, Phase.DELETED):
        record = a_live("other-llm", phase)
        asleep = budget_check(with_budget(NEED * 9), records=(record,)).reserved
        assert asleep is not None
        assert awake is not None
        assert asleep < awake / 3
        assert (asleep == 0) is (phase is Phase.DELETED)


def test_a_change_that_spends_no_more_is_not_refused():
    live = a_live("fraud-llm")
    check = budget_check(with_budget(1), live, records=(live,))
    assert (check.code, check.verdict) == ("BudgetNearlySpent", Verdict.WARN)


def test_a_wake_is_bound_by_the_budget_alone():
    asleep = a_live("fraud-llm", Phase.SCALED_DOWN)
    policy = with_budget(1).model_copy(update={"required_tags": ("team",)})
    refused = refuse_budget(asleep, situation(policy, asleep, records=(asleep,)))
    assert refused
    assert refused.code == "BudgetExceeded"
    ample = with_budget(NEED * 2).model_copy(update={"required_tags": ("team",)})
    assert refuse_budget(asleep, situation(ample, asleep, records=(asleep,))) is None


def test_what_has_no_price_is_a_warning():
    markets = {"westeurope": a_market(prices=None)}
    facts = PolicyFacts(NOON, with_budget(1000))
    found = check_request(a_spec(), Situation(markets, policy=facts))
    (check,) = [each for each in found if each.code == "BudgetIncomplete"]
    assert check.verdict is Verdict.WARN
    assert "GPU node" in check.message


def test_a_budget_has_to_hold_the_dearest_offer_that_a_cell_may_get():
    """Its reservation follows the offer that it got."""
    h100 = {"placement": {"vmSizes": ["Standard_NC40ads_H100_v5"]}}
    found = check_request(a_spec(**h100), situation(with_budget(NEED * 1.2)))
    (check,) = [each for each in found if each.verdict is Verdict.FAIL]
    assert check.code == "BudgetExceeded"
    assert check.required == pytest.approx(NEED + (9.08 - A100_PRICE) * HOURS, abs=0.01)
    live = a_record(a_request(spec=a_spec(**h100))).model_copy(update={"phase": Phase.READY})
    renamed = a_spec(**h100, owner="other@example.com")
    check = budget_check(with_budget(NEED * 1.2), live, renamed, records=(live,))
    assert check.required == pytest.approx(NEED, abs=0.01)


def test_an_alternative_without_a_price_makes_no_other_cheaper():
    nothing_known = {"placement": {"vmSizes": ["Standard_NC80adis_H100_v5"]}}
    found = check_request(a_spec(**nothing_known), situation(with_budget(NEED * 0.9)))
    (check,) = [each for each in found if each.verdict is Verdict.FAIL]
    assert (check.code, check.required) == ("BudgetExceeded", pytest.approx(NEED, abs=0.01))
    (why,) = [each for each in found if each.code == "ApprovalRequired"]
    assert "Standard_NC80adis_H100_v5 in westeurope" in why.message


def test_what_is_being_built_reserves_the_dearest_offer_that_it_may_get():
    h100 = a_spec(name="other-llm", placement={"vmSizes": ["Standard_NC40ads_H100_v5"]})
    building = a_record(a_request(spec=h100))
    ready = building.model_copy(update={"phase": Phase.READY})
    more = (9.08 - A100_PRICE) * HOURS
    for record, reserved in ((building, NEED + more), (ready, NEED)):
        check = budget_check(with_budget(NEED * 9), records=(record,))
        assert check.reserved == pytest.approx(reserved, abs=0.01)


UNPRICED = "Standard_ND96isr_H200_v5"
"""In West Europe."""

H200 = {
    "gpu": {"vmSize": UNPRICED, "maxNodes": 4},
    "workload": {**spec_body()["workload"], "gpusPerReplica": 8},
}


def a_live_h200(phase: Phase = Phase.READY, name: str = "fraud-llm") -> EnvironmentRecord:
    record = a_record(a_request(spec=a_spec(name=name, **H200)))
    return record.model_copy(update={"phase": phase})


@pytest.mark.parametrize(
    ("thresholds", "needs"),
    [
        ({}, True),
        ({"refuseAt": None}, False),
        ({"refuseAt": None, "approvalAt": 90}, True),
    ],
)
def test_a_budget_that_cannot_be_checked_needs_a_second_person(
    thresholds: dict[str, Any], needs: bool
):
    plan = build_plan(a_spec(**H200), situation(with_budget(1e6, **thresholds)), NOON)
    assert plan.requires_approval is needs
    incomplete = next(each for each in plan.checks if each.code == "BudgetIncomplete")
    assert f"GPU node {UNPRICED} in westeurope" in incomplete.message
    if needs:
        (why,) = [each for each in plan.checks if each.code == "ApprovalRequired"]
        assert why.message == (
            "The budget of ML-1234 cannot be checked, as no list price is known for GPU node "
            f"{UNPRICED} in westeurope: a second person has to approve what the budget will not "
            "count."
        )
        assert (why.target, why.name) == ("costCenter", "ML-1234")


@pytest.mark.parametrize(
    ("change", "needs"),
    [
        ({"owner": "other@example.com"}, False),
        ({"workload": {**H200["workload"], "replicas": 2}}, True),
        ({"workload": {**H200["workload"], "replicas": 0}}, False),
        ({"costCenter": "ML-9"}, True),
    ],
)
def test_nodes_that_a_budget_does_not_count_already_need_no_second_approval(
    change: dict[str, Any], needs: bool
):
    live, budget = a_live_h200(), {"budget": {"perMonth": 1e6}}
    policy = a_file(costCenters={"ML-1234": budget, "ML-9": budget})
    plan = build_plan(a_spec(**{**H200, **change}), situation(policy, live), NOON)
    assert plan.requires_approval is needs


def test_a_spent_budget_wakes_no_nodes_without_a_price():
    asleep = a_live_h200(Phase.SCALED_DOWN)
    spent = situation(with_budget(1), asleep, records=(asleep,))
    refused = refuse_budget(asleep, spent)
    assert refused
    assert refused.code == "BudgetExceeded"
    ample = situation(with_budget(1e6), asleep, records=(asleep,))
    assert refuse_budget(asleep, ample) is None, "who approved the nodes has approved that"


def test_a_spent_budget_brings_no_further_version_beside_nodes_without_a_price():
    h200 = {**H200, "update": {"strategy": "blueGreen"}}
    live = a_record(a_request(spec=a_spec(**h200))).model_copy(update={"phase": Phase.READY})
    changed = a_spec(**{**h200, "workload": {**H200["workload"], "image": BY_DIGEST}})
    found = check_request(changed, situation(with_budget(1), live, records=(live,)))
    assert "BudgetExceeded" in {each.code for each in found if each.verdict is Verdict.FAIL}
    renamed = a_spec(**h200, owner="other@example.com")
    found = check_request(renamed, situation(with_budget(1), live, records=(live,)))
    assert {each.code for each in found if each.verdict is Verdict.FAIL} == set()


def test_nodes_of_others_that_no_budget_counts_are_named():
    other, gone = a_live_h200(name="other-llm"), a_live_h200(Phase.DELETED, "gone-llm")
    known = situation(with_budget(1e6), records=(other, gone, a_live("third-llm")))
    (check,) = [e for e in check_request(a_spec(), known) if e.code == "BudgetIncomplete"]
    assert check.verdict is Verdict.WARN
    assert check.message.endswith("no list price is known for: GPU nodes of other-llm.")


def test_who_is_over_the_budget_is_found_with_all_of_its_environments():
    records = {
        "ML-1234": [a_live("first"), a_live("second"), a_live("gone", Phase.DELETED)],
        "ML-9": [a_live("third")],
    }
    policy = a_file(
        costCenters={
            "ML-1234": {"budget": {"perMonth": 10, "onExceeded": "scaleDown"}},
            "ML-9": {"budget": {"perMonth": 1000}},
        }
    )
    assert find_overspent(records, policy, PRICES, NOON) == {}, "nothing is spent yet"
    found = find_overspent(records, policy, PRICES, NOON + timedelta(days=1))
    assert set(found) == {"first", "second"}
    over = found["first"]
    assert (over.cost_center, over.per_month, over.scales_down) == ("ML-1234", 10, True)
    assert over.month_began_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert over.spent > 10
    assert over.spent == round(over.spent, 2)


def test_those_over_the_budget_of_several_cost_centers_are_found_in_local_time_too():
    records = {"NONE": [a_live("free")], "ML-1": [a_live("first")], "ML-2": [a_live("second")]}
    budget = {"budget": {"perMonth": 10}}
    local = timezone(timedelta(hours=2))
    now = datetime(2026, 12, 1, 1, 34, 56, 789, tzinfo=local)
    policy = a_file(costCenters={"ML-1": budget, "ML-2": budget})
    found = find_overspent(records, policy, PRICES, now)
    assert {name: each.cost_center for name, each in found.items()} == {
        "first": "ML-1",
        "second": "ML-2",
    }
    assert {each.month_began_at for each in found.values()} == {datetime(2026, 11, 1, tzinfo=UTC)}
    assert {each.scales_down for each in found.values()} == {False}


def test_a_budget_that_is_spent_to_the_cent_is_spent():
    records, now = [a_live("first")], NOON + timedelta(days=1)
    spent = spent_this_month(records, PRICES, now)
    (over,) = find_overspent({"ML-1234": records}, with_budget(spent), PRICES, now).values()
    assert over.spent == pytest.approx(spent, abs=0.006)
    assert over.spent != round(spent), "cents are told"
    more = with_budget(spent + 0.01)
    assert find_overspent({"ML-1234": records}, more, PRICES, now) == {}


@pytest.mark.parametrize(
    ("policy", "is_bounded"),
    [
        (a_file(), False),
        (with_budget(10), True),
        (with_budget(10, "RISK-7"), False),
        (a_file(limits={"maxNodesPerCostCenter": 9}), True),
        (a_file(limits={"maxLifetimeDays": 9}), False),
    ],
)
def test_a_cost_center_is_bounded_by_its_budget_or_by_a_limit_of_nodes(
    policy: Policy, is_bounded: bool
):
    assert policy.bounds("ML-1234") is is_bounded


AMOUNTS = st.floats(0, 1e6, allow_nan=False)


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.floats(1, 1e6))
def test_more_is_never_granted_where_less_was_refused(
    used: float, reserved: float, own: float, required: float, more: float
):
    """The percentage rises with each part, and only an increase can be refused."""
    budget = with_budget(1000).find_budget("ML-1234")
    assert budget
    use = BudgetUse(used, reserved, own, required)
    larger = BudgetUse(used, reserved + more, own, required)
    assert larger.percent_of(budget) > use.percent_of(budget)
    assert use.is_increase is (use.increase > 0.005)
    assert use.increase == pytest.approx(max(required - own, 0))

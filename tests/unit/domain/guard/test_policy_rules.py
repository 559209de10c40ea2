"""The policy file refuses what it does not allow, with the field and the fix."""

from datetime import timedelta
from typing import Any

import pytest

from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.guard.admission import check_request, find_refusal
from domain.guard.plan import build_plan
from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.policy.facts import PolicyFacts
from domain.guard.policy.in_force import narrow
from domain.guard.policy.ledgers import NODES, cost_center_ledger
from domain.guard.policy.model import Policy
from domain.guard.situation import Situation
from tests.support.markets import A100_PRICE, a_market
from tests.support.policies import a_file
from tests.support.specs import NOON, a_policy, a_record, a_request, a_spec, spec_body

UNPRICED = "Standard_ND96isr_H200_v5"
"""In West Europe."""

A100, H100 = "Standard_NC24ads_A100_v4", "Standard_NC40ads_H100_v5"


def situation(policy: Policy, record: EnvironmentRecord | None = None, **known: Any) -> Situation:
    markets = {"westeurope": a_market(), "northeurope": a_market("northeurope")}
    return Situation(markets, record, policy=PolicyFacts(NOON, policy, **known))


def failed(
    policy: Policy, record: EnvironmentRecord | None = None, **spec: Any
) -> list[PlanCheck]:
    found = check_request(a_spec(**spec), situation(policy, record))
    return [check for check in found if check.verdict is Verdict.FAIL]


PREMIUM = {"sku": "Premium_AzureFrontDoor", "origin": "privateLink"}


@pytest.mark.parametrize(
    ("policy", "spec", "code", "target", "said"),
    [
        ({"allow": {"vmSizes": [H100]}}, {}, "VmSizeNotAllowed", "gpu.vmSize", H100),
        (
            {"allow": {"vmSizes": [A100.upper()]}},
            {"placement": {"vmSizes": [H100]}},
            "VmSizeNotAllowed",
            "placement.vmSizes[0]",
            H100,
        ),
        (
            {"allow": {"publicEndpoints": False}},
            {},
            "PublicEndpointsNotAllowed",
            "edge.origin",
            "privateLink",
        ),
        ({"limits": {"maxNodesPerEnvironment": 4}}, {}, "TooManyNodes", "gpu.maxNodes", "5"),
        (
            {"limits": {"maxNodesPerEnvironment": 9}},
            {"regions": ["westeurope", "northeurope"]},
            "TooManyNodes",
            "gpu.maxNodes",
            "10",
        ),
        ({"limits": {"maxNodesPerCostCenter": 4}}, {}, "TooManyNodes", "gpu.maxNodes", "ML-1234"),
        ({"limits": {"maxLifetimeDays": 30}}, {}, "LifetimeTooLong", "expiresAt", "missing"),
        (
            {"limits": {"maxLifetimeDays": 30}},
            {"expiresAt": (NOON + timedelta(days=31)).isoformat()},
            "LifetimeTooLong",
            "expiresAt",
            "30 days",
        ),
        ({"requiredTags": ["team"]}, {}, "TagMissing", "tags.team", "team"),
        (
            {"allow": {"onFailure": ["delete"]}},
            {},
            "OnFailureNotAllowed",
            "onFailure",
            "Use one of: delete",
        ),
    ],
)
def test_what_is_not_allowed_fails(
    policy: dict[str, Any], spec: dict[str, Any], code: str, target: str, said: str
):
    (check,) = failed(a_file(**policy), **spec)
    assert (check.code, check.target) == (code, target)
    assert said in check.message
    refusal = find_refusal(a_spec(**spec), situation(a_file(**policy)))
    assert refusal
    assert (refusal.code, refusal.message) == (check.code, check.message)


@pytest.mark.parametrize(
    ("policy", "spec"),
    [
        ({}, {}),
        ({"allow": {"vmSizes": [A100.upper()]}}, {}),
        ({"allow": {"publicEndpoints": False}}, {"edge": PREMIUM}),
        ({"limits": {"maxNodesPerEnvironment": 5, "maxNodesPerCostCenter": 5}}, {}),
        (
            {"limits": {"maxLifetimeDays": 30}},
            {"expiresAt": (NOON + timedelta(days=30)).isoformat()},
        ),
        ({"requiredTags": ["team"]}, {"tags": {"Team": "fraud"}}),
        ({"allow": {"onFailure": ["delete"]}}, {"onFailure": "delete"}),
        ({"allow": {"onFailure": ["keep", "delete"]}}, {}),
    ],
)
def test_what_is_allowed_passes(policy: dict[str, Any], spec: dict[str, Any]):
    assert failed(a_file(**policy), **spec) == []


def test_the_environments_of_a_cost_center_share_its_nodes():
    other = a_record(a_request(spec=a_spec(name="other-llm")))
    policy = a_file(limits={"maxNodesPerCostCenter": 9})
    (check,) = [
        each
        for each in check_request(a_spec(), situation(policy, records=(other,)))
        if each.code == "TooManyNodes"
    ]
    assert (check.required, check.used, check.limit) == (5, 5, 9)


@pytest.mark.parametrize(
    ("limits", "others", "claimed", "expected"),
    [
        (
            {"maxNodesPerEnvironment": 4},
            (),
            0,
            "TooManyNodes fail: The policy allows 4 GPU nodes for environment fraud-llm: 5 are "
            "asked for. Lower gpu.maxNodes, or name fewer regions. (nodes of the environment)",
        ),
        (
            {"maxNodesPerEnvironment": 5},
            ("other-llm",),
            0,
            "NodesAllowed ok: The policy allows 5 GPU nodes for environment fraud-llm: 5 are "
            "asked for. (nodes of the environment)",
        ),
        (
            {"maxNodesPerCostCenter": 12},
            ("fraud-llm", "other-llm"),
            3,
            "TooManyNodes fail: The policy allows 12 GPU nodes for cost center ML-1234: 5 are "
            "asked for, and others may have 8. Lower gpu.maxNodes, or name fewer regions. "
            "(nodes of the cost center)",
        ),
        (
            {"maxNodesPerCostCenter": 13},
            ("fraud-llm", "other-llm"),
            3,
            "NodesAllowed ok: The policy allows 13 GPU nodes for cost center ML-1234: 5 are "
            "asked for, and others may have 8. (nodes of the cost center)",
        ),
    ],
)
def test_a_limit_of_nodes_tells_its_sum(
    limits: dict[str, int], others: tuple[str, ...], claimed: int, expected: str
):
    records = tuple(a_record(a_request(spec=a_spec(name=name))) for name in others)
    ledger = {cost_center_ledger("ML-1234"): {NODES: claimed}}
    known = situation(a_file(limits=limits), records=records, claimed=ledger)
    told = [
        f"{each.code} {each.verdict}: {each.message} ({each.name})"
        for each in check_request(a_spec(), known)
        if each.target == "gpu.maxNodes"
    ]
    assert told == [expected]


def test_a_rule_that_came_later_keeps_a_live_environment_from_nothing_else():
    live = a_record().model_copy(update={"phase": Phase.READY})
    policy = a_file(allow={"vmSizes": [H100]}, requiredTags=["team"])
    assert failed(policy, live, owner="other@example.com") == []
    more = {"vmSize": "Standard_NC48ads_A100_v4", "maxNodes": 2}
    assert [each.code for each in failed(policy, live, gpu=more)] == ["VmSizeNotAllowed"]


def test_alternatives_are_those_that_the_policy_allows():
    policy = a_file(allow={"regions": ["westeurope"], "vmSizes": [H100]})
    plan = build_plan(a_spec(), situation(policy), NOON)
    assert plan.verdict is Verdict.FAIL
    offers = [each.offer for each in plan.alternatives]
    assert {(offer.region, offer.vm_size) for offer in offers} == {("westeurope", H100)}


@pytest.mark.parametrize(("above", "needs"), [(1000, True), (100_000, False)])
def test_a_dear_environment_needs_approval(above: float, needs: bool):
    policy = a_file(approval={"abovePerMonth": above})
    plan = build_plan(a_spec(), situation(policy), NOON)
    assert plan.requires_approval is needs
    assert plan.verdict is (Verdict.WARN if needs else plan.verdict)
    live = a_record().model_copy(update={"phase": Phase.READY})
    same = build_plan(a_spec(owner="b@example.com"), situation(policy, live), NOON)
    assert not same.requires_approval, "it gets no dearer"
    assert plan.estimate.at_replicas.usd_per_hour > A100_PRICE


DEAR, NO_PRICE = "Standard_NC40ads_H100_v5", "Standard_NC80adis_H100_v5"


@pytest.mark.parametrize(
    ("placement", "gpu", "needs"),
    [
        ({}, {}, False),
        ({"regions": ["northeurope"]}, {}, False),
        ({"vmSizes": [DEAR]}, {}, True),
        ({"vmSizes": [NO_PRICE]}, {}, True),
        ({"regularIfNoSpot": True}, {"spot": True}, False),
        ({"vmSizes": [DEAR], "regularIfNoSpot": True}, {"spot": True}, True),
    ],
)
def test_the_dearest_offer_that_a_cell_may_get_is_what_needs_approval(
    placement: dict[str, Any], gpu: dict[str, Any], needs: bool
):
    """Azure may lack capacity for all that are cheaper."""
    policy = a_file(approval={"abovePerMonth": 5000})
    spec = a_spec(placement=placement, gpu={"vmSize": A100, "maxNodes": 5, **gpu})
    plan = build_plan(spec, situation(policy), NOON)
    assert plan.requires_approval is needs
    assert plan.estimate.at_replicas.usd_per_month < 5000, "of what is tried first"


def test_gpus_without_a_list_price_need_approval_where_dear_ones_do():
    policy = a_file(approval={"abovePerMonth": 100_000})
    h200 = {"vmSize": UNPRICED, "maxNodes": 2}
    plan = build_plan(a_spec(gpu=h200), situation(policy), NOON)
    assert plan.requires_approval
    (why,) = [each for each in plan.checks if each.code == "ApprovalRequired"]
    assert why.message == (
        f"No list price is known for GPU node {UNPRICED} in westeurope: it may cost more than "
        "100000.00 USD per month, so a second person has to approve it."
    )
    free = build_plan(a_spec(cluster={"tier": "Free"}), situation(policy), NOON)
    assert not free.requires_approval, "no price is known for its control plane alone"
    assert not build_plan(a_spec(gpu=h200), situation(a_file()), NOON).requires_approval


@pytest.mark.parametrize(("replicas", "needs"), [(0, False), (1, False), (2, True)])
def test_a_live_environment_without_a_list_price_needs_approval_for_more_nodes(
    replicas: int, needs: bool
):
    h200 = {"vmSize": UNPRICED, "maxNodes": 2}
    built = a_spec(gpu=h200, workload={**spec_body()["workload"], "gpusPerReplica": 8})
    live = a_record(a_request(spec=built)).model_copy(update={"phase": Phase.READY})
    workload = built.workload.model_copy(update={"replicas": replicas})
    changed = built.model_copy(update={"workload": workload})
    policy = a_file(approval={"abovePerMonth": 100_000})
    assert build_plan(changed, situation(policy, live), NOON).requires_approval is needs


def test_the_file_narrows_what_the_settings_allow_and_never_widens_it():
    settings = a_policy(("westeurope", "North Europe"), allows_anonymous_access=True)
    file = a_file(
        allow={
            "regions": ["northeurope", "uksouth"],
            "accessModeNone": False,
            "originTransportHttp": False,
        }
    )
    both = narrow(settings, file)
    assert list(both.allowed_regions) == ["northeurope"]
    assert (both.allows_anonymous_access, both.allows_http_origins) == (False, False)
    wide = a_file(allow={"accessModeNone": True, "originTransportHttp": True})
    strict = a_policy(allows_anonymous_access=False, allows_http_origins=False)
    kept = narrow(strict, wide)
    assert (kept.allows_anonymous_access, kept.allows_http_origins) == (False, False)


@pytest.mark.parametrize(
    ("limits", "max_nodes", "verdict"),
    [
        ({"maxNodesPerEnvironment": 2}, 4, Verdict.WARN),
        ({"maxNodesPerEnvironment": 2}, 6, Verdict.FAIL),
        ({"maxNodesPerCostCenter": 4}, 4, Verdict.WARN),
        ({"maxNodesPerCostCenter": 4}, 6, Verdict.FAIL),
    ],
)
def test_a_later_limit_of_nodes_keeps_no_environment_from_having_fewer(
    limits: dict[str, int], max_nodes: int, verdict: Verdict
):
    live = a_record().model_copy(update={"phase": Phase.READY})
    other = a_record(a_request(spec=a_spec(name="other-llm")))
    spec = a_spec(gpu={"vmSize": A100, "maxNodes": max_nodes})
    found = check_request(spec, situation(a_file(limits=limits), live, records=(live, other)))
    (check,) = [each for each in found if each.code == "TooManyNodes"]
    assert check.verdict is verdict


def test_fewer_nodes_do_not_take_an_environment_into_a_cost_center_that_has_no_room():
    spec = a_spec(costCenter="RISK-7", gpu={"vmSize": A100, "maxNodes": 3})
    live = a_record().model_copy(update={"phase": Phase.READY})
    found = check_request(spec, situation(a_file(limits={"maxNodesPerCostCenter": 2}), live))
    (check,) = [each for each in found if each.code == "TooManyNodes"]
    assert check.verdict is Verdict.FAIL


@pytest.mark.parametrize("value", [True, False])
def test_what_only_the_settings_rule_stays_as_they_have_it(value: bool):
    both = narrow(
        a_policy(verifies_tokens=value, requires_disk_encryption_set=not value), a_file()
    )
    assert (both.verifies_tokens, both.requires_disk_encryption_set) == (value, not value)

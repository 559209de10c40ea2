"""The problems of a policy file, each with its line, its field and what to write instead."""

import math
from typing import Any

import pytest

from domain.guard.policy.model import Policy
from domain.guard.policy.parse import LocatedDocument, Place, digest_of, parse_policy

LINES: dict[Place, int] = {
    (): 1,
    ("version",): 1,
    ("allow",): 2,
    ("allow", "region"): 3,
    ("allow", "regions"): 3,
    ("limits",): 5,
    ("limits", "maxLifetimeDays"): 6,
    ("costCenters",): 7,
    ("costCenters", "ML-1"): 8,
    ("costCenters", "ML-1", "groups"): 9,
    ("costCenters", "ML-1", "groups", 1): 11,
    ("costCenters", "ML-1", "budget"): 12,
}


def problems(value: Any) -> list[str]:
    found = parse_policy(LocatedDocument(value, LINES))
    assert not isinstance(found, Policy)
    return [each.describe() for each in found]


@pytest.mark.parametrize("value", [None, "version", [1], {}, {"allow": {}}])
def test_what_is_no_policy_says_how_one_begins(value: Any):
    assert problems(value) == [
        "line 1, version: Write a mapping that begins with 'version: 1'.",
    ]


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        (
            {"approvals": {}},
            "line 1, approvals: Remove 'approvals'. Known fields: version, allow, limits, "
            "requiredTags, approval, costCenters.",
        ),
        (
            {"allow": {"region": ["westeurope"]}},
            "line 3, allow.region: Remove 'region'. Known fields: regions, vmSizes, "
            "publicEndpoints, accessModeNone, originTransportHttp, onFailure.",
        ),
        (
            {"allow": {"public_endpoints": False}},
            "line 2, allow.public_endpoints: Remove 'public_endpoints'. Known fields: regions, "
            "vmSizes, publicEndpoints, accessModeNone, originTransportHttp, onFailure.",
        ),
        (
            {"costCenters": {"ML-1": {"owner": "me"}}},
            "line 8, costCenters.ML-1.owner: Remove 'owner'. Known fields: groups, senders, "
            "budget.",
        ),
        (
            {"costCenters": {"ML-1": {"budget": {"perMonth": 1, "perDay": 1}}}},
            "line 12, costCenters.ML-1.budget.perDay: Remove 'perDay'. Known fields: perMonth, "
            "warnAt, approvalAt, refuseAt, onExceeded.",
        ),
        (
            {"costCenters": {"ML-1": {"budget": {}}}},
            "line 12, costCenters.ML-1.budget.perMonth: Add 'perMonth'.",
        ),
        ({"limits": []}, "line 5, limits: Use a mapping."),
        ({"allow": {"regions": "westeurope"}}, "line 3, allow.regions: Use a list."),
        ({"version": 2}, "line 1, version: Input should be 1."),
        (
            {"limits": {"maxLifetimeDays": 0}},
            "line 6, limits.maxLifetimeDays: Use a number of at least 1.",
        ),
    ],
)
def test_a_problem_has_its_line_its_field_and_its_remedy(sections: Any, expected: str):
    assert problems({"version": 1, **sections}) == [expected]


@pytest.mark.parametrize("amount", [True, "5", math.inf, math.nan, 0, -1])
def test_an_amount_is_a_number_above_zero(amount: object):
    budget = {"costCenters": {"ML-1": {"budget": {"perMonth": amount}}}}
    assert [each.partition(":")[0] for each in problems({"version": 1, **budget})] == [
        "line 12, costCenters.ML-1.budget.perMonth"
    ]
    assert len(problems({"version": 1, "approval": {"abovePerMonth": amount}})) == 1


def test_groups_are_written_as_tokens_have_them():
    group = "11111111-2222-3333-4444-55555555555A"
    policy = parse_policy(
        LocatedDocument({"version": 1, "costCenters": {"ML-1": {"groups": [group]}}}, LINES)
    )
    assert isinstance(policy, Policy)
    assert policy.cost_centers["ML-1"].groups == {group.lower()}


def test_an_entry_of_a_list_is_named_by_its_number():
    groups = ["8f0d4c1e-1a4b-4c57-9f3a-2d1c0b9a8e77", "x"]
    (problem,) = problems({"version": 1, "costCenters": {"ML-1": {"groups": groups}}})
    assert problem.startswith("line 11, costCenters.ML-1.groups[1]: ")


def test_a_cost_centers_name_is_a_value_as_well():
    (problem,) = problems({"version": 1, "costCenters": {"no spaces, please": {}}})
    assert problem.startswith("line 7, costCenters.no spaces, please: ")
    assert problem.endswith(".")


def test_all_problems_are_told_by_their_lines():
    value = {
        "version": 1,
        "costCenters": {"ML-1": {"budget": {}}},
        "limits": {"maxLifetimeDays": 0},
        "allow": {"region": []},
    }
    assert [problem.partition(",")[0] for problem in problems(value)] == [
        "line 3",
        "line 6",
        "line 12",
    ]


def test_a_good_file_is_a_policy():
    value = {"version": 1, "limits": {"maxLifetimeDays": 30}}
    found = parse_policy(LocatedDocument(value, LINES))
    assert isinstance(found, Policy)
    assert found.limits.max_lifetime_days == 30


def test_a_digest_names_a_version():
    assert digest_of(b"version: 1\n") == digest_of(b"version: 1\n") != digest_of(b"version: 2\n")
    assert len(digest_of(b"")) == 12

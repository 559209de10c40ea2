"""A deployment decides whether models may be open to everybody, and whose tokens open them."""

from typing import Any

import pytest

from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.validation import parse_spec
from tests.support.specs import a_policy, spec_body

OPEN = {"mode": "none"}
ALL_RULES = [(verifies, anonymous) for verifies in (True, False) for anonymous in (True, False)]


@pytest.mark.parametrize(("verifies_tokens", "allows_anonymous_access"), ALL_RULES)
@pytest.mark.parametrize("access", [None, {"mode": "entra"}, OPEN, {"rateLimit": None}])
def test_a_mode_is_refused_where_the_deployment_has_no_place_for_it(
    access: dict[str, Any] | None, verifies_tokens: bool, allows_anonymous_access: bool
):
    policy = a_policy(
        verifies_tokens=verifies_tokens, allows_anonymous_access=allows_anonymous_access
    )
    parsed = parse_spec(spec_body(**({} if access is None else {"access": access})), policy)
    is_open = access == OPEN
    if allows_anonymous_access if is_open else verifies_tokens:
        assert isinstance(parsed, EnvironmentSpec)
        return
    assert isinstance(parsed, list)
    (problem,) = parsed
    assert problem.target == "access.mode"
    assert problem.code == ("AnonymousAccessNotAllowed" if is_open else "TokensNotConfigured")


@pytest.mark.parametrize(
    ("access", "target", "fix"),
    [
        ({"mode": "open"}, "access.mode", "Use 'entra' or 'none'."),
        ({"invokers": {"appRoles": ["My Role"]}}, "access.invokers.appRoles[0]", "without blanks"),
        ({"invokers": {"groups": ["g"]}}, "access.invokers.groups[0]", "UUIDs"),
        ({"invokers": {"objectIds": ["me"]}}, "access.invokers.objectIds[0]", "UUIDs"),
        ({"invokers": {"users": []}}, "access.invokers.users", "Known fields: appRoles, groups"),
        ({"rateLimit": {"burst": 1}}, "access.rateLimit.requestsPerMinute", "Add "),
        ({"rateLimit": {"perMinute": 1}}, "access.rateLimit.perMinute", "requestsPerMinute"),
        ({"audience": "x"}, "access.audience", "Known fields: mode, invokers, rateLimit"),
    ],
)
def test_what_is_wrong_with_access_is_named(access: dict[str, Any], target: str, fix: str):
    parsed = parse_spec(spec_body(access=access), a_policy())
    assert isinstance(parsed, list)
    found = {problem.target: problem for problem in parsed}
    assert fix in found[target].message


@pytest.mark.parametrize(
    ("access", "idle", "is_refused"),
    [
        (OPEN, {"wakeOnRequest": True}, True),
        (OPEN, {"wakeOnRequest": False}, False),
        (OPEN, {}, False),
        ({}, {"wakeOnRequest": True}, False),
        (None, {"wakeOnRequest": True}, False),
        (OPEN, None, False),
    ],
)
def test_nobody_unknown_wakes_an_environment(access: Any, idle: Any, is_refused: bool):
    sections = {"access": access, "idle": idle}
    body = spec_body(**{name: each for name, each in sections.items() if each is not None})
    parsed = parse_spec(body, a_policy(allows_anonymous_access=True))
    if not is_refused:
        assert isinstance(parsed, EnvironmentSpec)
        return
    assert isinstance(parsed, list)
    assert [(each.code, each.target) for each in parsed] == [
        ("WakeOnRequestNeedsTokens", "idle.wakeOnRequest")
    ]


def test_what_is_recorded_is_one_of_three():
    parsed = parse_spec(spec_body(audit={"content": "all"}), a_policy())
    assert parsed == [Problem("InvalidValue", "Use 'none', 'hash' or 'full'.", "audit.content")]

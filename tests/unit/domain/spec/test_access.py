"""Who may invoke a model, how often, and what is recorded, as specifications say it."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.spec.access import Access, AccessMode, Audit, AuditContent, RateLimit

ID = "11111111-2222-3333-4444-555555555555"
OTHER = "66666666-7777-8888-9999-000000000000"
HEX = "ABCDEF00-7777-8888-9999-000000000000"


def test_callers_need_the_default_role_if_nothing_else_is_said() -> None:
    access = Access.from_wire({})
    assert access.mode is AccessMode.ENTRA
    assert access.invokers.app_roles == ("Model.Invoke",)
    assert (access.invokers.groups, access.invokers.object_ids) == ((), ())
    assert access.rate_limit is None


def test_hashes_are_recorded_if_nothing_else_is_said() -> None:
    assert Audit.from_wire({}).content is AuditContent.HASH


def test_roles_may_be_replaced_by_ids_as_tokens_spell_them() -> None:
    access = Access.from_wire(
        {"mode": "entra", "invokers": {"appRoles": [], "groups": [HEX], "objectIds": [ID]}}
    )
    assert access.invokers.app_roles == ()
    assert access.invokers.groups == (HEX.lower(),)
    assert access.invokers.object_ids == (ID,)


def test_a_section_is_sent_as_it_was_read() -> None:
    wire = {
        "mode": "none",
        "invokers": {"appRoles": ["Model.Invoke"], "groups": [ID, OTHER], "objectIds": []},
        "rateLimit": {"requestsPerMinute": 60, "burst": 60},
    }
    assert Access.from_wire(wire).to_wire() == wire
    assert RateLimit.from_wire({"requestsPerMinute": 60_000}).burst is None


@pytest.mark.parametrize(
    ("wire", "code", "target"),
    [
        ({"mode": "key"}, "enum", "mode"),
        ({"invokers": {"appRoles": []}}, "NoInvokers", "invokers"),
        ({"invokers": {"appRoles": ["a role"]}}, "string_pattern_mismatch", "appRoles"),
        ({"invokers": {"appRoles": ["r" * 121]}}, "string_too_long", "appRoles"),
        ({"invokers": {"appRoles": ["a", "a"]}}, "DuplicateInvoker", "appRoles"),
        ({"invokers": {"appRoles": [f"r{n}" for n in range(21)]}}, "too_long", "appRoles"),
        ({"invokers": {"groups": ["admins"]}}, "string_pattern_mismatch", "groups"),
        ({"invokers": {"groups": [HEX, HEX.lower()]}}, "DuplicateInvoker", "groups"),
        ({"invokers": {"groups": [ID] * 51}}, "too_long", "groups"),
        ({"invokers": {"objectIds": [f"{ID}0"]}}, "string_pattern_mismatch", "objectIds"),
        ({"invokers": {"objectIds": [ID] * 51}}, "too_long", "objectIds"),
        ({"invokers": {"users": [ID]}}, "extra_forbidden", "users"),
        ({"rateLimit": {}}, "missing", "requestsPerMinute"),
        ({"rateLimit": {"requestsPerMinute": 0}}, "greater_than_equal", "requestsPerMinute"),
        ({"rateLimit": {"requestsPerMinute": 60_001}}, "less_than_equal", "requestsPerMinute"),
        ({"rateLimit": {"requestsPerMinute": "60"}}, "int_type", "requestsPerMinute"),
        ({"rateLimit": {"requestsPerMinute": 9, "burst": 0}}, "greater_than_equal", "burst"),
        ({"rateLimit": {"requestsPerMinute": 9, "burst": 10}}, "InvalidBurst", "burst"),
    ],
)
def test_what_cannot_be_meant_is_refused(wire: dict[str, Any], code: str, target: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Access.from_wire(wire)
    (error,) = refused.value.errors()
    assert error["type"] == code
    assert target in error["loc"]


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        (
            {"invokers": {"appRoles": []}},
            "No caller is named: list an app role, a group or an object id, or leave invokers "
            "out.",
        ),
        (
            {"rateLimit": {"requestsPerMinute": 9, "burst": 10}},
            "burst 10 is above requestsPerMinute 9: lower burst or raise requestsPerMinute.",
        ),
        ({"invokers": {"groups": [ID, ID]}}, "List each invoker once."),
    ],
)
def test_a_refusal_says_how_to_correct_it(wire: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Access.from_wire(wire)
    assert refused.value.errors()[0]["msg"] == message

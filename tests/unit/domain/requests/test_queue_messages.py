from typing import Any

import pytest

from domain.environment.operation import OperationKind
from domain.guard.policy.access import read_access_rules
from domain.problem import Problem
from domain.requests.caller import Caller
from domain.requests.command import CANCEL, RETRY, ROLLBACK, Command
from domain.requests.queue_messages import (
    EVENT_KINDS,
    SENDER_NOT_ALLOWED,
    MessageProperties,
    parse_message,
)
from domain.requests.scopes import EVERYTHING, OPEN, AccessRules, CallerScope
from tests.support.callers import TWO_TEAMS as POLICY
from tests.support.messages import cloud_event
from tests.support.specs import NOON, a_policy, a_spec, spec_body

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
NAME = {"name": "fraud-llm"}
TWO_TEAMS = read_access_rules(POLICY)


def parse(
    body: Any, session_id: str | None = "fraud-llm", message_id: str | None = "message-1"
) -> Command | list[Problem]:
    properties = MessageProperties(session_id, message_id)
    return parse_message(body, properties, a_policy(), NOON)


def test_a_provision_brings_the_specification_that_rest_would_bring():
    found = parse(cloud_event("provision", spec_body(), traceparent=TRACE))
    assert found == Command(
        OperationKind.PROVISION,
        "fraud-llm",
        a_spec(),
        waits=True,
        caller=Caller(request_id="message-1", requested_by="/portals/ml", traceparent=TRACE),
    )


@pytest.mark.parametrize(
    ("kind", "data", "force"),
    [
        ("delete", NAME, False),
        ("delete", {**NAME, "force": True}, True),
        ("wake", NAME, False),
        ("scale-down", NAME, False),
    ],
)
def test_the_others_bring_a_name(kind: str, data: dict[str, Any], force: bool):
    found = parse(cloud_event(kind, data, subject="/environments/fraud-llm", extension="any"))
    assert isinstance(found, Command)
    assert (found.kind, found.name, found.spec, found.force) == (kind, "fraud-llm", None, force)
    assert found.waits, "a message does not cancel what runs"


def test_a_specification_that_has_expired_already_is_refused():
    found = parse(cloud_event("provision", spec_body(expiresAt="2026-11-22T11:59:00Z")))
    assert isinstance(found, list)
    assert [(problem.code, problem.target) for problem in found] == [("InvalidValue", "expiresAt")]


def test_a_rollback_may_bring_a_version_and_a_reason():
    found = parse(cloud_event("rollback", {**NAME, "toVersion": 4, "reason": "It is slow."}))
    assert isinstance(found, Command)
    assert (found.kind, found.to_version, found.reason) == (ROLLBACK, 4, "It is slow.")
    plain = parse(cloud_event("rollback", NAME))
    assert isinstance(plain, Command)
    assert (plain.to_version, plain.reason, plain.waits) == (None, None, True)
    assert plain.digest != found.digest


def test_a_rollback_to_no_version_is_refused():
    found = parse(cloud_event("rollback", {**NAME, "toVersion": 0}))
    assert isinstance(found, list)
    assert [(problem.code, problem.target) for problem in found] == [("InvalidValue", "toVersion")]


def test_every_kind_of_command_has_a_message():
    assert set(EVENT_KINDS.values()) == {*OperationKind, RETRY, CANCEL, ROLLBACK}


def test_without_a_message_id_the_events_own_identity_is_the_callers():
    found = parse(cloud_event("wake", NAME), message_id=None)
    assert isinstance(found, Command)
    assert found.caller.request_id == "/portals/ml#event-1"


def without(attribute: str) -> dict[str, Any]:
    event = cloud_event("wake", NAME)
    del event[attribute]
    return event


@pytest.mark.parametrize(
    ("body", "session_id", "expected"),
    [
        pytest.param([], "fraud-llm", [("InvalidBody", "")], id="no object"),
        pytest.param(without("specversion"), "fraud-llm", [("MissingField", "specversion")]),
        pytest.param(without("id"), "fraud-llm", [("MissingField", "id")]),
        pytest.param(without("source"), "fraud-llm", [("MissingField", "source")]),
        pytest.param(without("data"), "fraud-llm", [("MissingField", "data")]),
        pytest.param(
            cloud_event("wake", NAME, specversion="0.3"),
            "fraud-llm",
            [("InvalidValue", "specversion")],
            id="another version of CloudEvents",
        ),
        pytest.param(
            cloud_event("wake", "fraud-llm"), "fraud-llm", [("InvalidValue", "data")], id="text"
        ),
        pytest.param(
            cloud_event("explode", NAME), "fraud-llm", [("UnknownEventType", "type")], id="type"
        ),
        pytest.param(
            cloud_event("provision", spec_body(colour="blue", owner="nobody")),
            "fraud-llm",
            [("InvalidValue", "owner"), ("UnknownField", "colour")],
            id="what REST refuses",
        ),
        pytest.param(
            cloud_event("provision", spec_body(regions=["atlantis"])),
            "fraud-llm",
            [("RegionNotAllowed", "regions[0]")],
            id="what is forbidden here",
        ),
        pytest.param(
            cloud_event("wake", {**NAME, "force": True}),
            "fraud-llm",
            [("UnknownField", "force")],
            id="force without deletion",
        ),
        pytest.param(
            cloud_event("wake", {"name": "No name"}), "x", [("InvalidName", "name")], id="name"
        ),
        pytest.param(
            cloud_event("wake", NAME), "other", [("SessionIdMismatch", "sessionId")], id="session"
        ),
        pytest.param(
            cloud_event("wake", NAME), None, [("SessionIdMismatch", "sessionId")], id="no session"
        ),
        pytest.param(
            cloud_event("wake", NAME, subject="/environments/other"),
            "fraud-llm",
            [("SubjectMismatch", "subject")],
            id="subject",
        ),
    ],
)
def test_what_can_never_work_is_told_with_its_target(
    body: Any, session_id: str | None, expected: list[tuple[str, str]]
):
    found = parse(body, session_id)
    assert isinstance(found, list)
    assert sorted((problem.code, problem.target) for problem in found) == sorted(expected)
    assert all(problem.message for problem in found)


def test_an_unknown_type_is_told_the_known_ones():
    found = parse(cloud_event("explode", NAME))
    assert isinstance(found, list)
    known = found[0].message.removeprefix("Use one of ").removesuffix(".")
    assert known.split(", ") == list(EVENT_KINDS)


def test_the_fix_for_a_mistyped_field_names_the_messages_own_field():
    found = parse(cloud_event("delete", {**NAME, "Force": True}))
    assert isinstance(found, list)
    assert [problem.message for problem in found] == ["Use 'force' instead of 'Force'."]


@pytest.mark.parametrize(
    ("source", "rules", "scope"),
    [
        ("/portals/ml", TWO_TEAMS, CallerScope(frozenset({"ML-1234"}))),
        ("/portals/risk-eu", TWO_TEAMS, CallerScope(frozenset({"RISK-7"}))),
        ("/portals/ml", OPEN, EVERYTHING),
    ],
)
def test_a_command_is_bound_to_the_cost_centers_of_its_sender(
    source: str, rules: AccessRules, scope: CallerScope
):
    message, properties = (
        cloud_event("wake", NAME, source=source),
        MessageProperties("fraud-llm", None),
    )
    found = parse_message(message, properties, a_policy(), NOON, rules)
    assert isinstance(found, Command)
    assert found.scope == scope


def test_a_sender_of_no_cost_center_is_refused():
    message = cloud_event("wake", NAME, source="/portals/other")
    found = parse_message(
        message, MessageProperties("fraud-llm", None), a_policy(), NOON, TWO_TEAMS
    )
    assert isinstance(found, list)
    assert [(each.code, each.target) for each in found] == [(SENDER_NOT_ALLOWED, "source")]

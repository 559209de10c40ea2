"""Approvals and the audit."""

import pytest
from gridplane.errors import Interrupted

from domain.requests.app_roles import AppRole
from domain.requests.principal import Principal
from tests.support.callers import ALICE, BOB
from tests.support.command_line import NAME, CommandLine
from tests.support.policies import a_file, reading


def a_caller(object_id: str, *roles: AppRole) -> Principal:
    return Principal(object_id=object_id, roles=frozenset(map(str, roles)), is_person=True)


@pytest.fixture
def asked(cli: CommandLine) -> CommandLine:
    """Alice has asked for a creation that Bob may approve."""
    cli.read_policy = reading(a_file(approval={"abovePerMonth": 100}))
    cli.caller = a_caller(ALICE, AppRole.WRITE)
    result = cli("apply", "-f", cli.spec_file(), "--yes", "--detach")
    assert result.code == 0, result.err
    cli.hub.deliver("fraud-llm.1")
    cli.caller = a_caller(BOB, AppRole.APPROVE, AppRole.READ_AUDIT)
    return cli


def test_what_waits_is_listed_and_approved_as_it_is_shown(asked: CommandLine):
    assert asked("approvals", "-o", "name").out == f"{NAME}\n"
    assert ALICE in asked("approvals").out
    result = asked("approve", NAME, "--yes", "--detach")
    assert (result.code, result.out) == (0, "fraud-llm.1\n"), result.err
    assert ALICE in result.err
    (sent,) = asked.bodies("POST", f"/environments/{NAME}/approve")
    assert sent["planDigest"]
    asked.hub.answer()
    assert asked("approvals").out == "Nothing waits for approval.\n"
    assert "NothingAwaitsApproval" in asked("approve", NAME, "--yes").err


def test_what_waits_says_for_what(asked: CommandLine):
    def interrupt() -> None:
        raise Interrupted

    asked.meanwhile = [interrupt]
    result = asked("watch", NAME)
    title, waits, way = result.err.splitlines()[:3]
    assert (result.code, title.split()[2]) == (130, "NotStarted")
    assert waits.startswith("Waits for approval until 20")
    assert way == "Someone else approves it with `gridplane approve fraud-llm`."
    assert "fraud-llm.1 waits until 20" in asked("show", NAME).out


def test_it_says_so_once(asked: CommandLine):
    asked.meanwhile = [lambda: None, lambda: None, lambda: asked.finish("fraud-llm.1")]
    result = asked("watch", "fraud-llm.1")
    assert (result.code, result.err.count("Waits for approval")) == (0, 1)


def test_an_approval_asks(asked: CommandLine):
    result = asked("approve", NAME)
    assert (result.code, "Add --yes." in result.err) == (2, True)
    assert asked.hub.answers == []


def test_a_rejection_has_a_reason(asked: CommandLine):
    result = asked("reject", NAME, "--reason", "Use the smaller size first.")
    assert (result.code, result.out) == (0, "fraud-llm.1\n"), result.err
    record = asked.hub.answer()
    assert record.operations[-1].approval
    assert record.operations[-1].approval.reason == "Use the smaller size first."
    assert asked("reject", NAME).code == 2


def test_the_audit_tells_who_has_asked(asked: CommandLine):
    result = asked("audit", "--environment", NAME)
    assert result.code == 0, result.err
    (line,) = [each for each in result.out.splitlines() if ALICE in each]
    assert "createEnvironment" in line
    assert asked("audit", "--actor", "sweep", "-o", "json").json == []

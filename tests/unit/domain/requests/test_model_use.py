"""Which environments keep a model in the registry, and which of them a caller is told."""

from typing import Any

import pytest

from domain.environment.approval_records import request_approval
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.requests.model_use import MOST_NAMED, describe_users, find_users, list_unbegun
from domain.requests.scopes import EVERYTHING, CallerScope
from domain.spec.model import EnvironmentSpec
from tests.support.approvals import a_waiting_request
from tests.support.specs import NOON, a_record, a_request, a_spec, spec_body


def a_user(name: str, model: str | None = "llm", version: str = "7") -> EnvironmentSpec:
    known: dict[str, Any] = {"model": {"name": model, "version": version}} if model else {}
    workload = {key: value for key, value in spec_body()["workload"].items() if key != "model"}
    return a_spec(name=name, workload={**workload, **known})


def live(spec: EnvironmentSpec, phase: Phase = Phase.READY) -> EnvironmentRecord:
    return a_record(a_request(spec=spec)).model_copy(update={"phase": phase})


RECORDS = [
    live(a_user("zulu")),
    live(a_user("asleep"), Phase.SCALED_DOWN),
    live(a_user("failed", version="6"), Phase.FAILED),
    live(a_user("gone"), Phase.DELETED),
    live(a_user("other", model="another")),
    live(a_user("none", model=None)),
]


@pytest.mark.parametrize(
    ("version", "unbegun", "users"),
    [
        ("7", (), ["asleep", "zulu"]),
        ("6", (), ["failed"]),
        ("5", (), []),
        (None, (), ["asleep", "failed", "zulu"]),
        ("7", (a_user("other"),), ["asleep", "other", "zulu"]),
        ("7", (a_user("other", version="6"), a_user("gone")), ["asleep", "zulu"]),
        ("6", (a_user("none", version="6"),), ["failed", "none"]),
    ],
)
def test_a_model_is_used_by_what_names_it_or_is_about_to(
    version: str | None, unbegun: tuple[EnvironmentSpec, ...], users: list[str]
):
    assert [each.name for each in find_users(RECORDS, unbegun, "llm", version)] == users


def test_operations_that_wait_have_not_begun():
    waiting = request_approval(None, a_waiting_request(), NOON)
    assert waiting
    assert list_unbegun([live(a_user("zulu")), waiting]) == ["fraud-llm.1"]


MINE = CallerScope(frozenset({"ML-1234"}))
THEIRS = CallerScope(frozenset({"RISK-7"}))
FOREIGN = live(a_spec(name="theirs", costCenter="RISK-7"))


@pytest.mark.parametrize(
    ("users", "scope", "said"),
    [
        (RECORDS[:2], EVERYTHING, "refer to it: zulu, asleep. Update or delete them first."),
        ([*RECORDS[:1], FOREIGN], MINE, "refer to it: zulu and 1 others. Update"),
        (RECORDS[:2], THEIRS, "Environments that you do not see refer to it: 2 of them."),
    ],
)
def test_only_what_a_caller_sees_is_named(
    users: list[EnvironmentRecord], scope: CallerScope, said: str
):
    assert said in describe_users(users, scope)


def test_no_more_than_some_are_named():
    users = [live(a_user(f"e{number:02}")) for number in range(MOST_NAMED + 3)]
    said = describe_users(users, EVERYTHING)
    assert f"e{MOST_NAMED - 1:02} and 3 others." in said
    assert f"e{MOST_NAMED:02}" not in said

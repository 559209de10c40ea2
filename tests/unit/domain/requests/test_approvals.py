from datetime import timedelta
from typing import Any

import pytest

from domain.environment.approval_records import request_approval
from domain.environment.call_stamp import CallStamp, Door
from domain.environment.record import EnvironmentRecord
from domain.requests.approvals import decide_answer, find_spec_refusal, find_unknown_requester
from domain.requests.decision import Forbidden, NotFound, PreconditionFailed, Refused
from domain.requests.principal import Principal
from tests.support.approvals import a_stamp, a_waiting_request
from tests.support.callers import ALICE, BOB, PIPELINE, PIPELINE_APP
from tests.support.specs import NOON, a_policy, a_record, a_spec

BY_APP = {"actor": PIPELINE, "is_person": False, "app": PIPELINE_APP}
BY_MESSAGE = {"door": Door.QUEUE, "actor": "/portals/ml", "is_person": False, "app": None}


def waiting(**stamp: Any) -> EnvironmentRecord:
    record = request_approval(None, a_waiting_request(stamp=a_stamp(**stamp)), NOON)
    assert record
    return record


def a_user(object_id: str | None = BOB, app_id: str = "cli", is_person: bool = True) -> Principal:
    return Principal(object_id=object_id, app_id=app_id, is_person=is_person)


@pytest.mark.parametrize(
    ("stamp", "approver", "code"),
    [
        pytest.param({}, a_user(), None, id="someone else"),
        pytest.param({}, a_user(ALICE), "ApproverIsRequester", id="the requester"),
        pytest.param({}, a_user(ALICE, "portal"), "ApproverIsRequester", id="by another app"),
        pytest.param({}, a_user(is_person=False), "ApproverNotAPerson", id="an app"),
        pytest.param({}, a_user(None), "ApproverNotAPerson", id="without an id"),
        pytest.param({}, None, "ApproverNotAPerson", id="nobody known"),
        pytest.param(BY_APP, a_user(), None, id="an app has requested it"),
        pytest.param(
            BY_APP,
            a_user(app_id=PIPELINE_APP),
            "ApproverIsRequester",
            id="its app for a user",
        ),
        pytest.param(
            {**BY_MESSAGE, "on_behalf_of": ALICE},
            a_user(ALICE),
            "ApproverIsRequester",
            id="by message before",
        ),
        pytest.param(
            {**BY_MESSAGE, "on_behalf_of": ALICE.upper()},
            a_user(ALICE),
            "ApproverIsRequester",
            id="by message, in capitals",
        ),
        pytest.param({**BY_MESSAGE, "on_behalf_of": ALICE}, a_user(), None, id="a message"),
        pytest.param(
            {"app": "cli", "is_person": True}, a_user(app_id="cli"), None, id="the same tool"
        ),
    ],
)
def test_someone_other_than_the_requester_answers(
    stamp: dict[str, Any], approver: Principal | None, code: str | None
):
    record = waiting(**stamp)
    decision = decide_answer(record, approver, None)
    if code is None:
        assert decision == record.waiting
    else:
        assert isinstance(decision, Forbidden)
        assert decision.code == code


def test_an_answer_is_for_the_plan_that_was_seen():
    record = waiting()
    assert decide_answer(record, a_user(), "0123") == record.waiting
    stale = decide_answer(record, a_user(), "4567")
    assert isinstance(stale, PreconditionFailed)
    assert stale.code == "PlanIsStale"


def test_what_does_not_wait_has_no_answer():
    assert decide_answer(None, a_user(), None) == NotFound()
    refused = decide_answer(a_record(), a_user(), None)
    assert isinstance(refused, Refused)
    assert refused.code == "NothingAwaitsApproval"


@pytest.mark.parametrize(
    ("stamp", "is_known"),
    [
        (a_stamp(), True),
        (a_stamp(**BY_APP), True),
        (a_stamp(actor=None), False),
        (a_stamp(**BY_MESSAGE), False),
        (a_stamp(**BY_MESSAGE, on_behalf_of=ALICE), True),
        (a_stamp(**BY_MESSAGE, on_behalf_of=ALICE.upper()), True),
        (a_stamp(**BY_MESSAGE, on_behalf_of="alice@example.com"), False),
        (a_stamp(**BY_MESSAGE, on_behalf_of=f"{ALICE} "), False),
        (None, False),
    ],
)
def test_a_requester_who_is_not_known_cannot_be_told_from_the_approver(
    stamp: CallStamp | None, is_known: bool
):
    assert (find_unknown_requester(stamp) is None) is is_known


@pytest.mark.parametrize(("hours", "is_outlawed"), [(1, False), (3, True)])
def test_what_has_expired_while_it_waited_is_no_valid_request_any_more(
    hours: int, is_outlawed: bool
):
    spec = a_spec(expiresAt=(NOON + timedelta(hours=2)).isoformat())
    refused = find_spec_refusal(spec, a_policy(), NOON + timedelta(hours=hours))
    assert (refused is not None) is is_outlawed
    assert refused is None or "expiresAt: " in refused.message

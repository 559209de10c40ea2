"""Requests that wait for approval, by all doors, and the answers to them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from domain.environment.phases import Phase
from domain.guard.policy.model import Policy
from domain.requests.app_roles import AppRole
from tests.support.callers import ALICE, BOB, ML, PIPELINE_APP, RISK, a_person, an_app
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Answer, Api
from tests.support.markets import A100_FAMILY, FakeMarkets, a_market, read_ample_market
from tests.support.messages import FakeMessage, cloud_event
from tests.support.policies import a_file, reading
from tests.support.specs import a_policy, spec_body
from triggers.service_bus_requests import take_message

URL = "environments/fraud-llm"
ALICE_WRITES = a_person(AppRole.WRITE, groups=[ML])
BOB_APPROVES = a_person(AppRole.APPROVE, object_id=BOB, groups=[ML])
NO_QUOTA = FakeMarkets({"westeurope": a_market(quota={A100_FAMILY: (0, 0)})})
CHANGED = {
    **spec_body(),
    "workload": {**spec_body()["workload"], "replicas": 2},
}


def above(price: float) -> Policy:
    groups = {"ML-1234": {"groups": [ML]}, "RISK-7": {"groups": [RISK]}}
    return a_file(approval={"abovePerMonth": price}, costCenters=groups)


def an_api(hub: FakeHub, price: float = 100, **options: Any) -> Api:
    policy = reading(above(price))
    return Api(hub, requires_app_roles=True, read_policy=policy, **options)


async def post(api: Api, action: str, headers: Mapping[str, str], body: Any = None) -> Answer:
    return await api.send("POST", f"{URL}/{action}", body or {}, dict(headers))


async def ask(hub: FakeHub, headers: Mapping[str, str] = ALICE_WRITES) -> Api:
    """For a creation that needs approval."""
    api = an_api(hub)
    created = await api.send("POST", "environments", spec_body(), dict(headers))
    assert created.status == 202
    hub.deliver("fraud-llm.1")
    return api


async def test_a_creation_waits_and_is_carried_out_once_approved(hub: FakeHub):
    api = an_api(hub)
    created = await api.send("POST", "environments", spec_body(), ALICE_WRITES)
    assert (created.status, created.json["status"]) == (202, "NotStarted")
    assert created.json["approval"]["state"] == "waiting"
    again = await api.send("POST", "environments", spec_body(), ALICE_WRITES)
    assert (again.status, again.json["id"]) == (202, "fraud-llm.1")
    shown = await api.send("GET", URL, headers=ALICE_WRITES)
    assert (shown.json["phase"], shown.json["approval"]["operationId"]) == (
        "AwaitingApproval",
        "fraud-llm.1",
    )
    hub.deliver("fraud-llm.1")
    digest = shown.json["approval"]["planDigest"]
    approved = await post(api, "approve", BOB_APPROVES, {"planDigest": digest})
    assert approved.status == 202
    assert hub.answer().phase is Phase.PROVISIONING
    begun = await api.send("GET", "operations/fraud-llm.1", headers=ALICE_WRITES)
    assert (begun.json["status"], begun.json["approval"]["decidedBy"]) == ("Running", BOB)
    assert (await post(api, "approve", BOB_APPROVES)).error["code"] == "NothingAwaitsApproval"
    actions = [(each.action, each.actor) for each in hub.audited]
    assert ("approveOperation", BOB) in actions


async def test_a_change_of_a_live_environment_waits_while_it_serves(hub: FakeHub):
    await an_api(hub, 1e9).send("POST", "environments", spec_body(), ALICE_WRITES)
    hub.finish("fraud-llm.1", Phase.READY)
    api = an_api(hub)
    changed = await api.send("PUT", URL, CHANGED, ALICE_WRITES)
    assert (changed.status, changed.json["status"]) == (202, "NotStarted")
    hub.deliver("fraud-llm.2")
    shown = (await api.send("GET", URL, headers=ALICE_WRITES)).json
    assert (shown["phase"], shown["spec"]["workload"]["replicas"]) == ("Ready", 1)
    fields = [each["field"] for each in shown["approval"]["changes"]]
    assert fields == ["workload.replicas"]
    assert (await post(api, "approve", BOB_APPROVES)).status == 202
    record = hub.answer()
    assert (record.phase, record.spec.workload.replicas) == (Phase.UPDATING, 2)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        pytest.param(
            a_person(AppRole.ADMIN, object_id=ALICE), 403, "ApproverIsRequester", id="requester"
        ),
        pytest.param(an_app(AppRole.APPROVE, groups=[ML]), 403, "ApproverNotAPerson", id="an app"),
        pytest.param(ALICE_WRITES, 403, "MissingAppRole", id="without the role"),
        pytest.param(
            a_person(AppRole.APPROVE, object_id=BOB, groups=[RISK]),
            404,
            "EnvironmentNotFound",
            id="another cost center",
        ),
    ],
)
@pytest.mark.parametrize("action", ["approve", "reject"])
async def test_only_someone_else_of_the_cost_center_answers(
    hub: FakeHub, action: str, headers: dict[str, str], status: int, code: str
):
    api = await ask(hub)
    refused = await post(api, action, headers, {"reason": "No."} if action == "reject" else None)
    assert (refused.status, refused.error["code"]) == (status, code)
    assert hub.raised == []


async def test_the_app_that_has_requested_it_does_not_approve_it_for_a_user(hub: FakeHub):
    api = await ask(hub, an_app(AppRole.WRITE, groups=[ML]))
    by_app = a_person(AppRole.APPROVE, object_id=BOB, groups=[ML], app_id=PIPELINE_APP)
    refused = await post(api, "approve", by_app)
    assert refused.error["code"] == "ApproverIsRequester"
    assert (await post(api, "approve", BOB_APPROVES)).status == 202


async def test_a_rejection_ends_it_with_its_reason(hub: FakeHub):
    api = await ask(hub)
    rejected = await post(api, "reject", BOB_APPROVES, {"reason": "Use the smaller size."})
    assert rejected.status == 202
    assert hub.answer().phase is Phase.CANCELED
    shown = (await api.send("GET", "operations/fraud-llm.1", headers=ALICE_WRITES)).json
    assert (shown["status"], shown["error"]["code"]) == ("Canceled", "ApprovalRejected")
    assert "Use the smaller size." in shown["error"]["message"]
    plan = (await api.send("POST", "plans", spec_body(), ALICE_WRITES)).json
    assert plan["requiresApproval"]
    retried = await post(api, "retry", ALICE_WRITES)
    assert (retried.status, retried.json["status"]) == (202, "NotStarted"), "it waits again"


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("approve", {"planDigest": 7}),
        ("approve", {"colour": "blue"}),
        ("reject", {}),
        ("reject", {"reason": ""}),
        ("reject", {"reason": " \t\n "}),
        ("reject", {"reason": "x" * 501}),
    ],
)
async def test_an_answer_that_cannot_be_read_is_refused(
    hub: FakeHub, action: str, body: dict[str, Any]
):
    api = await ask(hub)
    assert (await api.send("POST", f"{URL}/{action}", body, BOB_APPROVES)).status == 400


async def test_a_plan_that_another_approver_has_seen_is_stale(hub: FakeHub):
    api = await ask(hub)
    stale = await post(api, "approve", BOB_APPROVES, {"planDigest": "0" * 64})
    assert (stale.status, stale.error["code"]) == (412, "PlanIsStale")


async def test_what_fails_by_now_is_not_approved_and_waits_on(hub: FakeHub):
    api = await ask(hub)
    short = replace(api, read_market=NO_QUOTA)
    refused = await post(short, "approve", BOB_APPROVES)
    assert (refused.status, refused.error["code"]) == (409, "QuotaExceeded")
    assert (await post(api, "approve", BOB_APPROVES)).status == 202, "once there is quota"


@pytest.mark.parametrize(
    ("allow", "said"),
    [
        ({"regions": ["northeurope"]}, "regions[0]: 'westeurope' is not an allowed region."),
        ({"originTransportHttp": False}, "edge.origin: Front Door would send"),
    ],
)
async def test_what_the_policy_has_come_to_forbid_is_not_approved(
    hub: FakeHub, allow: dict[str, Any], said: str
):
    api = await ask(hub)
    strict = above(100).model_copy(update={"allow": a_file(allow=allow).allow})
    refused = await post(replace(api, read_policy=reading(strict)), "approve", BOB_APPROVES)
    assert (refused.status, refused.error["code"]) == (409, "SpecificationNotAllowed")
    assert said in refused.error["message"]
    assert (await post(api, "approve", BOB_APPROVES)).status == 202, "once it is allowed again"


async def test_a_price_above_the_requested_one_is_not_approved(hub: FakeHub):
    api = await ask(hub)
    market = a_market()
    assert market.prices
    hourly = {name: 3 * price for name, price in market.prices.hourly.items()}
    dearer = market.prices.model_copy(update={"hourly": hourly})
    dear = FakeMarkets({"westeurope": market.model_copy(update={"prices": dearer})})
    refused = await post(replace(api, read_market=dear), "approve", BOB_APPROVES)
    assert (refused.status, refused.error["code"]) == (409, "PriceAboveRequested")


async def test_an_operation_whose_orchestration_has_ended_waits_for_nothing(hub: FakeHub):
    api = await ask(hub)
    hub.stop("fraud-llm.1")
    refused = await post(api, "approve", BOB_APPROVES)
    assert refused.error["code"] == "NothingAwaitsApproval"


async def test_a_retry_of_what_was_approved_needs_no_other_approval(hub: FakeHub):
    api = await ask(hub)
    await post(api, "approve", BOB_APPROVES)
    hub.answer()
    record = hub.records["fraud-llm"]
    assert record
    assert record.approved
    hub.finish("fraud-llm.1", Phase.FAILED)
    plan = (await api.send("POST", "plans", spec_body(), ALICE_WRITES)).json
    assert not plan["requiresApproval"]
    retried = await post(api, "retry", ALICE_WRITES)
    assert (retried.status, retried.json["status"]) == (202, "Running")


async def test_what_was_approved_and_deleted_needs_another_approval(hub: FakeHub):
    api = await ask(hub)
    await post(api, "approve", BOB_APPROVES)
    hub.answer()
    hub.finish("fraud-llm.1", Phase.READY)
    await api.send("DELETE", URL, headers=ALICE_WRITES)
    hub.finish("fraud-llm.2", Phase.DELETED)
    plan = (await api.send("POST", "plans", spec_body(), ALICE_WRITES)).json
    assert plan["requiresApproval"]
    again = await api.send("POST", "environments", spec_body(), ALICE_WRITES)
    assert (again.status, again.json["status"]) == (202, "NotStarted")
    assert again.json["approval"]["state"] == "waiting"


async def test_without_a_known_requester_nothing_waits(hub: FakeHub):
    api = Api(hub, read_policy=reading(above(100)))
    refused = await api.create(spec_body())
    assert (refused.status, refused.error["code"]) == (409, "RequesterUnknown")
    assert hub.instances == {}


class Settlement:
    def __init__(self) -> None:
        self.reasons: list[str] = []

    def complete(self, message: Any) -> None:
        self.reasons.append("completed")

    def deadletter(self, message: Any, reason: str, description: str) -> None:
        self.reasons.append(reason)


@pytest.mark.parametrize(
    ("attributes", "fate"),
    [
        ({"authid": ALICE}, "completed"),
        ({"authid": "alice@example.com"}, "RequesterUnknown"),
        ({}, "RequesterUnknown"),
    ],
)
async def test_a_message_waits_for_someone_other_than_the_person_it_names(
    hub: FakeHub, attributes: dict[str, str], fate: str
):
    settlement: Any = Settlement()
    message = FakeMessage(cloud_event("provision", spec_body(), **attributes))
    policy = reading(above(100))
    await take_message(message, settlement, hub, a_policy(), read_ample_market, read_policy=policy)
    assert settlement.reasons == [fate]
    if fate == "completed":
        hub.deliver("fraud-llm.1")
        by_alice = a_person(AppRole.APPROVE, groups=[ML])
        refused = await post(an_api(hub), "approve", by_alice)
        assert refused.error["code"] == "ApproverIsRequester"
        assert (await post(an_api(hub), "approve", BOB_APPROVES)).status == 202


async def test_the_list_has_what_waits_in_the_callers_cost_centers(hub: FakeHub):
    api = await ask(hub)
    listed = (await api.send("GET", "approvals", headers=BOB_APPROVES)).json
    assert [each["operationId"] for each in listed["value"]] == ["fraud-llm.1"]
    of_risk = a_person(AppRole.APPROVE, groups=[RISK])
    assert (await api.send("GET", "approvals", headers=of_risk)).json["value"] == []
    second = spec_body(name="other-llm")
    await api.send("POST", "environments", second, ALICE_WRITES)
    hub.deliver("other-llm.1")
    page = (await api.send("GET", "approvals?maxpagesize=1", headers=BOB_APPROVES)).json
    follow = page["nextLink"].removeprefix("/")
    rest = (await api.send("GET", follow, headers=BOB_APPROVES)).json
    assert [rest["value"][0]["environment"], "nextLink" in rest] == ["other-llm", False]
    await post(api, "reject", BOB_APPROVES, {"reason": "No."})
    hub.answer()
    left = (await api.send("GET", "approvals", headers=BOB_APPROVES)).json["value"]
    assert [each["environment"] for each in left] == ["other-llm"]


ELSEWHERE = spec_body(regions=["swedencentral"])


@pytest.mark.parametrize(("method", "path"), [("POST", "environments"), ("PUT", URL)])
async def test_what_was_never_begun_is_asked_for_anew_as_its_plan_says(
    hub: FakeHub, method: str, path: str
):
    """Nothing of it is in Azure, so nothing of it is fixed."""
    api = await ask(hub)
    await post(api, "reject", BOB_APPROVES, {"reason": "Too far away."})
    hub.answer()
    api = an_api(hub, 1e9)
    plan = (await api.send("POST", "plans", ELSEWHERE, ALICE_WRITES)).json
    assert (plan["action"], plan["verdict"]) == ("create", "ok")
    asked = await api.send(method, path, {"planId": plan["id"]}, ALICE_WRITES)
    assert (asked.status, asked.json["kind"]) == (202, "provision")
    record = hub.finish("fraud-llm.2", Phase.READY)
    assert record.spec.regions == ("swedencentral",)


async def test_a_plan_warns_of_the_request_that_waits_under_its_name(hub: FakeHub):
    api = await ask(hub)
    same = (await api.send("POST", "plans", spec_body(), ALICE_WRITES)).json
    assert "WrongPhase" not in {each["code"] for each in same["checks"]}
    other = (await api.send("POST", "plans", ELSEWHERE, ALICE_WRITES)).json
    (check,) = [each for each in other["checks"] if each["code"] == "WrongPhase"]
    assert check["verdict"] == "warn"
    assert "POST /environments/fraud-llm/cancel" in check["message"]
    refused = await api.send("PUT", URL, ELSEWHERE, ALICE_WRITES)
    assert (refused.status, refused.error["code"]) == (409, "WrongPhase")
    canceled = await post(api, "cancel", ALICE_WRITES)
    assert canceled.status == 202

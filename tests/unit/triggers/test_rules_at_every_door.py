"""Every rule of the policy file and every threshold of a budget, by every door, in one wording."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.guard.policy.model import Allowed, Limits, Policy
from domain.requests.app_roles import AppRole
from domain.requests.principal import Principal
from domain.wire import WireModel
from tests.support.callers import ALICE
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Answer, Api
from tests.support.message_queue import MessageQueue
from tests.support.messages import cloud_event
from tests.support.policies import a_file, reading, with_budget
from tests.support.specs import a_policy, spec_body

URL = "environments/fraud-llm"
H100, A100 = "Standard_NC40ads_H100_v5", "Standard_NC24ads_A100_v4"
SOON = (datetime.now(UTC) + timedelta(days=3)).isoformat()
LATE = (datetime.now(UTC) + timedelta(days=300)).isoformat()
MORE_REPLICAS = {"workload": {**spec_body()["workload"], "replicas": 3}}

SETTINGS = a_policy(allows_anonymous_access=True)

type Sections = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """`before`: what a live environment says where the request says otherwise; None where no
    update can come to violate the rule."""

    key: str
    file: Policy
    code: str
    request: Sections = field(default_factory=dict[str, Any])
    before: Sections | None = field(default_factory=dict[str, Any])


RULES = (
    Rule(
        "allow.regions",
        a_file(allow={"regions": ["northeurope"]}),
        "RegionNotAllowed",
    ),
    Rule(
        "allow.regions",
        a_file(allow={"regions": ["westeurope"]}),
        "RegionNotAllowed",
        {"placement": {"regions": ["northeurope"]}},
    ),
    Rule("allow.vmSizes", a_file(allow={"vmSizes": [H100]}), "VmSizeNotAllowed", before=None),
    Rule(
        "allow.vmSizes",
        a_file(allow={"vmSizes": [A100]}),
        "VmSizeNotAllowed",
        {"placement": {"vmSizes": [H100]}},
    ),
    Rule(
        "allow.publicEndpoints",
        a_file(allow={"publicEndpoints": False}),
        "PublicEndpointsNotAllowed",
        before=None,
    ),
    Rule(
        "allow.accessModeNone",
        a_file(allow={"accessModeNone": False}),
        "AnonymousAccessNotAllowed",
        {"access": {"mode": "none"}},
    ),
    Rule(
        "allow.originTransportHttp",
        a_file(allow={"originTransportHttp": False}),
        "HttpOriginsNotAllowed",
    ),
    Rule(
        "allow.onFailure",
        a_file(allow={"onFailure": ["delete"]}),
        "OnFailureNotAllowed",
        before={"onFailure": "delete"},
    ),
    Rule(
        "allow.onFailure",
        a_file(allow={"onFailure": ["keep"]}),
        "OnFailureNotAllowed",
        {"onFailure": "delete"},
    ),
    Rule(
        "limits.maxNodesPerEnvironment",
        a_file(limits={"maxNodesPerEnvironment": 4}),
        "TooManyNodes",
        before={"gpu": {"vmSize": A100, "maxNodes": 4}},
    ),
    Rule(
        "limits.maxNodesPerCostCenter",
        a_file(limits={"maxNodesPerCostCenter": 4}),
        "TooManyNodes",
        before={"gpu": {"vmSize": A100, "maxNodes": 4}},
    ),
    Rule(
        "limits.maxLifetimeDays",
        a_file(limits={"maxLifetimeDays": 30}),
        "LifetimeTooLong",
        before={"expiresAt": SOON},
    ),
    Rule(
        "limits.maxLifetimeDays",
        a_file(limits={"maxLifetimeDays": 30}),
        "LifetimeTooLong",
        {"expiresAt": LATE},
        before={"expiresAt": SOON},
    ),
    Rule(
        "requiredTags",
        a_file(requiredTags=["team"]),
        "TagMissing",
        before={"tags": {"team": "fraud"}},
    ),
    Rule(
        "requiredTags",
        a_file(requiredTags=["team", "stage"], allow={"onFailure": ["delete"]}),
        "OnFailureNotAllowed",
        before={"tags": {"team": "fraud", "stage": "test"}, "onFailure": "delete"},
    ),
    Rule(
        "costCenters.budget.refuseAt",
        with_budget(1),
        "BudgetExceeded",
        MORE_REPLICAS,
    ),
    Rule(
        "costCenters.budget.approvalAt",
        with_budget(1, warnAt=1, approvalAt=50, refuseAt=None),
        "ApprovalRequired",
        MORE_REPLICAS,
    ),
    Rule(
        "approval.abovePerMonth",
        a_file(approval={"abovePerMonth": 100}),
        "ApprovalRequired",
        MORE_REPLICAS,
    ),
)
IDS = [f"{rule.key}-{number}" for number, rule in enumerate(RULES)]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`words`: all that is said, in order."""

    code: str
    words: tuple[str, ...]


def test_no_rule_of_the_file_is_left_out():
    """Those that bind specifications."""
    named = {rule.key for rule in RULES}
    models: Mapping[str, type[WireModel]] = {"allow": Allowed, "limits": Limits}
    for section, model in models.items():
        fields = (each.alias for each in model.model_fields.values())
        assert {f"{section}.{name}" for name in fields} <= named


type Door = Callable[[FakeHub, Rule, Sections], Awaitable[Verdict]]


async def by_plan(hub: FakeHub, rule: Rule, body: Sections) -> Verdict:
    answer = await an_api(hub, rule.file).send("POST", "plans", body)
    if answer.status == 400:
        return said(answer)
    found = [each for each in answer.json["checks"] if is_decisive(each)]
    return Verdict(found[0]["code"], tuple(each["message"] for each in found))


def is_decisive(check: Mapping[str, Any]) -> bool:
    return check["verdict"] == "fail" or check["code"] == "ApprovalRequired"


def said(answer: Answer) -> Verdict:
    error = answer.error
    further = (each["message"] for each in error.get("details", ()))
    return Verdict(error["code"], (error["message"], *further))


async def by_post(hub: FakeHub, rule: Rule, body: Sections) -> Verdict:
    return await by_rest(hub, rule, "POST", "environments", body)


async def by_put(hub: FakeHub, rule: Rule, body: Sections) -> Verdict:
    return await by_rest(hub, rule, "PUT", URL, body)


async def by_post_of_a_plan(hub: FakeHub, rule: Rule, body: Sections) -> Verdict:
    return await by_rest(hub, rule, "POST", "environments", await plan_before(hub, body))


async def by_put_of_a_plan(hub: FakeHub, rule: Rule, body: Sections) -> Verdict:
    return await by_rest(hub, rule, "PUT", URL, await plan_before(hub, body))


async def plan_before(hub: FakeHub, body: Sections) -> Sections:
    """As it was made when the rule was not yet in force."""
    made = await an_api(hub, Policy()).send("POST", "plans", body)
    return {"planId": made.json["id"]}


def an_api(hub: FakeHub, file: Policy) -> Api:
    roles = frozenset({AppRole.WRITE, AppRole.READ})
    alice = Principal(object_id=ALICE, roles=roles, is_person=True)
    return Api(hub, policy=SETTINGS, developer=alice, read_policy=reading(file))


async def by_rest(hub: FakeHub, rule: Rule, method: str, path: str, body: Sections) -> Verdict:
    answer = await an_api(hub, rule.file).send(method, path, body)
    return said(answer) if answer.status >= 400 else waiting(hub)


def waiting(hub: FakeHub) -> Verdict:
    """What the operation that was started last waits for."""
    state = list(hub.instances.values())[-1]
    request = OperationRequest.from_wire(json.loads(state.serialized_input or ""))
    return Verdict("ApprovalRequired", request.approval.reasons if request.approval else ())


async def by_message(hub: FakeHub, rule: Rule, body: Sections) -> Verdict:
    return await by_event(hub, rule, "provision", body)


async def by_message_of_an_update(hub: FakeHub, rule: Rule, body: Sections) -> Verdict:
    return await by_event(hub, rule, "update", body)


async def by_event(hub: FakeHub, rule: Rule, kind: str, body: Sections) -> Verdict:
    queue = MessageQueue(hub, policy=SETTINGS, read_policy=reading(rule.file))
    if await queue.deliver(cloud_event(kind, body, authid=ALICE)) == "completed":
        return waiting(hub)
    code, description = queue.reasons["message-1"]
    return Verdict(code, tuple(description.split("\n")))


def without_numbers(verdict: Verdict) -> Verdict:
    """What is left of the month changes while a test runs; a problem of a message begins with its
    field."""
    words = (re.sub(r"^[\w.\[\]]+: ", "", text) for text in verdict.words)
    return Verdict(verdict.code, tuple(re.sub(r"\d+\.\d+", "#", text) for text in words))


@pytest.mark.parametrize("door", [by_post, by_post_of_a_plan, by_message])
@pytest.mark.parametrize("rule", RULES, ids=IDS)
async def test_a_creation_is_refused_in_the_words_of_its_plan(rule: Rule, door: Door):
    body = spec_body(**rule.request)
    planned = await by_plan(FakeHub(), rule, body)
    assert planned.code == rule.code
    assert all(planned.words)
    assert without_numbers(await door(FakeHub(), rule, body)) == without_numbers(planned)


@pytest.mark.parametrize("door", [by_put, by_put_of_a_plan, by_message_of_an_update])
@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.before is not None], ids=lambda rule: rule.key
)
async def test_an_update_is_refused_in_the_words_of_its_plan(rule: Rule, door: Door):
    body = spec_body(**rule.request)
    hub = await a_live_environment(rule)
    planned = await by_plan(hub, rule, body)
    assert planned.code == rule.code
    assert without_numbers(await door(hub, rule, body)) == without_numbers(planned)


async def a_live_environment(rule: Rule) -> FakeHub:
    hub = FakeHub()
    created = await an_api(hub, Policy()).create(spec_body(**rule.before or {}))
    assert created.status == 202, created.text
    hub.finish("fraud-llm.1", Phase.READY)
    return hub


@pytest.mark.parametrize("door", ["REST", "message"])
@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.request is MORE_REPLICAS], ids=lambda rule: rule.key
)
async def test_a_rollback_is_refused_in_the_words_of_a_plan(rule: Rule, door: str):
    hub, larger = FakeHub(), spec_body(**MORE_REPLICAS)
    await an_api(hub, Policy()).create(larger)
    hub.finish("fraud-llm.1", Phase.READY)
    await an_api(hub, Policy()).put(URL, spec_body())
    hub.finish("fraud-llm.2", Phase.READY)
    planned = await by_plan(hub, rule, larger)
    assert planned.code == rule.code
    if door == "REST":
        found = await by_rest(hub, rule, "POST", f"{URL}/rollback", {})
    else:
        found = await by_event(hub, rule, "rollback", {"name": "fraud-llm"})
    assert without_numbers(found) == without_numbers(planned)

"""The document says what the app answers: nothing else is answered, and all of it can be."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import azure.functions as func
import grpc
import httpx
import pytest

from domain.environment.phases import Phase
from domain.requests.app_roles import AppRole
from domain.requests.principal import Principal
from domain.serving.invocations.log_answer import LogAnswer, LogRefusal
from domain.spec.model import EnvironmentSpec
from tests.support import http_api
from tests.support.callers import ALICE, BOB, RISK, TWO_TEAMS
from tests.support.documented_answers import ApiDocument, UndocumentedAnswer
from tests.support.documented_api import check_response
from tests.support.fake_logs import FakeLogs
from tests.support.fake_pod_logs import FakePodLogs
from tests.support.http_api import Answer, Api
from tests.support.payloads import QUOTA
from tests.support.policies import a_file, reading
from tests.support.specs import spec_body
from tests.support.sweep_hub import SweepHub
from triggers.bodies import MAX_BODY_BYTES
from triggers.declarations import Call
from triggers.model_routes import EXAMPLE_MODEL
from triggers.openapi import build_openapi
from triggers.routes import ROUTES

URL = "environments/fraud-llm"
REQUEST_ID = "5b1f0d9c-7c7c-4f0c-9d0a-1f2f1b9b8f77"
CHANGED = spec_body(costCenter="ML-9")
ROUTE_OF = {route.operation_id: route for route in ROUTES}

BODIES: dict[str, Any] = {
    "startSweep": {},
    "approveOperation": {},
    "rejectOperation": {"reason": "Use the smaller size first."},
}
"""Of requests without a specification."""

type Scenario = Callable[[Api, SweepHub, str], Awaitable[Answer]]


async def send(
    api: Api, operation_id: str, *, name: str = "fraud-llm", query: str = "", **headers: str
) -> Answer:
    """The plainest request of an operation."""
    route = ROUTE_OF[operation_id]
    query = query or ("?region=westeurope" if operation_id == "listSizeOffers" else "")
    path = route.path.format(name=name, id=f"{name}.1", model=name, version=1) + query
    declared = route.body
    body = BODIES.get(operation_id, spec_body(name=name))
    if operation_id not in BODIES and declared and declared.model is not EnvironmentSpec:
        body = dict(declared.example)
    return await api.send(route.method, path, body, headers)


async def send_plainly(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    return await send(api, operation_id)


async def as_usual(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    await api.send("POST", "sweeps", {})
    return await send(api, operation_id)


async def of_a_registered_model(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    await send(api, "registerModelVersion")
    return await send(api, operation_id)


async def of_a_model_that_is_served(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    await send(api, "registerModelVersion")
    model = {"name": "fraud-llm", "version": "1"}
    await api.create(spec_body(workload={"model": model}))
    hub.finish("fraud-llm.1", Phase.READY)
    return await send(api, operation_id)


async def with_an_id_of_another_version(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    headers = {"Repeatability-Request-ID": REQUEST_ID}
    await api.send("POST", "models", {**EXAMPLE_MODEL, "licence": "mit"}, headers)
    return await send(api, operation_id, **headers)


async def of_what_was_updated(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    await as_usual(api, hub, "getEnvironment")
    for number in (2, 3, 4, 5):
        workload = {**spec_body()["workload"], "image": f"registry.example.com/llm:{number}"}
        await api.put(URL, spec_body(workload=workload))
        hub.finish(f"fraud-llm.{number}", Phase.READY)
    return await send(api, operation_id)


async def without_a_role(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    return await send(Api(hub, requires_app_roles=True), operation_id)


async def with_an_unknown_parameter(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    return await send(api, operation_id, query="?colour=blue")


async def of_nothing(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    return await send(api, operation_id, name="nothing")


async def of_something_older(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    await as_usual(api, hub, "getEnvironment")
    return await send(api, operation_id, If_Match='"0-0"')


async def with_an_id_of_another_request(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    await as_usual(api, hub, "getEnvironment")
    await api.put(URL, CHANGED, Repeatability_Request_ID=REQUEST_ID)
    return await send(api, operation_id, Repeatability_Request_ID=REQUEST_ID)


async def of_what_was_read_already(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    etag = (await as_usual(api, hub, "getEnvironment")).headers["ETag"]
    return await send(api, operation_id, If_None_Match=etag)


async def of_what_sleeps(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    await as_usual(api, hub, "scaleDownEnvironment")
    hub.finish("fraud-llm.2", Phase.SCALED_DOWN)
    return await send(api, operation_id)


async def of_what_failed(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.FAILED, QUOTA)
    return await send(api, operation_id)


async def of_what_is_being_built(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    await api.create(spec_body())
    return await send(api, operation_id)


async def with_a_huge_body(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    route = ROUTE_OF[operation_id]
    body = b" " * (MAX_BODY_BYTES + 1)
    return await api.send(route.method, route.path.format(name="fraud-llm"), body)


async def with_a_form(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    form = "application/x-www-form-urlencoded"
    return await send(api, operation_id, **{"Content-Type": form})


async def without_a_task_hub(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    hub.unreachable = grpc.StatusCode.UNAVAILABLE
    return await send(api, operation_id)


async def without_a_log_workspace(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    await as_usual(api, hub, "getEnvironment")
    return await send(replace(api, read_logs=None), operation_id)


async def with_a_log_workspace_that_refuses(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    async def refuse(query: str) -> LogAnswer:
        return LogRefusal("BadArgumentError", "Unknown function: 'GridplaneInvocations'.")

    await as_usual(api, hub, "getEnvironment")
    return await send(replace(api, read_logs=refuse), operation_id)


async def of_a_model_that_has_not_started(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    await as_usual(api, hub, "getEnvironment")
    return await send(replace(api, read_pod_log=FakePodLogs(started=False).read), operation_id)


async def with_a_plan_that_is_not_there(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    return await api.create({"planId": "fraud-llm.0.0123456789ab"})


async def for_a_name_of_others(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    await as_usual(api, hub, "getEnvironment")
    roles, groups = frozenset({str(AppRole.WRITE)}), frozenset({RISK})
    writer = Principal(object_id=BOB, roles=roles, groups=groups)
    others = replace(api, developer=writer, read_policy=reading(TWO_TEAMS))
    route = ROUTE_OF[operation_id]
    return await others.send(route.method, route.path, spec_body(costCenter="RISK-7"))


async def of_what_waits_for_approval(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    return await send(await with_approval(api, hub), operation_id)


async def of_another_plan(api: Api, hub: SweepHub, operation_id: str) -> Answer:
    asked = await with_approval(api, hub)
    return await asked.send("POST", f"{URL}/approve", {"planDigest": "0" * 64})


async def with_approval(api: Api, hub: SweepHub) -> Api:
    """As the approver uses it."""
    policy = reading(a_file(approval={"abovePerMonth": 100}))
    alice = Principal(object_id=ALICE, roles=frozenset(map(str, AppRole)), is_person=True)
    await replace(api, read_policy=policy, developer=alice).create(spec_body())
    hub.deliver("fraud-llm.1")
    bob = alice.model_copy(update={"object_id": BOB})
    return replace(api, read_policy=policy, developer=bob)


BY_STATUS: dict[int, Scenario] = {
    204: of_nothing,
    304: of_what_was_read_already,
    400: with_an_unknown_parameter,
    403: without_a_role,
    404: of_nothing,
    409: with_an_id_of_another_request,
    412: of_something_older,
    413: with_a_huge_body,
    415: with_a_form,
    503: without_a_task_hub,
}
SCENARIOS: dict[tuple[str, int], Scenario] = {
    ("wakeEnvironment", 202): of_what_sleeps,
    ("retryEnvironment", 202): of_what_failed,
    ("cancelOperation", 202): of_what_is_being_built,
    ("approveOperation", 202): of_what_waits_for_approval,
    ("rejectOperation", 202): of_what_waits_for_approval,
    ("approveOperation", 409): as_usual,
    ("rejectOperation", 409): as_usual,
    ("approveOperation", 412): of_another_plan,
    ("makePlan", 409): for_a_name_of_others,
    ("rollBackEnvironment", 202): of_what_was_updated,
    ("registerModelVersion", 200): of_a_registered_model,
    ("registerModelVersion", 201): send_plainly,
    ("registerModelVersion", 409): with_an_id_of_another_version,
    ("getModel", 200): of_a_registered_model,
    ("getModelVersion", 200): of_a_registered_model,
    ("deleteModel", 409): of_a_model_that_is_served,
    ("deleteModelVersion", 409): of_a_model_that_is_served,
    ("createEnvironment", 404): with_a_plan_that_is_not_there,
    ("readLog", 409): of_a_model_that_has_not_started,
    ("listInvocations", 501): without_a_log_workspace,
    ("listInvocations", 502): with_a_log_workspace_that_refuses,
}


@pytest.mark.parametrize(
    ("operation_id", "status"),
    [
        pytest.param(route.operation_id, answer.status, id=f"{route.operation_id} {answer.status}")
        for route in ROUTES
        for answer in route.answers
    ],
)
async def test_every_documented_status_is_answered(operation_id: str, status: int):
    hub = SweepHub()
    scenario = SCENARIOS.get((operation_id, status), BY_STATUS.get(status, as_usual))
    api = Api(hub, read_logs=FakeLogs().read)
    assert (await scenario(api, hub, operation_id)).status == status


@pytest.fixture
async def accepted() -> Answer:
    return await Api(SweepHub()).create(spec_body())


@pytest.fixture
async def refused() -> Answer:
    return await Api(SweepHub()).create(spec_body(name="X", owner="nobody"))


def check(answer: Answer, **changes: Any) -> None:
    """Whether an answer to `POST /environments` is documented, with some of it changed."""
    headers = {**answer.headers, **changes.get("headers", {})}
    ApiDocument(build_openapi()).check(
        "POST",
        "/environments",
        changes.get("status", answer.status),
        {name: value for name, value in headers.items() if value is not None},
        json.dumps(answer.json | changes["body"]) if "body" in changes else answer.text,
    )


def test_what_was_answered_is_documented(accepted: Answer, refused: Answer):
    check(accepted)
    check(refused)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param({"status": 201}, "never says", id="a status"),
        pytest.param({"headers": {"ETag": '"1-1"'}}, "etag is not declared", id="a header"),
        pytest.param({"headers": {"Allow": "GET"}}, "allow is not declared", id="a host's header"),
        pytest.param({"headers": {"Location": None}}, "location is missing", id="a header lacks"),
        pytest.param({"headers": {"Retry-After": "soon"}}, "header retry-after", id="no number"),
        pytest.param({"headers": {"Retry-After": "0"}}, "header retry-after", id="a busy loop"),
        pytest.param(
            {"headers": {"Repeatability-Result": "rejected"}},
            "header repeatability-result",
            id="a value",
        ),
        pytest.param({"headers": {"Content-Type": "text/plain"}}, "text/plain", id="no JSON"),
        pytest.param({"body": {"colour": "blue"}}, "colour", id="a field"),
        pytest.param({"body": {"error": None}}, "None", id="null for what is absent"),
        pytest.param({"body": {"kind": "paint"}}, "paint", id="a word"),
        pytest.param({"body": {"percentComplete": 101}}, "101", id="a number"),
        pytest.param({"body": {"createdDateTime": "noon"}}, "noon", id="a time"),
        pytest.param(
            {"body": {"steps": [{"name": "probe", "status": "Running", "colour": "blue"}]}},
            "colour",
            id="a field further in",
        ),
    ],
)
def test_an_answer_that_is_not_documented_is_refused(
    accepted: Answer, changes: dict[str, Any], problem: str
):
    with pytest.raises(UndocumentedAnswer, match=problem):
        check(accepted, **changes)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param(
            {"headers": {"x-ms-error-code": "InvalidName"}}, "differ", id="two codes in one answer"
        ),
        pytest.param(
            {
                "headers": {"x-ms-error-code": "BadMood"},
                "body": {"error": {"code": "BadMood", "message": "No."}},
            },
            "BadMood",
            id="an unknown code",
        ),
        pytest.param(
            {
                "body": {
                    "error": {
                        "code": "InvalidRequest",
                        "message": "No.",
                        "details": [{"code": "BadMood", "message": "No.", "target": ""}],
                    }
                }
            },
            "BadMood is not declared",
            id="an unknown code in the details",
        ),
        pytest.param(
            {"headers": {"x-ms-error-code": None}}, "x-ms-error-code is missing", id="no code"
        ),
    ],
)
def test_an_error_that_is_not_documented_is_refused(
    refused: Answer, changes: dict[str, Any], problem: str
):
    with pytest.raises(UndocumentedAnswer, match=problem):
        check(refused, **changes)


@pytest.mark.parametrize(("status", "headers"), [(204, {}), (304, {"ETag": '"1-1"'})])
def test_what_has_no_body_may_have_none(status: int, headers: dict[str, str]):
    document = ApiDocument(build_openapi())
    method = "DELETE" if status == 204 else "GET"
    document.check(method, f"/{URL}", status, headers, "")
    with pytest.raises(UndocumentedAnswer, match="there is a body"):
        document.check(method, f"/{URL}", status, headers, "{}")


async def test_the_api_that_tests_use_refuses_for_them(monkeypatch: pytest.MonkeyPatch):
    async def brew(call: Call[Any, Any]) -> func.HttpResponse:
        return func.HttpResponse(status_code=418)

    route = replace(ROUTE_OF["getHealth"], handler=brew)
    monkeypatch.setattr(http_api, "find_route", lambda method, path: (route, {}))
    with pytest.raises(UndocumentedAnswer, match="418"):
        await Api(SweepHub()).get("healthz")


def test_the_client_of_running_stacks_refuses_for_its_tests():
    request = httpx.Request("GET", "http://127.0.0.1:7071/healthz")
    healthy = httpx.Response(200, json={"status": "Healthy"}, request=request)
    check_response(healthy)
    with pytest.raises(UndocumentedAnswer, match="418"):
        check_response(httpx.Response(418, request=request))


def test_what_the_host_serves_is_not_the_apis():
    ApiDocument(build_openapi()).check("GET", "/runtime/webhooks/durabletask", 418, {}, "tea")

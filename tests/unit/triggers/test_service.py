import grpc
import pytest

from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.specs import spec_body
from tests.support.sweep_hub import SweepHub


async def test_healthy_is_what_can_take_requests_in(api: Api):
    answer = await api.get("healthz")
    assert (answer.status, answer.json) == (200, {"status": "Healthy"})


async def test_it_says_which_commit_runs_where_the_deployment_said_so(hub: FakeHub):
    answer = await Api(hub, build_commit="83efbc6").get("healthz")
    assert answer.json == {"status": "Healthy", "commit": "83efbc6"}


async def test_without_its_task_hub_it_says_so_and_when_to_ask_again(api: Api, hub: FakeHub):
    hub.unreachable = grpc.StatusCode.UNAVAILABLE
    answer = await api.get("healthz")
    assert (answer.status, answer.error["code"]) == (503, "TaskHubUnreachable")
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "environments"),
        ("GET", "environments"),
        ("GET", "environments/fraud-llm"),
        ("PUT", "environments/fraud-llm"),
        ("DELETE", "environments/fraud-llm"),
        ("GET", "environments/fraud-llm/events"),
        ("POST", "environments/fraud-llm/wake"),
        ("POST", "environments/fraud-llm/scale-down"),
        ("GET", "operations/fraud-llm.1"),
        ("POST", "sweeps"),
        ("GET", "sweeps/latest"),
    ],
)
@pytest.mark.parametrize(
    "code",
    [
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        pytest.param(grpc.StatusCode.CANCELLED, id="a connection given up under load"),
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        pytest.param(grpc.StatusCode.UNKNOWN, id="the host passes on a failure of its storage"),
        grpc.StatusCode.INTERNAL,
    ],
)
async def test_every_route_answers_503_while_the_task_hub_does_not_respond(
    code: grpc.StatusCode, method: str, path: str
):
    hub = SweepHub()
    hub.unreachable = code
    body = {} if path == "sweeps" else spec_body()
    answer = await Api(hub).send(method, path, body)
    assert (answer.status, answer.error["code"]) == (503, "TaskHubUnreachable")
    assert answer.headers["Retry-After"] == "5"


async def test_a_call_that_the_task_hub_refuses_is_a_defect_and_left_to_the_host(
    api: Api, hub: FakeHub
):
    hub.unreachable = grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.aio.AioRpcError):
        await api.get("environments")


async def test_a_failure_inside_of_the_task_hub_is_logged_as_an_error(
    api: Api, hub: FakeHub, caplog: pytest.LogCaptureFixture
):
    hub.unreachable = grpc.StatusCode.UNKNOWN
    await api.get("environments")
    hub.unreachable = grpc.StatusCode.UNAVAILABLE
    await api.get("environments")
    told = [each for each in caplog.records if each.name == "triggers.dispatch"]
    assert [each.levelname for each in told] == ["ERROR", "WARNING"]
    assert told[0].exc_info


async def test_the_document_needs_no_task_hub(api: Api, hub: FakeHub):
    hub.unreachable = grpc.StatusCode.UNAVAILABLE
    assert (await api.get("openapi.json")).status == 200


async def test_the_document_is_served(api: Api):
    answer = await api.get("openapi.json")
    assert (answer.status, answer.json["openapi"]) == (200, "3.1.0")


async def test_a_probe_may_add_parameters_of_its_own(api: Api):
    assert (await api.get("healthz?probe=7")).status == 200

from typing import Any

import grpc
import pytest

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.outcomes import Status
from tests.support.fake_hub import FakeHub, rpc_error
from tests.support.http_api import Api
from tests.support.payloads import QUOTA
from tests.support.specs import a_request, a_spec, spec_body

OPERATION = "/operations/fraud-llm.1"
REQUEST_ID = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
OTHER_SPEC = spec_body(owner="other@example.com")


async def test_a_request_is_accepted_and_tells_where_to_follow_it(api: Api, hub: FakeHub):
    answer = await api.create(spec_body())
    assert answer.status == 202
    assert answer.headers["Location"] == "/environments/fraud-llm"
    assert answer.headers["Operation-Location"] == OPERATION
    assert answer.headers["Retry-After"] == "5"
    assert (answer.json["id"], answer.json["status"]) == ("fraud-llm.1", "Running")
    assert [step["status"] for step in answer.json["steps"]] == ["NotStarted"] * 19
    assert list(hub.instances) == ["fraud-llm.1"]


async def test_a_read_straight_after_the_202_finds_it(api: Api, hub: FakeHub):
    answer = await api.create(spec_body())
    assert not hub.records, "nothing has reached the record yet"
    environment = await api.get(answer.headers["Location"])
    operation = await api.get(answer.headers["Operation-Location"])
    assert (environment.status, environment.json["phase"]) == (200, "Provisioning")
    assert (operation.status, operation.json["status"]) == (200, "Running")


async def test_an_entity_without_a_state_yet_is_no_environment_yet(api: Api, hub: FakeHub):
    hub.records["fraud-llm"] = None
    assert (await api.get("environments/fraud-llm")).status == 404
    assert (await api.create(spec_body())).status == 202
    assert (await api.get("environments/fraud-llm")).status == 200
    assert (await api.get("environments")).json["value"] == []


@pytest.mark.parametrize("delivered", [False, True], ids=["not on record yet", "on record"])
async def test_the_same_request_again_answers_the_same_operation(
    api: Api, hub: FakeHub, delivered: bool
):
    await api.create(spec_body())
    if delivered:
        hub.deliver("fraud-llm.1")
    again = await api.create(spec_body())
    assert (again.status, again.headers["Operation-Location"]) == (202, OPERATION)
    assert list(hub.instances) == ["fraud-llm.1"]


async def test_the_same_request_in_other_words_is_the_same_request(api: Api, hub: FakeHub):
    await api.create(spec_body())
    spelled_out = spec_body(regions=["West Europe"], edge={"wafMode": "Prevention"})
    assert (await api.create(spelled_out)).headers["Operation-Location"] == OPERATION


async def test_another_body_for_a_live_name_is_refused_with_the_running_operation(
    api: Api, hub: FakeHub
):
    await api.create(spec_body())
    answer = await api.create(OTHER_SPEC)
    assert (answer.status, answer.error["code"]) == (409, "EnvironmentExists")
    assert answer.headers["Operation-Location"] == OPERATION
    assert answer.headers["Retry-After"]


async def test_a_name_that_is_being_deleted_is_refused_with_the_deletion(api: Api, hub: FakeHub):
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    await api.delete("environments/fraud-llm")
    answer = await api.create(spec_body())
    assert (answer.status, answer.error["code"]) == (409, "EnvironmentIsBeingDeleted")
    assert answer.headers["Operation-Location"] == "/operations/fraud-llm.2"


async def test_a_name_is_free_again_once_it_is_deleted(api: Api, hub: FakeHub):
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    await api.delete("environments/fraud-llm")
    hub.finish("fraud-llm.2", Phase.DELETED)
    answer = await api.create(OTHER_SPEC)
    assert answer.headers["Operation-Location"] == "/operations/fraud-llm.3"


async def test_a_repeated_request_answers_the_failed_operation_as_it_stands(
    api: Api, hub: FakeHub
):
    await api.create(spec_body(), Repeatability_Request_ID=REQUEST_ID)
    hub.finish("fraud-llm.1", Phase.FAILED, QUOTA)
    again = await api.create(spec_body(), Repeatability_Request_ID=REQUEST_ID)
    assert (again.status, again.json["status"]) == (202, "Failed")
    assert again.json["error"]["code"] == "QuotaExceeded"


async def test_the_same_body_after_a_failure_starts_another_operation(api: Api, hub: FakeHub):
    await api.create(spec_body(), Repeatability_Request_ID=REQUEST_ID)
    hub.finish("fraud-llm.1", Phase.FAILED, QUOTA)
    again = await api.create(spec_body())
    assert (again.status, again.json["id"], again.json["status"]) == (
        202,
        "fraud-llm.2",
        "Running",
    )


async def test_a_repeatable_request_is_answered_once_and_for_all(api: Api, hub: FakeHub):
    first = await api.create(spec_body(), Repeatability_Request_ID=REQUEST_ID)
    hub.deliver("fraud-llm.1")
    again = await api.create(spec_body(), Repeatability_Request_ID=REQUEST_ID)
    for answer in (first, again):
        assert answer.status == 202
        assert answer.headers["Repeatability-Result"] == "accepted"
        assert answer.headers["Operation-Location"] == OPERATION


async def test_a_repeatability_id_with_another_body_is_refused(api: Api, hub: FakeHub):
    await api.create(spec_body(), Repeatability_Request_ID=REQUEST_ID)
    hub.deliver("fraud-llm.1")
    answer = await api.create(OTHER_SPEC, Repeatability_Request_ID=REQUEST_ID)
    assert (answer.status, answer.error["code"]) == (409, "RepeatabilityRequestIdReused")


@pytest.mark.parametrize("request_id", ["again", REQUEST_ID + "}" * 1000, "-" * 5000])
async def test_a_repeatability_id_that_is_no_uuid_is_refused(
    api: Api, hub: FakeHub, request_id: str
):
    answer = await api.create(spec_body(), Repeatability_Request_ID=request_id)
    assert (answer.status, answer.error["target"]) == (400, "header Repeatability-Request-ID")
    assert not hub.instances


async def test_one_problem_speaks_for_itself(api: Api, hub: FakeHub):
    answer = await api.create(spec_body(costCenter="no spaces please"))
    assert answer.status == 400
    assert answer.error["target"] == "costCenter"
    assert "details" not in answer.error
    assert not hub.instances


async def test_several_problems_are_all_listed_with_their_targets(api: Api):
    answer = await api.create(spec_body(name="X", owner="nobody", colour="blue"))
    assert (answer.status, answer.error["code"]) == (400, "InvalidRequest")
    assert {detail["target"] for detail in answer.error["details"]} == {"name", "owner", "colour"}
    assert all(detail["code"] and detail["message"] for detail in answer.error["details"])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{'name': 'x'}", id="Python's quotes"),
        pytest.param(b'{"name": "fraud', id="cut off"),
        pytest.param(b"\xff\xfe{}", id="no UTF-8"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b'{"gpu": ' + b"1" * 5000 + b"}", id="a number without end"),
    ],
)
async def test_what_is_no_json_is_refused(api: Api, body: bytes):
    answer = await api.create(body)
    assert (answer.status, answer.error["code"]) == (400, "InvalidJson")
    assert len(answer.text) < 500


@pytest.mark.parametrize("body", [None, [], "fraud-llm", 7])
async def test_json_that_is_no_object_is_refused(api: Api, body: Any):
    assert (await api.create(body)).status == 400


async def test_a_region_that_is_not_allowed_is_refused(api: Api):
    answer = await api.create(spec_body(regions=["chinaeast2"]))
    assert (answer.status, answer.error["target"]) == (400, "regions[0]")


async def test_of_two_equal_requests_at_once_both_get_the_one_operation(api: Api, hub: FakeHub):
    hub.rivals = [a_request()]
    answer = await api.create(spec_body())
    assert (answer.status, answer.headers["Operation-Location"]) == (202, OPERATION)
    assert list(hub.instances) == ["fraud-llm.1"]


async def test_of_two_different_requests_at_once_the_second_is_refused(api: Api, hub: FakeHub):
    hub.rivals = [a_request(spec=a_spec(owner="other@example.com"))]
    answer = await api.create(spec_body())
    assert (answer.status, answer.error["code"]) == (409, "EnvironmentExists")


async def test_of_two_starts_that_the_hub_acknowledges_only_the_one_that_runs_is_accepted(
    api: Api, hub: FakeHub
):
    """Azure Storage drops the second start of an id in the same moment without a word."""
    hub.second_start = "discard"
    hub.rivals = [a_request(spec=a_spec(owner="other@example.com"))]
    answer = await api.create(spec_body())
    assert (answer.status, answer.error["code"]) == (409, "EnvironmentExists")
    assert answer.headers["Operation-Location"] == OPERATION


async def test_of_two_equal_starts_that_the_hub_acknowledges_both_get_the_one_operation(
    api: Api, hub: FakeHub
):
    hub.second_start = "discard"
    hub.rivals = [a_request()]
    answer = await api.create(spec_body())
    assert (answer.status, answer.headers["Operation-Location"]) == (202, OPERATION)
    assert list(hub.instances) == ["fraud-llm.1"]


class Contended(FakeHub):
    """Another request always starts first, and its instance is purged at once."""

    async def schedule_new_orchestration(self, *args: Any, **options: Any) -> str:
        raise rpc_error(grpc.StatusCode.ALREADY_EXISTS)


async def test_a_request_that_always_comes_too_late_is_told_to_come_again():
    answer = await Api(Contended()).create(spec_body())
    assert (answer.status, answer.error["code"]) == (409, "ConcurrentRequests")
    assert answer.headers["Retry-After"] == "5"


async def test_what_a_caller_sends_never_names_a_class_to_build(api: Api, hub: FakeHub):
    """The SDK's codec reads such objects as its own unless strict typing is set."""
    env = {"__class__": "Phase", "__module__": "domain.phases", "__data__": "Ready"}
    body = spec_body(workload={"image": "registry.example.com/llm:1.4.2", "env": env})
    assert (await api.create(body)).status == 202
    hub.deliver("fraud-llm.1")
    answer = await api.get("environments/fraud-llm")
    assert answer.json["spec"]["workload"]["env"] == env
    assert len((await api.get("environments")).json["value"]) == 1


async def test_the_started_orchestration_is_that_of_the_kind(api: Api, hub: FakeHub):
    await api.create(spec_body())
    record = hub.deliver("fraud-llm.1")
    (operation,) = record.operations
    assert (operation.kind, operation.status) == (OperationKind.PROVISION, Status.RUNNING)


async def test_an_expiry_that_has_passed_is_refused(api: Api, hub: FakeHub):
    answer = await api.create(spec_body(expiresAt="2020-01-01T00:00:00Z"))
    assert (answer.status, answer.error["target"]) == (400, "expiresAt")
    assert not hub.instances

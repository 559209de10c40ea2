import json

import pytest

from domain.environment.operation import OperationKind
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.outcomes import Outcome
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Answer, Api
from tests.support.payloads import HOST, QUOTA
from tests.support.specs import a_request, spec_body

ENVIRONMENT = "/environments/fraud-llm"
SCALE_DOWN, WAKE = "environments/fraud-llm/scale-down", "environments/fraud-llm/wake"
ACTIONS = pytest.mark.parametrize("action", ["scale-down", "wake", "repair", "retry"])
HOW_FAR = pytest.mark.parametrize("how_far", ["not on record yet", "on record", "ended"])


def operation(sequence: int) -> str:
    return f"/operations/fraud-llm.{sequence}"


def started(hub: FakeHub, operation_id: str) -> OperationRequest:
    return OperationRequest.from_wire(
        json.loads(hub.instances[operation_id].serialized_input or "")
    )


@pytest.fixture
async def ready(api: Api, hub: FakeHub) -> None:
    await api.create(spec_body())
    record = hub.finish("fraud-llm.1", Phase.READY)
    hub.add(record.model_copy(update={"endpoint": f"https://{HOST}"}))


@pytest.fixture
async def asleep(api: Api, hub: FakeHub, ready: None) -> None:
    await api.post(SCALE_DOWN)
    hub.finish("fraud-llm.2", Phase.SCALED_DOWN)


@pytest.mark.usefixtures("ready")
async def test_a_ready_environment_is_scaled_down_as_an_operation(api: Api, hub: FakeHub):
    answer = await api.post(SCALE_DOWN)
    assert answer.status == 202
    assert answer.headers["Operation-Location"] == operation(2)
    assert (answer.headers["Location"], answer.headers["Retry-After"]) == (ENVIRONMENT, "5")
    assert (answer.json["id"], answer.json["kind"]) == ("fraud-llm.2", "scale-down")
    assert {step["status"] for step in answer.json["steps"]} == {"NotStarted"}
    assert started(hub, "fraud-llm.2").kind is OperationKind.SCALE_DOWN
    assert (await api.get("environments/fraud-llm")).json["phase"] == "Updating"


@pytest.mark.usefixtures("asleep")
async def test_a_sleeping_environment_is_woken_as_an_operation(api: Api, hub: FakeHub):
    answer = await api.post(WAKE)
    assert answer.status == 202
    assert answer.headers["Operation-Location"] == operation(3)
    assert (answer.headers["Location"], answer.headers["Retry-After"]) == (ENVIRONMENT, "5")
    assert answer.json["kind"] == "wake"
    assert started(hub, "fraud-llm.3").host_name == HOST, "it asks the model where it answered"
    assert (await api.get("environments/fraud-llm")).json["phase"] == "Waking"


async def post_twice(api: Api, hub: FakeHub, path: str, how_far: str) -> Answer:
    """The second answer, when the first one's operation has come `how_far`."""
    operation_id = (await api.post(path)).json["id"]
    if how_far == "on record":
        hub.deliver(operation_id)
    if how_far == "ended":
        goal = Phase.READY if path is WAKE else Phase.SCALED_DOWN
        hub.finish(operation_id, goal)
    return await api.post(path)


@HOW_FAR
@pytest.mark.usefixtures("ready")
async def test_scaling_down_twice_answers_the_same_operation(api: Api, hub: FakeHub, how_far: str):
    again = await post_twice(api, hub, SCALE_DOWN, how_far)
    assert (again.status, again.headers["Operation-Location"]) == (202, operation(2))
    assert again.json["status"] == ("Succeeded" if how_far == "ended" else "Running")
    assert list(hub.instances) == ["fraud-llm.1", "fraud-llm.2"]


@HOW_FAR
@pytest.mark.usefixtures("asleep")
async def test_waking_twice_answers_the_same_operation(api: Api, hub: FakeHub, how_far: str):
    again = await post_twice(api, hub, WAKE, how_far)
    assert (again.status, again.headers["Operation-Location"]) == (202, operation(3))
    assert again.json["status"] == ("Succeeded" if how_far == "ended" else "Running")
    assert list(hub.instances) == ["fraud-llm.1", "fraud-llm.2", "fraud-llm.3"]


@ACTIONS
async def test_what_nobody_knows_is_not_found(api: Api, hub: FakeHub, action: str):
    answer = await api.post(f"environments/unknown/{action}")
    assert (answer.status, answer.error["code"]) == (404, "EnvironmentNotFound")
    assert hub.instances == {}


@ACTIONS
@pytest.mark.usefixtures("ready")
async def test_what_is_deleted_is_not_found(api: Api, hub: FakeHub, action: str):
    await api.delete("environments/fraud-llm")
    hub.finish("fraud-llm.2", Phase.DELETED)
    assert (await api.post(f"environments/fraud-llm/{action}")).status == 404


@ACTIONS
async def test_what_is_being_built_is_refused_with_the_operation_to_wait_for(
    api: Api, hub: FakeHub, action: str
):
    await api.create(spec_body())
    answer = await api.post(f"environments/fraud-llm/{action}")
    assert (answer.status, answer.error["code"]) == (409, "WrongPhase")
    assert "is Provisioning" in answer.error["message"]
    assert answer.headers["Operation-Location"] == operation(1)
    assert answer.headers["Retry-After"] == "5"
    assert list(hub.instances) == ["fraud-llm.1"]


@pytest.mark.usefixtures("ready")
async def test_what_never_slept_cannot_wake(api: Api):
    answer = await api.post(WAKE)
    assert (answer.status, answer.error["code"]) == (409, "WrongPhase")
    assert "needs it to be ScaledDown" in answer.error["message"]
    assert "Operation-Location" not in answer.headers, "no operation is in the way"


@pytest.mark.usefixtures("asleep")
async def test_an_environment_that_wakes_is_not_put_to_sleep_meanwhile(api: Api):
    await api.post(WAKE)
    answer = await api.post(SCALE_DOWN)
    assert (answer.status, answer.error["code"]) == (409, "WrongPhase")
    assert answer.headers["Operation-Location"] == operation(3)


@pytest.mark.usefixtures("asleep")
async def test_an_environment_that_wakes_can_be_deleted(api: Api, hub: FakeHub):
    await api.post(WAKE)
    assert (await api.delete("environments/fraud-llm")).status == 202
    assert started(hub, "fraud-llm.4").predecessor == "fraud-llm.3"


@pytest.mark.usefixtures("ready")
async def test_a_scale_down_that_failed_can_be_asked_for_again(api: Api, hub: FakeHub):
    await api.post(SCALE_DOWN)
    hub.finish("fraud-llm.2", Phase.FAILED, QUOTA)
    assert (await api.get("operations/fraud-llm.2")).json["error"]["code"] == "QuotaExceeded"
    answer = await api.post(SCALE_DOWN)
    assert (answer.status, answer.headers["Operation-Location"]) == (202, operation(3))


async def test_a_retry_starts_the_failed_operation_again(api: Api, hub: FakeHub):
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.FAILED, QUOTA)
    answer = await api.post("environments/fraud-llm/retry")
    assert (answer.status, answer.headers["Operation-Location"]) == (202, operation(2))
    assert (answer.json["kind"], answer.json["status"]) == ("provision", "Running")
    assert started(hub, "fraud-llm.2").kind is OperationKind.PROVISION
    assert (await api.get("environments/fraud-llm")).json["phase"] == "Provisioning"


async def test_a_cancellation_reaches_the_operation_that_runs(api: Api, hub: FakeHub):
    await api.create(spec_body())
    answer = await api.post("environments/fraud-llm/cancel")
    assert (answer.status, answer.headers["Operation-Location"]) == (202, operation(1))
    assert (answer.json["kind"], answer.json["status"]) == ("provision", "Running")
    assert hub.raised == [("fraud-llm.1", "cancel")]
    assert list(hub.instances) == ["fraud-llm.1"], "it is no operation of its own"


async def test_a_cancellation_that_is_repeated_names_what_it_has_canceled(api: Api, hub: FakeHub):
    await api.create(spec_body())
    await api.post("environments/fraud-llm/cancel")
    hub.finish("fraud-llm.1", Phase.CANCELED, Outcome.canceled())
    answer = await api.post("environments/fraud-llm/cancel")
    assert (answer.status, answer.headers["Operation-Location"]) == (202, operation(1))
    assert answer.json["status"] == "Canceled"
    assert len(hub.raised) == 1


@pytest.mark.usefixtures("ready")
async def test_where_nothing_runs_nothing_is_canceled(api: Api, hub: FakeHub):
    answer = await api.post("environments/fraud-llm/cancel")
    assert (answer.status, answer.error["code"]) == (409, "NoOperationRunning")
    assert hub.raised == []


@pytest.mark.usefixtures("ready")
async def test_a_repair_is_an_operation_with_the_specification_on_record(api: Api, hub: FakeHub):
    answer = await api.post("environments/fraud-llm/repair")
    assert (answer.status, answer.headers["Operation-Location"]) == (202, operation(2))
    assert answer.json["kind"] == "repair"
    assert started(hub, "fraud-llm.2").spec == started(hub, "fraud-llm.1").spec
    environment = (await api.get("environments/fraud-llm")).json
    assert (environment["phase"], environment["generation"]) == ("Updating", 1)


@pytest.mark.parametrize("phase", [Phase.FAILED, Phase.CANCELED])
async def test_a_repair_of_what_was_never_built_provisions_it(
    api: Api, hub: FakeHub, phase: Phase
):
    await api.create(spec_body())
    hub.finish("fraud-llm.1", phase)
    answer = await api.post("environments/fraud-llm/repair")
    assert (answer.status, answer.headers["Operation-Location"]) == (202, operation(2))
    assert answer.json["kind"] == "provision"


@pytest.mark.usefixtures("ready")
async def test_an_action_holds_for_the_etag_that_it_names(api: Api, hub: FakeHub):
    stale = await api.post(SCALE_DOWN, If_Match='"0-0"')
    assert (stale.status, stale.error["code"]) == (412, "PreconditionFailed")
    assert list(hub.instances) == ["fraud-llm.1"]


@pytest.mark.usefixtures("ready")
async def test_of_two_requests_at_once_both_get_the_one_operation(api: Api, hub: FakeHub):
    hub.rivals = [a_request(OperationKind.SCALE_DOWN, 2)]
    answer = await api.post(SCALE_DOWN)
    assert (answer.status, answer.headers["Operation-Location"]) == (202, operation(2))
    assert list(hub.instances) == ["fraud-llm.1", "fraud-llm.2"]


@pytest.mark.usefixtures("ready")
async def test_a_deletion_that_gets_in_first_wins(api: Api, hub: FakeHub):
    hub.rivals = [a_request(OperationKind.DELETE, 2)]
    answer = await api.post(SCALE_DOWN)
    assert (answer.status, answer.headers["Operation-Location"]) == (409, operation(2))

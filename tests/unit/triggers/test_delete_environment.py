import json

import pytest

from domain.environment.operation import OperationKind
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.specs import a_request, spec_body

DELETION = "/operations/fraud-llm.2"


@pytest.fixture
async def ready(api: Api, hub: FakeHub) -> None:
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)


def started(hub: FakeHub, operation_id: str) -> OperationRequest:
    return OperationRequest.from_wire(
        json.loads(hub.instances[operation_id].serialized_input or "")
    )


@pytest.mark.usefixtures("ready")
async def test_a_deletion_is_accepted_and_tells_where_to_follow_it(api: Api, hub: FakeHub):
    answer = await api.delete("environments/fraud-llm")
    assert (answer.status, answer.headers["Operation-Location"]) == (202, DELETION)
    assert answer.headers["Location"] == "/environments/fraud-llm"
    assert (answer.json["kind"], answer.json["status"]) == ("delete", "Running")
    assert started(hub, "fraud-llm.2").predecessor is None


@pytest.mark.usefixtures("ready")
async def test_deleting_twice_answers_the_running_deletion(api: Api, hub: FakeHub):
    await api.delete("environments/fraud-llm")
    again = await api.delete("environments/fraud-llm")
    assert (again.status, again.headers["Operation-Location"]) == (202, DELETION)
    assert "fraud-llm.3" not in hub.instances


@pytest.mark.usefixtures("ready")
async def test_force_starts_another_deletion_beside_a_stuck_one(api: Api, hub: FakeHub):
    await api.delete("environments/fraud-llm")
    hub.deliver("fraud-llm.2")
    answer = await api.delete("environments/fraud-llm?force=true")
    assert answer.headers["Operation-Location"] == "/operations/fraud-llm.3"
    request = started(hub, "fraud-llm.3")
    assert (request.force, request.predecessor) == (True, "fraud-llm.2")


@pytest.mark.parametrize("delivered", [False, True], ids=["not on record yet", "on record"])
async def test_an_environment_that_is_being_built_is_deleted_after_the_building(
    api: Api, hub: FakeHub, delivered: bool
):
    await api.create(spec_body())
    if delivered:
        hub.deliver("fraud-llm.1")
    answer = await api.delete("environments/fraud-llm")
    assert (answer.status, answer.headers["Operation-Location"]) == (202, DELETION)
    assert started(hub, "fraud-llm.2").predecessor == "fraud-llm.1"


async def test_what_nobody_knows_needs_no_deletion(api: Api):
    answer = await api.delete("environments/unknown")
    assert (answer.status, answer.text) == (204, "")


@pytest.mark.usefixtures("ready")
async def test_what_is_deleted_needs_no_deletion(api: Api, hub: FakeHub):
    await api.delete("environments/fraud-llm")
    hub.finish("fraud-llm.2", Phase.DELETED)
    assert (await api.delete("environments/fraud-llm")).status == 204


@pytest.mark.usefixtures("ready")
async def test_only_the_version_that_was_seen_is_deleted(api: Api):
    etag = (await api.get("environments/fraud-llm")).headers["ETag"]
    stale = await api.delete("environments/fraud-llm", If_Match='"1-0"')
    assert (stale.status, stale.error["code"]) == (412, "PreconditionFailed")
    assert etag in stale.error["message"]
    assert (await api.delete("environments/fraud-llm", If_Match=etag)).status == 202


@pytest.mark.usefixtures("ready")
async def test_any_version_may_be_meant(api: Api):
    assert (await api.delete("environments/fraud-llm", If_Match="*")).status == 202


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("force", "status"), [("true", 202), ("False", 202), ("1", 400), ("yes", 400), ("", 400)]
)
async def test_force_is_true_or_false(api: Api, force: str, status: int):
    answer = await api.delete(f"environments/fraud-llm?force={force}")
    assert answer.status == status
    if status == 400:
        assert answer.error["target"] == "query force"


@pytest.mark.usefixtures("ready")
async def test_of_two_deletions_at_once_both_get_the_one_operation(api: Api, hub: FakeHub):
    hub.rivals = [a_request(OperationKind.DELETE, 2)]
    answer = await api.delete("environments/fraud-llm")
    assert (answer.status, answer.headers["Operation-Location"]) == (202, DELETION)
    assert list(hub.instances) == ["fraud-llm.1", "fraud-llm.2"]


@pytest.mark.usefixtures("ready")
async def test_a_misspelt_parameter_deletes_nothing(api: Api, hub: FakeHub):
    answer = await api.delete("environments/fraud-llm?forse=true")
    assert (answer.status, answer.error["code"]) == (400, "UnknownQueryParameter")
    assert answer.error["message"] == "Remove it. Supported query parameters: force."
    assert list(hub.instances) == ["fraud-llm.1"]


@pytest.mark.usefixtures("ready")
async def test_a_repeated_deletion_is_known_after_everything_is_gone(api: Api, hub: FakeHub):
    request_id = "5b1f0d9c-7c7c-4f0c-9d0a-1f2f1b9b8f77"
    await api.delete("environments/fraud-llm", Repeatability_Request_ID=request_id)
    hub.finish("fraud-llm.2", Phase.DELETED)
    again = await api.delete("environments/fraud-llm", Repeatability_Request_ID=request_id)
    assert (again.status, again.headers["Operation-Location"]) == (202, DELETION)
    assert (again.json["status"], again.headers["Repeatability-Result"]) == (
        "Succeeded",
        "accepted",
    )

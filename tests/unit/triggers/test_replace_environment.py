import json
from dataclasses import dataclass

import pytest
from durabletask.entities import EntityInstanceId, EntityMetadata

from domain.durable.names import ENVIRONMENT_ENTITY
from domain.environment.operation import OperationKind
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.specs import NOON, a_request, spec_body
from triggers.directory import fill_directory

URL = "environments/fraud-llm"
CHANGED = spec_body(costCenter="ML-9")
REQUEST_ID = "5b1f0d9c-7c7c-4f0c-9d0a-1f2f1b9b8f77"


@pytest.fixture(autouse=True)
async def ready(api: Api, hub: FakeHub) -> None:
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)


async def test_a_new_spec_is_accepted_as_an_operation(api: Api, hub: FakeHub):
    answer = await api.put(URL, CHANGED)
    assert answer.status == 202
    assert answer.headers["Operation-Location"] == "/operations/fraud-llm.2"
    assert (answer.headers["Location"], answer.json["kind"]) == (f"/{URL}", "update")
    started = json.loads(hub.instances["fraud-llm.2"].serialized_input or "")
    request = OperationRequest.from_wire(started)
    assert (request.kind, request.spec.cost_center) == (OperationKind.UPDATE, "ML-9")
    shown = (await api.get(URL)).json
    assert (shown["phase"], shown["generation"]) == ("Updating", 2)
    assert shown["spec"]["costCenter"] == "ML-9"


async def test_the_spec_that_it_has_changes_nothing(api: Api, hub: FakeHub):
    answer = await api.put(URL, spec_body())
    assert (answer.status, answer.json["id"]) == (202, "fraud-llm.1")
    assert list(hub.instances) == ["fraud-llm.1"]


async def test_a_repeated_request_starts_nothing_twice(api: Api, hub: FakeHub):
    first = await api.put(URL, CHANGED, Repeatability_Request_ID=REQUEST_ID)
    hub.finish("fraud-llm.2", Phase.READY)
    await api.put(URL, spec_body())
    hub.finish("fraud-llm.3", Phase.READY)
    again = await api.put(URL, CHANGED, Repeatability_Request_ID=REQUEST_ID)
    assert first.json["id"] == again.json["id"] == "fraud-llm.2"
    assert again.headers["Repeatability-Result"] == "accepted"
    assert "fraud-llm.4" not in hub.instances


@pytest.mark.parametrize(
    ("body", "status", "code", "target"),
    [
        pytest.param(b"{", 400, "InvalidJson", None, id="no JSON"),
        pytest.param(spec_body(name="other-llm"), 400, "NameMismatch", "name", id="name"),
        pytest.param(spec_body(colour="x"), 400, "UnknownField", "colour", id="a field"),
        pytest.param(
            spec_body(regions=["swedencentral"]),
            409,
            "FieldCannotBeChanged",
            "regions",
            id="fixed",
        ),
    ],
)
async def test_what_cannot_work_is_refused_at_once(
    api: Api, hub: FakeHub, body: object, status: int, code: str, target: str | None
):
    answer = await api.put(URL, body)
    assert (answer.status, answer.error["code"]) == (status, code)
    assert answer.error.get("target") == target
    assert list(hub.instances) == ["fraud-llm.1"]


async def test_who_has_read_something_older_is_told_so(api: Api, hub: FakeHub):
    etag = (await api.get(URL)).headers["ETag"]
    stale = await api.put(URL, CHANGED, If_Match='"0-0"')
    assert (stale.status, stale.error["code"]) == (412, "PreconditionFailed")
    assert (await api.put(URL, CHANGED, If_Match=etag)).status == 202


async def test_the_etag_still_holds_when_another_request_gets_in_first(api: Api, hub: FakeHub):
    etag = (await api.get(URL)).headers["ETag"]
    hub.rivals = [a_request(OperationKind.SCALE_DOWN, 2)]
    answer = await api.put(URL, CHANGED, If_Match=etag)
    assert (answer.status, answer.error["target"]) == (412, "header If-Match")
    assert list(hub.instances) == ["fraud-llm.1", "fraud-llm.2"]


async def test_a_repeated_request_is_known_although_it_changed_the_etag_itself(
    api: Api, hub: FakeHub
):
    etag = (await api.get(URL)).headers["ETag"]
    headers = {"If_Match": etag, "Repeatability_Request_ID": REQUEST_ID}
    first = await api.put(URL, CHANGED, **headers)
    hub.finish("fraud-llm.2", Phase.READY)
    again = await api.put(URL, CHANGED, **headers)
    assert first.json["id"] == again.json["id"] == "fraud-llm.2"


@dataclass
class CountingHub(FakeHub):
    reads: int = 0

    async def get_entity(
        self, entity_instance_id: EntityInstanceId, include_state: bool = True
    ) -> EntityMetadata | None:
        self.reads += entity_instance_id.entity == ENVIRONMENT_ENTITY
        return await super().get_entity(entity_instance_id, include_state)


async def test_an_accepted_request_reads_the_record_once_and_answers_what_a_read_shows():
    hub = CountingHub()
    api = Api(hub)
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    await fill_directory(hub, None, NOON)
    hub.reads = 0
    answer = await api.put(URL, CHANGED, If_Match="*")
    assert hub.reads == 1
    shown = (await api.get(answer.headers["Operation-Location"])).json
    times = {"createdDateTime", "lastActionDateTime"}
    assert {key: shown[key] for key in shown.keys() - times} == {
        key: answer.json[key] for key in answer.json.keys() - times
    }


async def test_an_operation_that_the_record_has_dropped_is_answered_by_its_id(
    api: Api, hub: FakeHub
):
    await api.put(URL, CHANGED, Repeatability_Request_ID=REQUEST_ID)
    record = hub.finish("fraud-llm.2", Phase.READY)
    hub.add(record.model_copy(update={"operations": record.operations[:1]}))
    again = await api.put(URL, CHANGED, Repeatability_Request_ID=REQUEST_ID)
    assert (again.status, again.json) == (202, {"id": "fraud-llm.2"})


async def test_what_is_not_there_is_not_created(api: Api, hub: FakeHub):
    answer = await api.put("environments/new-llm", spec_body(name="new-llm"))
    assert (answer.status, answer.error["code"]) == (404, "EnvironmentNotFound")


async def test_a_put_that_must_not_find_an_environment_is_refused(api: Api, hub: FakeHub):
    new = spec_body(name="new-llm")
    absent = await api.put("environments/new-llm", new, If_None_Match="*")
    assert (absent.status, absent.error["code"]) == (404, "EnvironmentNotFound")
    refused = await api.put(URL, CHANGED, If_None_Match="*")
    assert (refused.status, refused.error["code"]) == (412, "PreconditionFailed")
    assert refused.error["target"] == "header If-None-Match"
    assert list(hub.instances) == ["fraud-llm.1"]

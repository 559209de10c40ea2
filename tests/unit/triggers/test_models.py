"""`/models`: versions of models."""

from typing import Any

import pytest
from durabletask.entities import EntityInstanceId

from domain.environment.phases import Phase
from domain.outcomes import Outcome
from domain.spec.model_versions import ModelContent, Registration
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.payloads import QUOTA
from tests.support.specs import NOON, spec_body
from triggers import signal_results, starting
from triggers.model_routes import EXAMPLE_MODEL

REQUEST_ID = "5b1f0d9c-7c7c-4f0c-9d0a-1f2f1b9b8f77"
REFERENCE = spec_body(workload={"model": {"name": "fraud-llm", "version": "1"}})

RIVAL = Registration(
    content=ModelContent.from_wire({**EXAMPLE_MODEL, "licence": "mit"}),
    at=NOON,
    request_id=REQUEST_ID,
)


async def register(api: Api, **changes: Any) -> Any:
    return await api.send("POST", "models", {**EXAMPLE_MODEL, **changes})


async def test_a_version_is_registered_once(api: Api):
    first, again = await register(api), await register(api)
    assert (first.status, again.status) == (201, 200)
    assert first.headers["Location"] == again.headers["Location"] == "/models/fraud-llm/versions/1"
    assert first.json == again.json == (await api.get("models/fraud-llm/versions/1")).json
    assert (await register(api, licence="mit")).json["version"] == 2


async def test_a_request_that_is_sent_twice_has_one_version(api: Api):
    headers = {"Repeatability-Request-ID": REQUEST_ID}
    first = await api.send("POST", "models", EXAMPLE_MODEL, headers)
    again = await api.send("POST", "models", EXAMPLE_MODEL, headers)
    other = await api.send("POST", "models", {**EXAMPLE_MODEL, "licence": "mit"}, headers)
    assert first.headers["Repeatability-Result"] == "accepted"
    assert (again.status, again.json["version"]) == (200, 1)
    assert (other.status, other.error["code"]) == (409, "RepeatabilityRequestIdReused")


class RacingHub(FakeHub):
    """Lets another registration in just before the first one."""

    async def signal_entity(
        self, entity_instance_id: EntityInstanceId, operation_name: str, input: Any | None = None
    ) -> None:
        if not self.models:
            await super().signal_entity(entity_instance_id, operation_name, RIVAL.to_wire())
        await super().signal_entity(entity_instance_id, operation_name, input)


async def test_an_id_registers_one_version_also_of_two_requests_at_once():
    hub = RacingHub()
    headers = {"Repeatability-Request-ID": REQUEST_ID}
    answer = await Api(hub).send("POST", "models", EXAMPLE_MODEL, headers)
    assert (answer.status, answer.error["code"]) == (409, "RepeatabilityRequestIdReused")
    assert [each.content for each in hub.models["fraud-llm"].versions] == [RIVAL.content]


async def test_the_one_who_registers_is_on_record(hub: FakeHub):
    api = Api(hub, requires_app_roles=True)
    headers = {
        "X-MS-CLIENT-PRINCIPAL-ID": "ca11e900-0000-4000-8000-000000000002",
        "X-MS-CLIENT-PRINCIPAL": "eyJjbGFpbXMiOiBbeyJ0eXAiOiAicm9sZXMiLCAidmFsIjogIkVudmlyb25tZW50"
        "cy5Xcml0ZSJ9XX0=",
    }
    answer = await api.send("POST", "models", EXAMPLE_MODEL, headers)
    assert answer.json["createdBy"] == "ca11e900-0000-4000-8000-000000000002"


async def test_a_model_shows_its_versions_the_latest_first(api: Api):
    await register(api)
    await register(api, licence="mit")
    versions = (await api.get("models/fraud-llm")).json["versions"]
    assert [each["version"] for each in versions] == [2, 1]


async def test_models_are_listed_page_by_page(api: Api):
    for name in ("b-llm", "a-llm", "c-llm"):
        await register(api, name=name)
    first = (await api.get("models?maxpagesize=2")).json
    second = (await api.get(first["nextLink"].strip("/"))).json
    assert [each["name"] for each in (*first["value"], *second["value"])] == [
        "a-llm",
        "b-llm",
        "c-llm",
    ]
    assert "nextLink" not in second


async def test_an_environment_runs_what_the_version_has(api: Api):
    await register(api)
    assert (await api.create(REFERENCE)).status == 202
    workload = (await api.get("environments/fraud-llm")).json["spec"]["workload"]
    assert workload["image"] == EXAMPLE_MODEL["image"]
    assert workload["model"]["source"] == EXAMPLE_MODEL["source"]


async def test_a_version_that_does_not_exist_is_refused(api: Api):
    answer = await api.create(REFERENCE)
    assert (answer.status, answer.error["code"]) == (400, "ModelVersionNotFound")


async def test_a_plan_is_of_the_version_as_well(api: Api):
    await register(api)
    answer = await api.send("POST", "plans", REFERENCE)
    assert (await api.create({"planId": answer.json["id"]})).status == 202


async def test_a_plan_of_a_version_that_was_deleted_since_is_stale(api: Api, hub: FakeHub):
    await register(api)
    plan_id = (await api.send("POST", "plans", REFERENCE)).json["id"]
    await api.delete("models/fraud-llm/versions/1")
    answer = await api.create({"planId": plan_id})
    assert (answer.status, answer.error["code"]) == (412, "PlanIsStale")
    assert "Version 1 of 'fraud-llm' was deleted" in answer.error["message"]
    assert hub.instances == {}


@pytest.mark.parametrize("path", ["models/fraud-llm", "models/fraud-llm/versions/1"])
async def test_a_number_that_was_deleted_is_no_text(api: Api, path: str):
    """Otherwise what was deleted would be served by who has read it before."""
    await register(api)
    completed = (await api.send("POST", "plans", REFERENCE)).json
    image = {**REFERENCE["workload"], "image": EXAMPLE_MODEL["image"]}
    assert completed["environment"] == "fraud-llm"
    await api.delete(path)
    answer = await api.create({**REFERENCE, "workload": image})
    assert (answer.status, answer.error["code"]) == (400, "ModelVersionDeleted")
    later = {**image, "model": {"name": "fraud-llm", "version": "2024-11"}}
    assert (await api.create({**REFERENCE, "workload": later})).status == 202


async def run_two_versions(api: Api, hub: FakeHub) -> None:
    """The environment has run version 1 and runs version 2."""
    await register(api)
    await register(api, licence="mit")
    await api.create(REFERENCE)
    hub.finish("fraud-llm.1", Phase.READY)
    second = {**REFERENCE["workload"], "model": {"name": "fraud-llm", "version": "2"}}
    await api.put("environments/fraud-llm", {**REFERENCE, "workload": second})
    hub.finish("fraud-llm.2", Phase.READY)


async def test_no_rollback_serves_a_version_that_was_deleted(api: Api, hub: FakeHub):
    await run_two_versions(api, hub)
    assert (await api.delete("models/fraud-llm/versions/1")).status == 204
    answer = await api.send("POST", "environments/fraud-llm/rollback", {})
    assert (answer.status, answer.error["code"]) == (409, "ModelVersionDeleted")
    assert answer.error["target"] == "toVersion"
    assert "ran version 1 of 'fraud-llm'" in answer.error["message"]


@pytest.mark.parametrize(
    ("action", "phase", "outcome"),
    [
        ("retry", Phase.FAILED, QUOTA),
        ("wake", Phase.SCALED_DOWN, None),
        ("repair", Phase.READY, None),
    ],
)
async def test_what_runs_goes_on_where_an_earlier_release_has_deleted_its_version(
    api: Api, hub: FakeHub, action: str, phase: Phase, outcome: Outcome | None
):
    """Its record is whole; another specification names a version that there is."""
    await register(api)
    await register(api, licence="mit")
    await api.create(REFERENCE)
    record = hub.finish("fraud-llm.1", Phase.READY if outcome is None else phase, outcome)
    hub.records["fraud-llm"] = record.model_copy(update={"phase": phase})
    model = hub.models["fraud-llm"]
    hub.models["fraud-llm"] = model.model_copy(update={"versions": model.versions[1:]})
    same = await api.put("environments/fraud-llm", REFERENCE)
    assert (same.status, same.error["code"]) == (400, "ModelVersionDeleted")
    assert (await api.post(f"environments/fraud-llm/{action}")).status == 202
    hub.finish("fraud-llm.2", Phase.READY)
    second = {**REFERENCE["workload"], "model": {"name": "fraud-llm", "version": "2"}}
    changed = await api.put("environments/fraud-llm", {**REFERENCE, "workload": second})
    assert changed.status == 202


async def test_a_version_is_kept_once_a_request_has_read_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
):
    """Deleted between the decision of a request and its start, and before it is listed."""
    await register(api)
    answers: list[Any] = []
    start = starting.task_hub.start

    async def delete_first(*given: Any) -> bool:
        answers.append(await api.delete("models/fraud-llm/versions/1"))
        return await start(*given)

    monkeypatch.setattr(starting.task_hub, "start", delete_first)
    assert (await api.create(REFERENCE)).status == 202
    answers.append(await api.delete("models/fraud-llm"))
    assert [(each.status, each.error["code"]) for each in answers] == 2 * [(409, "ModelInUse")]
    assert "A request that names it is being decided" in answers[0].error["message"]
    assert "refer to it: fraud-llm." in answers[1].error["message"], "not on record yet"


async def test_a_version_that_is_deleted_first_is_not_started(
    api: Api, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
):
    """Deleted between the moments in which a request is read and in which it holds it."""
    await register(api)
    decide = starting.check

    async def delete_first(*given: Any) -> Any:
        assert (await api.delete("models/fraud-llm/versions/1")).status == 204
        return await decide(*given)

    monkeypatch.setattr(starting, "check", delete_first)
    answer = await api.create(REFERENCE)
    assert (answer.status, answer.error["code"]) == (409, "ModelVersionDeleted")
    assert hub.instances == {}


async def test_what_a_request_held_is_deleted_once_its_environment_runs_another(
    api: Api, hub: FakeHub
):
    await run_two_versions(api, hub)
    assert {each.version for each in hub.models["fraud-llm"].holds} == {1, 2}
    assert (await api.delete("models/fraud-llm/versions/1")).status == 204


@pytest.mark.parametrize("path", ["models/fraud-llm", "models/fraud-llm/versions/1"])
@pytest.mark.parametrize("phase", [Phase.READY, Phase.SCALED_DOWN, Phase.FAILED])
async def test_what_is_served_is_kept(api: Api, hub: FakeHub, path: str, phase: Phase):
    await register(api)
    await api.create(REFERENCE)
    hub.finish("fraud-llm.1", phase)
    answer = await api.delete(path)
    assert (answer.status, answer.error["code"]) == (409, "ModelInUse")
    assert "fraud-llm" in answer.error["message"]
    assert (await api.get("models/fraud-llm/versions/1")).status == 200


@pytest.mark.parametrize("strategy", ["replace", "blueGreen"])
@pytest.mark.parametrize("has_failed", [False, True])
async def test_what_served_is_kept_until_an_update_has_succeeded(
    api: Api, hub: FakeHub, strategy: str, has_failed: bool
):
    await register(api)
    await register(api, licence="mit")
    extra = {"update": {"strategy": strategy}, "gpu": {**REFERENCE["gpu"], "maxNodes": 4}}
    await api.create({**REFERENCE, **extra})
    hub.finish("fraud-llm.1", Phase.READY)
    second = {**REFERENCE["workload"], "model": {"name": "fraud-llm", "version": "2"}}
    update = await api.put("environments/fraud-llm", {**REFERENCE, **extra, "workload": second})
    assert update.status == 202
    hub.deliver("fraud-llm.2")
    if has_failed:
        hub.finish("fraud-llm.2", Phase.FAILED, QUOTA)
    for number in (1, 2):
        answer = await api.delete(f"models/fraud-llm/versions/{number}")
        assert (answer.status, answer.error["code"]) == (409, "ModelInUse")


async def test_what_a_failed_update_may_have_left_serving_is_kept(api: Api, hub: FakeHub):
    """Also once another update has failed: replicas are replaced one after the other."""
    for number in range(1, 4):
        await register(api, sizeGiB=number)
    await api.create(REFERENCE)
    hub.finish("fraud-llm.1", Phase.READY)
    for number in (2, 3):
        workload = {"model": {"name": "fraud-llm", "version": str(number)}}
        await api.put("environments/fraud-llm", {**REFERENCE, "workload": workload})
        hub.finish(f"fraud-llm.{number}", Phase.FAILED, QUOTA)
    for number in (1, 2, 3):
        answer = await api.delete(f"models/fraud-llm/versions/{number}")
        assert (answer.status, answer.error["code"]) == (409, "ModelInUse"), number


async def test_what_an_update_has_replaced_is_deleted(api: Api, hub: FakeHub):
    await register(api)
    await register(api, licence="mit")
    await api.create(REFERENCE)
    hub.finish("fraud-llm.1", Phase.READY)
    second = {**REFERENCE["workload"], "model": {"name": "fraud-llm", "version": "2"}}
    await api.put("environments/fraud-llm", {**REFERENCE, "workload": second})
    hub.finish("fraud-llm.2", Phase.READY)
    assert (await api.delete("models/fraud-llm/versions/1")).status == 204


async def test_a_preset_of_the_same_name_is_another_model(api: Api, hub: FakeHub):
    await register(api, name="phi-4")
    preset = {**spec_body(), "workload": {"preset": "phi-4"}}
    assert (await api.create(preset)).status == 202
    hub.finish("fraud-llm.1", Phase.READY)
    assert (await api.delete("models/phi-4/versions/1")).status == 204


async def test_no_preset_may_be_written_as_null(api: Api):
    await register(api)
    body = {**REFERENCE, "workload": {**REFERENCE["workload"], "preset": None}}
    assert (await api.create(body)).status == 202


@pytest.mark.parametrize("path", ["models/fraud-llm", "models/fraud-llm/versions/1"])
async def test_what_nothing_serves_is_deleted_for_good(api: Api, path: str):
    await register(api)
    assert (await api.delete(path)).status == 204
    assert (await api.delete(path)).status == 204
    assert (await api.get("models/fraud-llm")).status == 404
    assert (await api.get("models")).json["value"] == []
    assert (await register(api)).json["version"] == 2


async def test_another_version_may_be_deleted(api: Api, hub: FakeHub):
    await register(api)
    await register(api, licence="mit")
    await api.create(REFERENCE)
    hub.finish("fraud-llm.1", Phase.READY)
    assert (await api.delete("models/fraud-llm/versions/2")).status == 204


async def test_a_model_has_room_for_so_many_versions(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("triggers.http_models.MAX_VERSIONS", 1)
    await register(api)
    answer = await register(api, licence="mit")
    assert (answer.status, answer.error["code"]) == (409, "TooManyModelVersions")


async def test_what_the_task_hub_does_not_take_is_not_promised(
    api: Api, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(signal_results, "LOOKS", 1)
    await register(api)
    hub.loses_signals = True
    assert (await register(api, licence="mit")).status == 503
    assert (await api.delete("models/fraud-llm")).status == 503


@pytest.mark.parametrize(
    ("changes", "code", "target"),
    [
        ({"image": "acmeml.azurecr.io/vllm:1"}, "ImageWithoutDigest", "image"),
        ({"digest": None}, "MissingField", "digest"),
        ({"name": "Fraud"}, "InvalidName", "name"),
    ],
)
async def test_what_is_no_version_is_refused(
    api: Api, changes: dict[str, Any], code: str, target: str
):
    answer = await register(api, **changes)
    assert (answer.status, answer.error["code"]) == (400, code)
    assert answer.error["target"] == target


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "fraud-"}, "Use 1 to 63 lower-case letters, digits, '.', '_' and '-', with a"),
        ({"image": "two words"}, "Use an image by its digest, <registry>/<repository>@sha256:"),
        (
            {"source": "acmeml.azurecr.io/weights:1", "digest": None},
            "oci://<registry>/<repository>@sha256:",
        ),
        ({"digest": "1"}, "Use sha256: and 64 hexadecimal digits"),
    ],
)
async def test_a_pattern_is_explained(api: Api, changes: dict[str, Any], says: str):
    message = (await register(api, **changes)).error["message"]
    assert says in message


async def test_a_body_has_to_be_an_object(api: Api):
    assert (await api.send("POST", "models", [])).error["code"] == "InvalidBody"


async def test_names_that_no_model_can_have_are_not_found(api: Api):
    assert (await api.get("models/FRAUD")).status == 404
    assert (await api.get("models/fraud-llm/versions/x")).status == 404


async def test_a_rollback_of_an_update_under_way_says_who_and_why(api: Api, hub: FakeHub):
    extra = {"update": {"strategy": "blueGreen"}, "gpu": {**REFERENCE["gpu"], "maxNodes": 4}}
    await api.create(spec_body(**extra))
    hub.finish("fraud-llm.1", Phase.READY)
    workload = {**spec_body()["workload"], "image": "registry.example.com/llm:2"}
    await api.put("environments/fraud-llm", spec_body(**extra, workload=workload))
    hub.deliver("fraud-llm.2")
    answer = await api.send("POST", "environments/fraud-llm/rollback", {"reason": "It is slow."})
    assert (answer.status, answer.json["id"]) == (202, "fraud-llm.2")
    events = (await api.get("environments/fraud-llm/events")).json["value"]
    (told,) = [each for each in events if each["type"] == "CancelRequested"]
    assert told["message"] == "update: rollback to 1 requested: It is slow."
    assert hub.raised == [("fraud-llm.2", "cancel")]

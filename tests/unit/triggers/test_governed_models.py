"""Models and rollbacks where a policy gives cost centers to groups and asks for approval."""

from typing import Any

import pytest

from domain.environment.phases import Phase
from domain.guard.policy.model import Policy
from domain.requests.app_roles import AppRole
from tests.support.callers import ALICE, BOB, ML, RISK, TWO_TEAMS, a_person
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Answer, Api
from tests.support.policies import a_file, reading
from tests.support.specs import spec_body
from triggers.model_routes import EXAMPLE_MODEL

URL, MODEL = "environments/fraud-llm", "models/shared-llm"
IN_ML = a_person(AppRole.WRITE, groups=[ML])
IN_RISK = a_person(AppRole.WRITE, groups=[RISK])
BOB_APPROVES = a_person(AppRole.APPROVE, object_id=BOB, groups=[ML])
NEEDS_APPROVAL = a_file(approval={"abovePerMonth": 100}, costCenters={"ML-1234": {"groups": [ML]}})


def an_api(hub: FakeHub, policy: Policy = TWO_TEAMS) -> Api:
    return Api(hub, requires_app_roles=True, read_policy=reading(policy))


def of_version(number: int, *, replicas: int = 1, **changes: Any) -> dict[str, Any]:
    model = {"name": "shared-llm", "version": str(number)}
    return spec_body(workload={"model": model, "replicas": replicas}, **changes)


async def register(hub: FakeHub, versions: int = 1) -> None:
    for number in range(1, versions + 1):
        body = {**EXAMPLE_MODEL, "name": "shared-llm", "sizeGiB": number}
        sent = await an_api(hub).send("POST", "models", body, IN_ML)
        assert sent.status == 201


async def create(hub: FakeHub, body: dict[str, Any], headers: dict[str, str] = IN_ML) -> None:
    assert (await an_api(hub).send("POST", "environments", body, headers)).status == 202
    hub.finish(f"{body['name']}.1", Phase.READY)


async def post(api: Api, action: str, headers: dict[str, str], body: Any = None) -> Answer:
    return await api.send("POST", f"{URL}/{action}", body or {}, headers)


@pytest.fixture
async def updated(hub: FakeHub) -> FakeHub:
    """Version 1 was built, version 2 runs. To go back costs more."""
    await register(hub, 2)
    await create(hub, of_version(1, replicas=2))
    assert (await an_api(hub).send("PUT", URL, of_version(2), IN_ML)).status == 202
    hub.finish("fraud-llm.2", Phase.READY)
    return hub


async def test_models_are_seen_by_all_and_their_users_only_by_their_own(hub: FakeHub):
    await register(hub)
    await create(hub, of_version(1))
    assert (await an_api(hub).send("GET", MODEL, headers=IN_RISK)).status == 200
    refused = await an_api(hub).send("DELETE", MODEL, headers=IN_RISK)
    assert (refused.status, refused.error["code"]) == (409, "ModelInUse")
    assert "fraud-llm" not in refused.text
    assert "1 of them" in refused.error["message"]
    await create(hub, of_version(1, name="risk-llm", costCenter="RISK-7"), IN_RISK)
    refused = await an_api(hub).send("DELETE", f"{MODEL}/versions/1", headers=IN_RISK)
    assert "risk-llm and 1 others" in refused.error["message"]
    assert "fraud-llm" not in refused.text


async def test_a_version_that_a_waiting_change_refers_to_is_in_use(hub: FakeHub):
    await register(hub, 2)
    await create(hub, of_version(1))
    api = an_api(hub, NEEDS_APPROVAL)
    waiting = await api.send("PUT", URL, of_version(2, replicas=2), IN_ML)
    assert waiting.json["status"] == "NotStarted"
    hub.deliver("fraud-llm.2")
    refused = await api.send("DELETE", f"{MODEL}/versions/2", headers=IN_ML)
    assert (refused.status, refused.error["code"]) == (409, "ModelInUse")
    assert "fraud-llm" in refused.error["message"]
    assert (await post(api, "reject", BOB_APPROVES, {"reason": "No."})).status == 202
    hub.answer()
    assert (await api.send("DELETE", f"{MODEL}/versions/2", headers=IN_ML)).status == 204


async def test_a_rollback_waits_for_approval_and_carries_out_what_was_approved(updated: FakeHub):
    api = an_api(updated, NEEDS_APPROVAL)
    asked = await post(api, "rollback", IN_ML, {"reason": "It is slow."})
    assert (asked.status, asked.json["status"]) == (202, "NotStarted")
    assert asked.json["rollback"]["toVersion"] == 1
    updated.deliver("fraud-llm.3")
    again = await post(api, "rollback", IN_ML)
    assert (again.status, again.json["id"]) == (202, "fraud-llm.3")
    shown = (await api.send("GET", URL, headers=IN_ML)).json
    assert shown["spec"]["workload"]["model"]["version"] == "2"
    assert "workload.model.version" in [each["field"] for each in shown["approval"]["changes"]]
    assert (await api.send("DELETE", f"{MODEL}/versions/1", headers=IN_ML)).status == 409
    assert (await post(api, "approve", BOB_APPROVES)).status == 202
    record = updated.answer()
    assert record.spec.workload.model
    assert record.spec.workload.model.version == "1"
    assert record.versions[-1].rollback
    assert record.versions[-1].rollback.to_version == 1
    (started,) = [each for each in record.events if "a rollback" in each.message]
    assert started.actor == ALICE


async def test_a_rollback_that_is_rejected_leaves_what_runs(updated: FakeHub):
    api = an_api(updated, NEEDS_APPROVAL)
    await post(api, "rollback", IN_ML)
    updated.deliver("fraud-llm.3")
    await post(api, "reject", BOB_APPROVES, {"reason": "No."})
    record = updated.answer()
    assert [each.version for each in record.versions] == [1, 2]
    assert (record.phase, record.has_failed) == (Phase.READY, False)
    assert (await post(api, "rollback", IN_ML)).json["id"] == "fraud-llm.4"


async def test_no_approval_serves_a_version_that_was_deleted(updated: FakeHub):
    """By a deletion of an earlier release, which did not see what waits."""
    api = an_api(updated, NEEDS_APPROVAL)
    await post(api, "rollback", IN_ML)
    updated.deliver("fraud-llm.3")
    model = updated.models["shared-llm"]
    updated.models["shared-llm"] = model.model_copy(update={"versions": model.versions[1:]})
    refused = await post(api, "approve", BOB_APPROVES)
    assert (refused.status, refused.error["code"]) == (409, "ModelVersionDeleted")
    assert "Reject it" in refused.error["message"]
    assert (await post(api, "reject", BOB_APPROVES, {"reason": "Deleted."})).status == 202


async def test_a_rollback_is_held_to_the_policy_file(updated: FakeHub):
    strict = a_file(allow={"regions": ["northeurope"]})
    refused = await post(an_api(updated, strict), "rollback", IN_ML)
    assert refused.status == 409
    assert "fraud-llm.3" not in updated.instances


async def test_what_others_have_run_does_not_exist(updated: FakeHub):
    api = an_api(updated)
    assert (await api.send("GET", f"{URL}/versions", headers=IN_RISK)).status == 404
    assert (await post(api, "rollback", IN_RISK)).status == 404


async def test_models_and_rollbacks_are_in_the_audit(updated: FakeHub):
    await post(an_api(updated), "rollback", IN_ML)
    await an_api(updated).send("DELETE", MODEL, headers=IN_ML)
    found = [(each.action, each.code, each.environment) for each in updated.audited]
    assert ("registerModelVersion", None, None) in found
    assert ("rollBackEnvironment", None, "fraud-llm") in found
    assert ("deleteModel", "ModelInUse", None) in found

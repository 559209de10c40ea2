"""Plans on simulated Azure: what they refuse is never started, and what they grant is built."""

import json
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSubQueue

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.stories import delete, finish, leftovers, provision, wait_until
from tests.support.messages import cloud_event
from tests.support.specs import spec_body

QUEUE = "provisioning-requests"
REGION = "uksouth"
H100 = "Standard_ND96isr_H100_v5"
"""Eight GPUs in place of one: a mistyped size that costs more than twenty times as much."""

H100_FAMILY = "standardNDSH100v5Family"


@pytest.fixture(autouse=True)
def without_h100(azure: SimulatedAzure) -> None:
    limit = {"region": REGION, "name": H100_FAMILY, "limit": 0}
    azure.put("/_simulator/quota", json=limit).raise_for_status()


def mistyped(name: str, **changes: Any) -> dict[str, Any]:
    gpu = {"vmSize": H100, "maxNodes": 2}
    return spec_body(name=name, regions=[REGION], gpu=gpu, **changes)


def make_plan(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    return api.post("/plans", json=body).raise_for_status().json()


def test_a_mistyped_size_is_refused_at_the_plan_and_at_every_door(
    api: Api, azure: SimulatedAzure, stack: Stack
):
    name, body = "mistyped", mistyped("mistyped")
    plan = make_plan(api, body)
    (failed,) = [each for each in plan["checks"] if each["verdict"] == "fail"]
    assert (failed["code"], failed["required"], failed["limit"]) == ("QuotaExceeded", 96, 0)
    assert plan["estimate"]["atReplicas"]["usdPerHour"] > 90
    assert plan["alternatives"], "with a price and a verdict each"

    created = api.post("/environments", json=body)
    assert created.status_code == 409
    assert created.json()["error"]["message"] == failed["message"]

    with ServiceBusClient.from_connection_string(stack.simulator["serviceBus"]) as client:
        with client.get_queue_sender(QUEUE) as sender:
            event = cloud_event("provision", body, id=f"{name}-1")
            sender.send_messages(ServiceBusMessage(json.dumps(event), session_id=name))
        with client.get_queue_receiver(
            QUEUE, sub_queue=ServiceBusSubQueue.DEAD_LETTER, max_wait_time=20
        ) as receiver:
            letter = next(each for each in receiver if each.session_id == name)
            assert letter.dead_letter_reason == "QuotaExceeded"
            assert failed["message"] in (letter.dead_letter_error_description or "")
            receiver.complete_message(letter)

    assert api.get(f"/environments/{name}").status_code == 404
    assert leftovers(azure, name) == []


def test_what_a_plan_grants_is_built_and_changed_as_planned(api: Api, azure: SimulatedAzure):
    name = "as-planned"
    plan = make_plan(api, spec_body(name=name))
    assert (plan["verdict"], plan["action"]) == ("ok", "create")
    created = api.post("/environments", json={"planId": plan["id"]})
    assert created.status_code == 202, created.text
    assert finish(api, created.json()["id"])["status"] == "Succeeded"

    costlier = make_plan(api, spec_body(name=name, costCenter="ML-9"))
    assert [each["field"] for each in costlier["changes"]] == ["costCenter"]
    updated = api.put(f"/environments/{name}", json={"planId": costlier["id"]})
    assert finish(api, updated.json()["id"])["status"] == "Succeeded"
    assert api.get_environment(name)["spec"]["costCenter"] == "ML-9"

    stale = api.put(f"/environments/{name}", json={"planId": costlier["id"]})
    assert stale.status_code == 202, "it is as planned already"
    other = make_plan(api, spec_body(name=name, owner="other@example.com"))
    finish(api, api.replace_environment(spec_body(name=name, costCenter="ML-8")))
    refused = api.put(f"/environments/{name}", json={"planId": other["id"]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (412, "PlanIsStale")
    assert delete(api, name)["status"] == "Succeeded"


def test_an_update_that_needs_more_than_is_left_leaves_the_environment_as_it_is(
    api: Api, azure: SimulatedAzure
):
    name, family = "no-more", "StandardNVADSA10v5Family"
    gpu = {"vmSize": "Standard_NV36ads_A10_v5", "maxNodes": 1}
    environment = provision(api, name, regions=[REGION], gpu=gpu)
    limit = {"region": REGION, "name": family, "limit": 36}
    azure.put("/_simulator/quota", json=limit).raise_for_status()
    workload = {**spec_body()["workload"], "replicas": 2}
    more = spec_body(name=name, regions=[REGION], gpu={**gpu, "maxNodes": 2}, workload=workload)
    # The app reads quota at most every ten seconds.
    wait_until(lambda: make_plan(api, more)["verdict"] == "fail")
    refused = api.put(f"/environments/{name}", json=more)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "QuotaExceeded")
    assert api.get_environment(name)["phase"] == "Ready"
    assert azure.ask_model(environment, "Still there?")["choices"]
    assert delete(api, name)["status"] == "Succeeded"


def test_offers_show_what_is_left_of_the_quota(api: Api):
    offers = api.get("/offers", params={"region": REGION, "gpus": 8}).raise_for_status().json()
    (offer,) = [each for each in offers["value"] if each["vmSize"] == H100]
    assert (offer["quota"]["limit"], offer["nodesLeft"]) == (0, 0)
    assert offers["unread"] == {}

"""Requests that race for the last quota and for the last of a budget: never both are begun."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import yaml
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSubQueue

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.conftest import LATENCY_SHARE, NEVER, TIME_SCALE
from tests.e2e.stories import delete, finish, gpu_nodes, leftovers, wait_until
from tests.e2e.sweeps import sweep, sweep_until, timeline
from tests.support.documented_api import DocumentedApi
from tests.support.forked import forked_stack
from tests.support.messages import cloud_event
from tests.support.specs import spec_body

QUEUE = "provisioning-requests"
AT_ONCE = 10
REGION = "uksouth"
A10, A10_FAMILY = "Standard_NV36ads_A10_v5", "StandardNVADSA10v5Family"
GPU = {"vmSize": A10, "maxNodes": 1}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """With a policy file: 1 USD is less than an hour of anything."""
    folder = tmp_path_factory.mktemp("races")
    policy = {
        "version": 1,
        "allow": {"vmSizes": [A10], "onFailure": ["keep"]},
        "costCenters": {
            "POOR": {"budget": {"perMonth": 1}},
            "RICH": {"budget": {"perMonth": 1_000_000}},
        },
    }
    file = folder / "policy.yaml"
    file.write_text(yaml.safe_dump(policy))
    settings = {**NEVER, "POLICY": str(file)}
    with forked_stack(
        folder / "stack", time_scale=TIME_SCALE, settings=settings, latency_share=LATENCY_SHARE
    ) as stack:
        yield stack


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    with DocumentedApi(stack.app_url) as api:
        yield api


@pytest.fixture
def azure(stack: Stack) -> Iterator[SimulatedAzure]:
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        yield azure


def a_body(name: str, cost_center: str = "RICH", **changes: Any) -> dict[str, Any]:
    return spec_body(name=name, costCenter=cost_center, regions=[REGION], gpu=GPU, **changes)


def post_all(stack: Stack, bodies: list[dict[str, Any]]) -> list[httpx.Response]:
    """Each on a connection of its own, in the same moment."""

    def post(body: dict[str, Any]) -> httpx.Response:
        return httpx.post(f"{stack.app_url}/environments", json=body, timeout=60)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, bodies))


def send_all(stack: Stack, bodies: list[dict[str, Any]]) -> None:
    with (
        ServiceBusClient.from_connection_string(stack.simulator["serviceBus"]) as client,
        client.get_queue_sender(QUEUE) as sender,
    ):
        for body in bodies:
            event = cloud_event("provision", body, id=f"{body['name']}-1")
            sender.send_messages(ServiceBusMessage(json.dumps(event), session_id=body["name"]))


def take_dead_letters(stack: Stack, count: int) -> list[str | None]:
    with (
        ServiceBusClient.from_connection_string(stack.simulator["serviceBus"]) as client,
        client.get_queue_receiver(
            QUEUE, sub_queue=ServiceBusSubQueue.DEAD_LETTER, max_wait_time=20
        ) as receiver,
    ):
        reasons: list[str | None] = []
        for letter in receiver:
            reasons.append(letter.dead_letter_reason)
            receiver.complete_message(letter)
            if len(reasons) == count:
                break
        return reasons


def live(api: Api, prefix: str) -> list[str]:
    listed = api.get("/environments").raise_for_status().json()["value"]
    return [each["name"] for each in listed if each["name"].startswith(prefix)]


def test_of_ten_requests_for_the_last_quota_one_is_begun(
    stack: Stack, api: Api, azure: SimulatedAzure
):
    limit = {"region": REGION, "name": A10_FAMILY, "limit": 36}
    azure.put("/_simulator/quota", json=limit).raise_for_status()
    half = AT_ONCE // 2
    send_all(stack, [a_body(f"last-m{n}") for n in range(half)])
    answers = post_all(stack, [a_body(f"last-p{n}") for n in range(half)])
    accepted = [each for each in answers if each.status_code == 202]
    refused = [each for each in answers if each.status_code == 409]
    assert len(accepted) + len(refused) == half
    assert {each.json()["error"]["code"] for each in refused} <= {"QuotaExceeded"}
    of_messages = half - 1 if not accepted else half
    letters = take_dead_letters(stack, of_messages)
    assert letters == ["QuotaExceeded"] * of_messages
    (winner,) = live(api, "last-")
    assert finish(api, f"{winner}.1")["status"] == "Succeeded", "and not half of two"
    losers = [name for n in range(half) for name in (f"last-m{n}", f"last-p{n}")]
    losers.remove(winner)
    assert [leftovers(azure, name) for name in losers] == [[]] * len(losers)
    assert delete(api, winner)["status"] == "Succeeded"


def test_a_budget_that_holds_two_is_given_to_two_of_ten(
    stack: Stack, api: Api, azure: SimulatedAzure
):
    limit = {"region": REGION, "name": A10_FAMILY, "limit": 3600}
    azure.put("/_simulator/quota", json=limit).raise_for_status()
    plan = api.post("/plans", json=a_body("price")).raise_for_status().json()
    check = next(each for each in plan["checks"] if each.get("unit") == "USD")
    policy = stack.work_dir.parent / "policy.yaml"
    document = yaml.safe_load(policy.read_text())
    document["costCenters"]["TIGHT"] = {"budget": {"perMonth": check["required"] * 2.5}}
    policy.write_text(yaml.safe_dump(document))
    stack.restart_app()
    bodies = [a_body(f"tight-{n}", "TIGHT") for n in range(AT_ONCE)]
    answers = post_all(stack, bodies)
    assert sorted(each.status_code for each in answers) == [202] * 2 + [409] * (AT_ONCE - 2)
    refused = [each.json()["error"] for each in answers if each.status_code == 409]
    assert {each["code"] for each in refused} == {"BudgetExceeded"}
    with DocumentedApi(stack.app_url) as api:
        names = live(api, "tight-")
        assert len(names) == 2
        for name in names:
            assert finish(api, f"{name}.1")["status"] == "Succeeded"
        again = api.post("/environments", json=a_body("tight-more", "TIGHT"))
        assert again.json()["error"]["code"] == "BudgetExceeded"
        assert delete(api, names[0])["status"] == "Succeeded"
        freed = api.post("/environments", json=a_body("tight-more", "TIGHT"))
        assert freed.status_code == 202, freed.text
        finish(api, freed.json()["id"])
    spent = {"perMonth": 0.01, "refuseAt": None, "onExceeded": "scaleDown"}
    document["costCenters"]["TIGHT"] = {"budget": spent}
    policy.write_text(yaml.safe_dump(document))
    stack.restart_app()
    with DocumentedApi(stack.app_url) as api:
        scaled_down_once_it_is_spent(api, azure, names[1])
        of_two_wakes_for_the_last_quota_one_is_begun(stack, api, azure, names[1], "tight-more")


def of_two_wakes_for_the_last_quota_one_is_begun(
    stack: Stack, api: Api, azure: SimulatedAzure, *names: str
) -> None:
    sweep_until(api, lambda _: all(phase_of(api, name) == "ScaledDown" for name in names))
    limit = {"region": REGION, "name": A10_FAMILY, "limit": 36}
    azure.put("/_simulator/quota", json=limit).raise_for_status()
    wait_until(lambda: a10_offer(api)["nodesLeft"] == 1)
    with ThreadPoolExecutor(len(names)) as pool:
        urls = [f"{stack.app_url}/environments/{name}/wake" for name in names]
        answers = list(pool.map(lambda url: httpx.post(url, timeout=60), urls))
    assert sorted(each.status_code for each in answers) == [202, 409]
    (refused,) = [each for each in answers if each.status_code == 409]
    assert refused.json()["error"]["code"] == "QuotaExceeded"
    assert phase_of(api, refused.url.path.split("/")[2]) == "ScaledDown"
    azure.put("/_simulator/quota", json={**limit, "limit": 3600}).raise_for_status()
    wait_until(lambda: a10_offer(api)["nodesLeft"] > 1)


def phase_of(api: Api, name: str) -> str:
    return api.get_environment(name)["phase"]


def a10_offer(api: Api) -> dict[str, Any]:
    offers = api.get("/offers", params={"region": REGION}).raise_for_status().json()["value"]
    return next(each for each in offers if each["vmSize"] == A10)


def scaled_down_once_it_is_spent(api: Api, azure: SimulatedAzure, name: str) -> None:
    """With notice first, on the timeline, as events and in the audit."""

    def told() -> list[dict[str, Any]]:
        return [each for each in timeline(api, name) if each["type"].startswith("Budget")]

    sweep(api)
    (warning,) = told()
    assert warning["type"] == "BudgetWarned"
    assert "TIGHT has spent" in warning["message"]
    assert phase_of(api, name) == "Ready", "notice comes first"
    sweep_until(api, lambda _: phase_of(api, name) == "ScaledDown")
    assert gpu_nodes(azure, name) == []
    assert [each["type"] for each in told()] == ["BudgetWarned", "BudgetScaledDown"]
    # The sweep's records have the time of the task hub, which runs fast.
    days = [datetime.now(UTC) + timedelta(days=each) for each in (-1, 20)]
    window = dict(zip(("from", "to"), (f"{day:%Y-%m-%dT%H:%M:%SZ}" for day in days), strict=True))
    audit = api.get("/audit", params={"environment": name, "actor": "sweep", **window})
    done = {each["action"] for each in audit.json()["value"]}
    assert done == {"BudgetWarned", "BudgetScaledDown", "scale-down"}


def test_the_policy_and_the_budget_refuse_at_every_door_in_the_same_words(
    stack: Stack, azure: SimulatedAzure
):
    with DocumentedApi(stack.app_url) as api:
        assert api.get("/healthz").json()["policyFile"]["state"] == "current"
        for name, body, code in (
            ("poor", a_body("poor", "POOR"), "BudgetExceeded"),
            ("lower-case", a_body("lower-case", "poor"), "BudgetExceeded"),
            ("not-kept", a_body("not-kept", onFailure="delete"), "OnFailureNotAllowed"),
            ("wrong-size", spec_body(name="wrong-size", costCenter="RICH"), "VmSizeNotAllowed"),
        ):
            plan = api.post("/plans", json=body).raise_for_status().json()
            failed = [each for each in plan["checks"] if each["verdict"] == "fail"]
            assert [each["code"] for each in failed] == [code]
            for refused in (
                api.post("/environments", json=body),
                api.post("/environments", json={"planId": plan["id"]}),
            ):
                assert (refused.status_code, refused.json()["error"]["code"]) == (409, code)
            send_all(stack, [body])
            assert take_dead_letters(stack, 1) == [code]
            assert leftovers(azure, name) == []

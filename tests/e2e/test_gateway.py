"""The gateway of a cell, as callers of the model meet it through Front Door."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.kubeconfig import fetch_kubeconfig
from emulators.stack.model_callers import CALLER, MODEL_API_ID, Caller, request_token
from emulators.stack.stack import Stack
from tests.e2e.stories import delete, finish, provision, wait_until
from tests.support.documented_api import DocumentedApi

NAME = "guarded"
STRANGER = Caller("57a2932e-0000-4000-8000-000000000001", "57a2932e-0000-4000-8000-000000000002")
"""Of the same tenant, without a role of the models' API."""


@pytest.fixture(scope="module")
def guarded(stack: Stack) -> Iterator[dict[str, Any]]:
    with (
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
        DocumentedApi(stack.app_url) as api,
    ):
        azure.put("/_simulator/applications", json=STRANGER.registration()).raise_for_status()
        yield provision(api, NAME)
        delete(api, NAME)


def gateway_lines(stack: Stack, environment: dict[str, Any]) -> list[dict[str, Any]]:
    """What all gateways of the environment have recorded."""
    config = fetch_kubeconfig(stack.describe(), environment["cells"][0]["clusterId"])
    server = config["clusters"][0]["cluster"]["server"]
    headers = {"Authorization": f"Bearer {config['users'][0]['user']['token']}"}
    pods = f"{server}/api/v1/namespaces/inference/pods"
    wanted = {"labelSelector": f"app.kubernetes.io/name={environment['spec']['name']}-gateway"}
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        found = azure.get(pods, params=wanted, headers=headers).raise_for_status().json()["items"]
        logs = [
            azure.get(f"{pods}/{pod['metadata']['name']}/log", headers=headers).text
            for pod in found
        ]
    lines = [line for log in logs for line in log.splitlines() if line.startswith("{")]
    return [json.loads(line) for line in lines]


def line_of(stack: Stack, environment: dict[str, Any], answer: httpx.Response) -> dict[str, Any]:
    """The record of the request; Envoy writes twice a second."""
    wanted, found = answer.headers["x-request-id"], list[dict[str, Any]]()

    def is_written() -> bool:
        lines = gateway_lines(stack, environment)
        found[:] = [line for line in lines if line["requestId"] == wanted]
        return bool(found)

    wait_until(is_written)
    (line,) = found
    return line


def ask(azure: SimulatedAzure, environment: dict[str, Any], **sent: Any) -> httpx.Response:
    body = {"model": "fraud-llm", "messages": [{"role": "user", "content": "Who pays?"}]}
    body |= sent.pop("body", {})
    return azure.send_through_edge(environment, "POST", "/v1/chat/completions", json=body, **sent)


def bearer(token: str) -> dict[str, Any]:
    return {"with_token": False, "headers": {"Authorization": f"Bearer {token}"}}


def test_a_caller_with_the_role_is_answered_and_recorded(
    azure: SimulatedAzure, stack: Stack, guarded: dict[str, Any]
):
    answer = ask(azure, guarded)
    assert answer.status_code == 200
    line = line_of(stack, guarded, answer)
    assert line["kind"] == "modelInvocation"
    assert (line["environment"], line["model"], line["modelVersion"]) == (NAME, "fraud-llm", "7")
    assert (line["oid"], line["status"], line["complete"]) == (CALLER.object_id, 200, True)
    assert line["requestSha256"] == hashlib.sha256(answer.request.content).hexdigest()
    assert line["responseSha256"] == hashlib.sha256(answer.content).hexdigest()
    assert line["azureRef"] == answer.headers["x-azure-ref"]
    assert line["path"] == "/v1/chat/completions"


def test_invocations_are_read_back_by_caller_and_page_by_page(
    api: Api, azure: SimulatedAzure, guarded: dict[str, Any]
):
    refused = ask(azure, guarded, **bearer(request_token(azure, STRANGER)))
    sent = [refused, *(ask(azure, guarded) for _ in range(2))]
    newest_first = [answer.headers["x-request-id"] for answer in reversed(sent)]

    def read(query: str) -> dict[str, Any]:
        return api.get(f"/environments/{NAME}/invocations?{query}").raise_for_status().json()

    def ids(page: dict[str, Any]) -> list[str]:
        return [each["requestId"] for each in page["value"]]

    wait_until(lambda: set(newest_first) <= set(ids(read(""))))
    first = read("maxpagesize=2")
    assert ids(first) == newest_first[:2]
    following = api.get(first["nextLink"]).raise_for_status().json()
    assert ids(following)[0] == newest_first[2]
    by_stranger = read(f"caller={STRANGER.object_id}")["value"]
    assert by_stranger[0]["requestId"] == newest_first[2]
    assert {each["oid"] for each in by_stranger} == {STRANGER.object_id}
    assert {each["status"] for each in by_stranger} == {403}
    answered = first["value"][0]
    assert answered["requestSha256"] == hashlib.sha256(sent[-1].request.content).hexdigest()


def test_a_stream_passes_as_it_comes(azure: SimulatedAzure, stack: Stack, guarded: dict[str, Any]):
    answer = ask(azure, guarded, body={"stream": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.endswith("data: [DONE]\n\n")
    line = line_of(stack, guarded, answer)
    assert line["responseSha256"] == hashlib.sha256(answer.content).hexdigest()
    assert line["complete"] is True


def test_nobody_without_a_token_for_models_and_a_role_is_answered(
    azure: SimulatedAzure, stack: Stack, guarded: dict[str, Any]
):
    stranger = request_token(azure, STRANGER)
    elsewhere = request_token(azure, scope="https://management.azure.com/.default")
    refusals = {
        "no token": (ask(azure, guarded, with_token=False), 401, "MissingToken"),
        "no JWT": (ask(azure, guarded, **bearer("known")), 401, "InvalidToken"),
        "another audience": (ask(azure, guarded, **bearer(elsewhere)), 401, "InvalidToken"),
        "no role": (ask(azure, guarded, **bearer(stranger)), 403, "CallerNotAllowed"),
    }
    for answer, status, code in refusals.values():
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        if status == 401:
            assert f'resource_id="{MODEL_API_ID}"' in answer.headers["WWW-Authenticate"]
    answer, _, _ = refusals["no role"]
    line = line_of(stack, guarded, answer)
    assert (line["oid"], line["status"]) == (STRANGER.object_id, 403)


def test_the_model_learns_neither_the_token_nor_the_front_door(
    azure: SimulatedAzure, guarded: dict[str, Any]
):
    """The simulated model tells what Azure's headers it was sent, at `/`."""
    answer = azure.send_through_edge(guarded, "GET", "/")
    seen = {name.lower() for name in answer.json()["headers"]}
    assert "x-azure-ref" in seen
    assert "x-azure-fdid" not in seen
    assert azure.model_token not in answer.text


def test_a_caller_who_asks_too_often_is_told_when_to_ask_again(
    api: Api, azure: SimulatedAzure, guarded: dict[str, Any]
):
    """Gateways roll to the new configuration; each has half of the limit."""
    limit = {"requestsPerMinute": 2, "burst": 2}
    changed = {**guarded["spec"], "access": {"rateLimit": limit}}
    assert finish(api, api.replace_environment(changed))["status"] == "Succeeded"
    wait_until(lambda: ask(azure, guarded).status_code == 429)
    answer = ask(azure, guarded)
    assert answer.json()["error"]["code"] == "TooManyRequests"
    assert answer.headers["Retry-After"] == "60"

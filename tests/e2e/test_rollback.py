"""Versions in the registry, an update to the next one, and the way back."""

from collections.abc import Iterator
from typing import Any

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.stories import delete, finish, provision
from tests.support.documented_api import DocumentedApi

NAME = "rolled-back"


def register(api: Api, digit: str) -> dict[str, Any]:
    image = f"registry.example.com/vllm@sha256:{digit * 64}"
    body = {
        "name": NAME,
        "image": image,
        "command": ["vllm", "serve"],
        "args": ["microsoft/phi-4"],
    }
    answer = api.post("/models", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def served(stack: Stack) -> Iterator[dict[str, Any]]:
    with DocumentedApi(stack.app_url) as api:
        register(api, "1")
        register(api, "2")
        yield provision(api, NAME, workload={"model": {"name": NAME, "version": "1"}})
        delete(api, NAME)
        assert api.delete(f"/models/{NAME}").status_code == 204


def running_image(azure: SimulatedAzure, environment: dict[str, Any]) -> str:
    return azure.send_through_edge(environment, "GET", "/").json()["image"]


def test_an_update_and_its_rollback(api: Api, azure: SimulatedAzure, served: dict[str, Any]):
    first = running_image(azure, served)
    assert first.endswith("1" * 64)
    spec = served["spec"]
    workload = {"model": {"name": NAME, "version": "2"}}
    update = finish(api, api.replace_environment({**spec, "workload": workload}))
    assert update["status"] == "Succeeded", update
    assert running_image(azure, served).endswith("2" * 64)
    refusal = api.delete(f"/models/{NAME}/versions/2")
    assert (refusal.status_code, refusal.json()["error"]["code"]) == (409, "ModelInUse")

    answer = api.post(f"/environments/{NAME}/rollback", json={"reason": "It is slow."})
    assert answer.status_code == 202, answer.text
    rollback = finish(api, answer.json()["id"])
    assert rollback["status"] == "Succeeded", rollback
    assert rollback["rollback"]["digest"] == f"sha256:{'1' * 64}"
    assert running_image(azure, served) == first
    versions = api.get(f"/environments/{NAME}/versions").json()["value"]
    assert [each["version"] for each in versions] == [3, 2, 1]
    events = api.get(f"/environments/{NAME}/events").json()["value"]
    (started,) = [each for each in events if "rollback from version 2" in each["message"]]
    assert started["evidence"]["reason"] == "It is slow."

"""A new version comes beside the one that serves, and the requests move to it, under load."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.stories import (
    POLL_SECONDS,
    TIMEOUT_SECONDS,
    delete,
    finish,
    model_pods,
    provision,
    wait_until,
)
from tests.e2e.sweeps import timeline
from tests.support.callers_at_once import callers_at_once
from tests.support.documented_api import DocumentedApi

NAME = "blue-green"
UPDATE = {
    "strategy": "blueGreen",
    "steps": [{"weight": 20, "minutes": 3}, {"weight": 50, "minutes": 3}],
    "keepMinutes": 3,
    "rollbackOn": {"errorRatePercent": 5, "latencyFactor": 10},
}
"""Times of answers that take milliseconds depend on what else the machine does."""

SLOWLY = {
    **UPDATE,
    "steps": [{"weight": 50, "minutes": 60}],
    "rollbackOn": {"latencyFactor": 1.3},
}
"""Envoy adds times up every five seconds, which are ten simulated minutes."""

KEPT_LONG = {**UPDATE, "steps": [], "keepMinutes": 240}
TIMES = ("start", "end")

CALLERS = 12
SHORT, LONG = 10, 3000
"""Tokens of an answer: a fiftieth of a second of simulated time each."""


@pytest.fixture(scope="module")
def served(stack: Stack) -> Iterator[dict[str, Any]]:
    with DocumentedApi(stack.app_url) as api:
        gpu = {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 2}
        yield provision(api, NAME, gpu=gpu, update=UPDATE)
        delete(api, NAME)


@dataclass
class Load:
    """Callers who send one request after the other."""

    tokens: int
    statuses: Counter[int] = field(default_factory=Counter[int])
    versions: Counter[int] = field(default_factory=Counter[int])
    """By what the model server derives from its image."""
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, stack: Stack, environment: dict[str, Any]) -> None:
        body = {"prompt": "Who pays?", "min_tokens": self.tokens}
        with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
            while not self.stopped.is_set():
                answer = azure.send_through_edge(
                    environment, "POST", "/v1/completions", json=body, timeout=60
                )
                self.statuses[answer.status_code] += 1
                if answer.status_code == 200:
                    self.versions[answer.json()["created"]] += 1


@contextmanager
def under_load(stack: Stack, environment: dict[str, Any], tokens: int = SHORT) -> Iterator[Load]:
    load = Load(tokens)
    with callers_at_once(CALLERS, lambda: load.run(stack, environment), load.stopped):
        yield load


def running_image(azure: SimulatedAzure, environment: dict[str, Any]) -> str:
    return azure.send_through_edge(environment, "GET", "/").json()["image"]


def replace(api: Api, update: dict[str, Any] | None = None, **workload: Any) -> str:
    spec = api.get_environment(NAME)["spec"]
    changed = {**spec, "update": update or UPDATE, "workload": {**spec["workload"], **workload}}
    return api.replace_environment(changed)


def images(stack: Stack, environment: dict[str, Any]) -> set[str]:
    pods = model_pods(stack, environment, environment["cells"][0]["clusterId"])
    return {each["spec"]["containers"][0]["image"] for each in pods}


def steps_of(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in operation["steps"]}


def share_of_new(step: dict[str, Any]) -> float:
    """As the step tells it."""
    found = re.search(r"New version: (\d+) answers.*old version: (\d+) answers", step["detail"])
    assert found, step["detail"]
    new, old = map(int, found.groups())
    return new / (new + old)


def test_no_request_is_lost_while_a_new_version_takes_over(
    api: Api, azure: SimulatedAzure, stack: Stack, served: dict[str, Any]
):
    old, new = served["spec"]["workload"]["image"], "registry.example.com/llm:1.5.0"
    side_by_side, update = False, dict[str, Any]()
    with under_load(stack, served) as load:
        for update in api.follow(replace(api, image=new), TIMEOUT_SECONDS, POLL_SECONDS):
            if steps_of(update)["traffic/100/watch"]["status"] == "Running":
                side_by_side |= images(stack, served) == {old, new}
    assert update["status"] == "Succeeded", update
    assert running_image(azure, served) == new
    assert images(stack, served) == {new}
    assert set(load.statuses) == {200}
    assert len(load.versions) == 2
    steps = steps_of(update)
    assert share_of_new(steps["traffic/20/watch"]) == pytest.approx(0.2, abs=0.15)
    assert share_of_new(steps["traffic/50/watch"]) == pytest.approx(0.5, abs=0.2)
    kept = steps["traffic/100/watch"]
    assert side_by_side
    assert seconds_of(kept) >= UPDATE["keepMinutes"] * 60


def seconds_of(step: dict[str, Any]) -> float:
    started, ended = (datetime.fromisoformat(step[f"{each}DateTime"]) for each in TIMES)
    return (ended - started).total_seconds()


def assert_restored(api: Api, azure: SimulatedAzure, stack: Stack, image: str, why: str) -> None:
    environment = api.get_environment(NAME)
    assert environment["phase"] == "Ready"
    assert environment["spec"]["workload"]["env"] == {}
    assert images(stack, environment) == {image} == {running_image(azure, environment)}
    (told,) = [each for each in timeline(api, NAME)[-5:] if each["type"] == "RolledBack"]
    assert why in told["evidence"]["reason"]
    latest, failed, *_ = api.get(f"/environments/{NAME}/versions").json()["value"]
    assert (latest["status"], failed["status"] != "Succeeded") == ("Succeeded", True)


def test_a_version_that_answers_500_is_rolled_back(
    api: Api, azure: SimulatedAzure, stack: Stack, served: dict[str, Any]
):
    image = running_image(azure, served)
    with under_load(stack, served) as load:
        update = finish(api, replace(api, env={"SIMULATED_STATUS": "500"}))
    assert (update["status"], update["error"]["code"]) == ("Failed", "NewVersionErrors")
    assert load.statuses.keys() == {200, 500}
    assert load.statuses[500] < 0.2 * load.statuses[200]
    assert_restored(api, azure, stack, image, "NewVersionErrors")


def test_a_version_that_takes_twice_as_long_is_rolled_back(
    api: Api, azure: SimulatedAzure, stack: Stack, served: dict[str, Any]
):
    image = running_image(azure, served)
    with under_load(stack, served, LONG) as load:
        update = finish(api, replace(api, SLOWLY, env={"SIMULATED_SLOWNESS": "2"}))
    assert (update["status"], update["error"]["code"]) == ("Failed", "NewVersionSlow")
    assert set(load.statuses) == {200}
    assert_restored(api, azure, stack, image, "NewVersionSlow")


def test_a_rollback_while_the_old_version_is_kept_shifts_the_requests_back(
    api: Api, azure: SimulatedAzure, stack: Stack, served: dict[str, Any]
):
    image = running_image(azure, served)
    with under_load(stack, served) as load:
        operation_id = replace(api, KEPT_LONG, image="registry.example.com/llm:1.6.0")
        wait_until(lambda: is_running(api, operation_id, "traffic/100/watch"))
        answer = api.post(f"/environments/{NAME}/rollback", json={})
        assert (answer.status_code, answer.json()["id"]) == (202, operation_id)
        update = finish(api, operation_id)
    assert update["status"] == "Canceled"
    assert set(load.statuses) == {200}
    assert_restored(api, azure, stack, image, "canceled")


def is_running(api: Api, operation_id: str, step: str) -> bool:
    operation = api.get(f"/operations/{operation_id}").json()
    return steps_of(operation)[step]["status"] == "Running"

"""Replicas follow the requests that wait in the engine, and GPU nodes follow the replicas."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.stories import (
    POLL_SECONDS,
    TIMEOUT_SECONDS,
    delete,
    finish,
    gpu_nodes,
    model_pods,
    provision,
    wait_until,
)
from tests.e2e.sweeps import sweep, timeline
from tests.support.documented_api import DocumentedApi

NAME = "elastic"
REPLICAS = 3
WORKLOAD = {
    "preset": "phi-4",
    "args": ["microsoft/phi-4", "--served-model-name=phi-4", "--max-num-seqs=1"],
    "autoscale": {"max": REPLICAS, "targetWaiting": 2},
}


@pytest.fixture(scope="module")
def elastic(stack: Stack) -> Iterator[dict[str, Any]]:
    with DocumentedApi(stack.app_url) as api:
        gpu = {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": REPLICAS}
        yield provision(api, NAME, gpu=gpu, workload=WORKLOAD)
        delete(api, NAME)


def ask(azure: SimulatedAzure, environment: dict[str, Any], tokens: int) -> int:
    """Takes a fiftieth of a second of simulated time for each token."""
    body = {"prompt": "Who pays?", "min_tokens": tokens}
    answer = azure.send_through_edge(environment, "POST", "/v1/completions", json=body, timeout=90)
    return answer.status_code


def test_replicas_and_nodes_come_and_go_with_the_requests(
    api: Api, azure: SimulatedAzure, stack: Stack, elastic: dict[str, Any]
):
    assert elastic["spec"]["workload"]["replicas"] == 1
    assert len(gpu_nodes(azure, NAME)) == 1
    with (
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as callers,
        ThreadPoolExecutor(8) as pool,
    ):
        asked = [pool.submit(ask, callers, elastic, 15_000) for _ in range(8)]
        wait_until(lambda: len(gpu_nodes(azure, NAME)) == REPLICAS)
        sweep(api)
        statuses = [each.result() for each in asked]
    assert set(statuses) <= {200, 504}
    wait_until(lambda: len(gpu_nodes(azure, NAME)) == 1)
    sweep(api)
    told = [each for each in timeline(api, NAME) if each["type"] == "GpuNodesScaled"]
    costs = [each["evidence"]["westeurope"]["usdPerHour"] for each in told]
    assert [each["evidence"]["westeurope"]["nodes"] for each in told] == [REPLICAS, 1]
    assert costs[0] == pytest.approx(REPLICAS * costs[1])


def test_it_sleeps_and_wakes_with_its_scaling(
    api: Api, azure: SimulatedAzure, elastic: dict[str, Any]
):
    assert finish(api, api.act(NAME, "scale-down"))["status"] == "Succeeded"
    assert gpu_nodes(azure, NAME) == []
    assert finish(api, api.act(NAME, "wake"))["status"] == "Succeeded"
    assert azure.ask_model(elastic, "Who pays?")["model"] == "phi-4"


def test_without_scaling_there_are_as_many_as_specified(
    api: Api, azure: SimulatedAzure, elastic: dict[str, Any]
):
    workload = {key: value for key, value in WORKLOAD.items() if key != "autoscale"}
    spec = {**elastic["spec"], "workload": {**workload, "replicas": 2}}
    assert finish(api, api.replace_environment(spec))["status"] == "Succeeded"
    assert len(gpu_nodes(azure, NAME)) == 2


def test_a_new_version_beside_has_as_many_replicas_as_the_old_one_and_then_scales(
    api: Api, azure: SimulatedAzure, stack: Stack, elastic: dict[str, Any]
):
    """Two replicas that are specified give way to one or two that follow the requests."""
    update = {"strategy": "blueGreen", "steps": [{"weight": 50, "minutes": 3}], "keepMinutes": 3}
    workload = {**WORKLOAD, "autoscale": {"max": 2}, "env": {"VERSION": "2"}}
    gpu = {**elastic["spec"]["gpu"], "maxNodes": 4}
    spec = {**elastic["spec"], "gpu": gpu, "update": update, "workload": workload}
    statuses, most, operation = set[int](), 0, dict[str, Any]()
    for operation in api.follow(api.replace_environment(spec), TIMEOUT_SECONDS, POLL_SECONDS):
        statuses.add(ask(azure, elastic, 1))
        steps = {each["name"]: each["status"] for each in operation["steps"]}
        if steps["traffic/100/watch"] == "Running":
            pods = model_pods(stack, elastic, elastic["cells"][0]["clusterId"])
            most = max(most, len(pods))
    assert operation["status"] == "Succeeded", operation
    assert (statuses, most) == ({200}, 4)
    wait_until(lambda: len(gpu_nodes(azure, NAME)) == 1)
    assert ask(azure, elastic, 1) == 200

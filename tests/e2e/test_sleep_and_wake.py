"""An environment that is scaled down says so at its edge, and comes back as it was."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from emulators.stack.api import Api, SimulatedAzure
from tests.e2e.stories import delete, finish, gpu_nodes, provision


def start(api: Api, name: str, action: str) -> str:
    answer = api.post(f"/environments/{name}/{action}")
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def ask(azure: SimulatedAzure, environment: dict[str, Any]) -> httpx.Response:
    return azure.send_through_edge(environment, "GET", "/v1/models")


def step_of(operation: dict[str, Any], *names: str) -> dict[str, Any]:
    wanted = [f"cell/westeurope/{name}" for name in names]
    return next(step for step in operation["steps"] if step["name"] in wanted)


def hours(begin: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)) / timedelta(hours=1)


def stretch(up: dict[str, Any], down: dict[str, Any]) -> tuple[float, float]:
    """For how many hours the one node ran at least, and at most."""
    booted, ready = step_of(up, "managedCluster", "gpuPool"), step_of(up, "nodes")
    stopped = step_of(down, "managedCluster", "gpuPool")
    return (
        hours(ready["endDateTime"], stopped["startDateTime"]),
        hours(booted["startDateTime"], stopped["endDateTime"]),
    )


def check_hours(usage: dict[str, Any], stretches: Sequence[tuple[float, float]]) -> None:
    """Within what is seen of a node's life: it boots before anything has seen it."""
    least, most = (sum(each) for each in zip(*stretches, strict=True))
    assert 0 < least <= usage["nodeHours"] + 0.001
    assert usage["nodeHours"] <= most + 0.001
    assert usage["costUsd"] == pytest.approx(usage["nodeHours"] * 4.775, abs=0.01)


def test_a_sleeping_environment_costs_no_gpu_says_so_and_wakes_as_it_was(
    api: Api, azure: SimulatedAzure
):
    environment = provision(api, "sleeper")
    assert len(gpu_nodes(azure, "sleeper")) == 1

    slept = finish(api, start(api, "sleeper", "scale-down"))
    assert slept["status"] == "Succeeded"
    check_hours(slept["gpuUsage"], [stretch(api.get_operation("sleeper.1"), slept)])
    assert api.get_environment("sleeper")["phase"] == "ScaledDown"
    assert gpu_nodes(azure, "sleeper") == []
    assert (
        api.get_environment("sleeper")["gpuUsage"]["nodeHours"] == slept["gpuUsage"]["nodeHours"]
    )
    answer = ask(azure, environment)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json()["error"]["code"] == "EnvironmentAsleep"

    waking = start(api, "sleeper", "wake")
    assert start(api, "sleeper", "wake") == waking, "asking twice wakes once"
    assert api.get_environment("sleeper")["phase"] == "Waking"
    assert ask(azure, environment).status_code == 503
    assert finish(api, waking)["status"] == "Succeeded"
    assert api.get_environment("sleeper")["phase"] == "Ready"
    assert len(gpu_nodes(azure, "sleeper")) == 1
    assert ask(azure, environment).status_code == 200

    assert api.post("/environments/nobody/wake").status_code == 404
    deleted = delete(api, "sleeper")
    assert deleted["status"] == "Succeeded"
    stretches = [
        stretch(api.get_operation("sleeper.1"), slept),
        stretch(api.get_operation(waking), deleted),
    ]
    check_hours(deleted["gpuUsage"], stretches)

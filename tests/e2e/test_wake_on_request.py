"""A call to a sleeping environment wakes it, by the timer that looks every minute."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.model_callers import Caller, request_token
from emulators.stack.stack import Stack
from tests.e2e.conftest import (
    LATENCY_SHARE,
    NEW_YEAR,
    TIME_SCALE,
    refuse_what_azure_would_refuse,
)
from tests.e2e.stories import finish, gpu_nodes, provision, wait_until
from tests.e2e.sweeps import timeline
from tests.support.documented_api import DocumentedApi
from tests.support.forked import forked_stack

EVERY_MINUTE = {"SWEEP_SCHEDULE": NEW_YEAR, "WAKE_SCHEDULE": "0 * * * * *"}
STRANGER = Caller("57a2932e-0000-4000-8000-000000000003", "57a2932e-0000-4000-8000-000000000004")
"""Of the same tenant, without a role of the models' API."""


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Stack]:
    with forked_stack(
        tmp_path / "stack",
        time_scale=TIME_SCALE,
        settings=EVERY_MINUTE,
        latency_share=LATENCY_SHARE,
    ) as stack:
        yield stack
        refuse_what_azure_would_refuse(stack)


def sleep(api: Api, name: str) -> None:
    sleeping = api.act(name, "scale-down")
    assert finish(api, sleeping)["status"] == "Succeeded"


def ask(azure: SimulatedAzure, environment: dict[str, Any], **sent: Any) -> httpx.Response:
    return azure.send_through_edge(environment, "GET", "/v1/models", **sent)


def phase(api: Api, name: str) -> str:
    return api.get_environment(name)["phase"]


def await_looks(azure: SimulatedAzure, count: int) -> None:
    """Until the gateways have told their counters so often."""

    def looks() -> int:
        paths = [each["path"] for each in azure.get_requests()["requests"]]
        return sum("/proxy/stats" in path for path in paths)

    before = looks()
    wait_until(lambda: looks() >= before + count)


def test_whoever_may_call_wakes_it_and_is_answered_after_a_while(watched: Stack):
    with (
        DocumentedApi(watched.app_url) as api,
        SimulatedAzure(watched.simulator_url, watched.ca_bundle) as azure,
    ):
        azure.put("/_simulator/applications", json=STRANGER.registration()).raise_for_status()
        environment = provision(api, "called", idle={"wakeOnRequest": True})
        azure.ask_model(environment, "Good night?")
        sleep(api, "called")
        refusals = (
            {"with_token": False},
            {
                "with_token": False,
                "headers": {"Authorization": f"Bearer {request_token(azure, STRANGER)}"},
            },
        )
        for refused in refusals:
            assert ask(azure, environment, **refused).status_code in {401, 403}
        health = environment["spec"]["workload"]["healthPath"]
        assert azure.send_through_edge(environment, "GET", health).status_code == 503
        await_looks(azure, 8)
        assert phase(api, "called") == "ScaledDown", "neither probes nor refusals wake it"

        answer = ask(azure, environment)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert answer.json()["error"]["code"] == "EnvironmentAsleep"
        assert "This call wakes it" in answer.json()["error"]["message"]
        wait_until(lambda: phase(api, "called") != "ScaledDown")
        assert finish(api, "called.3")["status"] == "Succeeded"
        assert ask(azure, environment).status_code == 200
        assert len(gpu_nodes(azure, "called")) == 1

        (told,) = [event for event in timeline(api, "called") if event["type"] == "WakeRequested"]
        assert told["operationId"] == "called.3"
        assert told["evidence"]["westeurope"]["calls"] == 1
        sleep(api, "called")
        await_looks(azure, 8)
        assert phase(api, "called") == "ScaledDown", "what was asked before it slept is no call"

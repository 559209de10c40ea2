"""Others hear what happens to an environment, and a deaf topic hurts no operation."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.published_events import await_events
from tests.e2e.stories import TIMEOUT_SECONDS, delete, finish
from tests.support.specs import pinned_workload, spec_body

TOPIC = "environment-events"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
IDS = [
    *("heard.1.accepted", "heard.1.succeeded"),
    *("heard.2.accepted", "heard.2.scaled-down"),
    *("heard.3.accepted", "heard.3.succeeded"),
]


@pytest.fixture
def azure(stack: Stack) -> Iterator[SimulatedAzure]:
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        yield azure
        azure.delete("/_simulator/service-bus/faults").raise_for_status()
        set_topic(azure, "Active")


def set_topic(azure: SimulatedAzure, status: str) -> None:
    topic = {
        "name": TOPIC,
        "duplicateDetectionHistoryTimeWindowSeconds": 600,
        "status": status,
    }
    azure.put("/_simulator/service-bus/entities", json={"topics": [topic]}).raise_for_status()


def create(api: Api, name: str, **headers: str) -> dict[str, Any]:
    body = spec_body(name=name, workload=pinned_workload())
    answer = api.post("/environments", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    return finish(api, answer.json()["id"])


def await_warnings(api: Api, operation_id: str, count: int) -> list[dict[str, str]]:
    """News of the end leaves, or fails to, after the end."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while len(warnings := api.get_operation(operation_id).get("warnings", [])) < count:
        assert time.monotonic() < end, warnings
        time.sleep(0.1)
    return warnings


def test_each_operation_is_told_when_it_is_accepted_and_when_it_ends(api: Api, stack: Stack):
    created = create(api, "heard", traceparent=TRACE)
    assert created["status"] == "Succeeded"
    slept = finish(api, api.post("/environments/heard/scale-down").json()["id"])
    assert slept["status"] == "Succeeded"
    deleted = delete(api, "heard")
    assert deleted["status"] == "Succeeded"

    events = await_events(stack, "heard", *IDS)
    assert len(events) == len(IDS), "each is told once"
    events.sort(key=lambda event: event["sequence"])
    assert [event["id"] for event in events] == IDS
    assert {event["source"] for event in events} == {
        f"/subscriptions/{stack.simulator['subscriptionId']}/gridplane"
    }
    assert [event.get("traceparent") for event in events] == [TRACE, TRACE, *[None] * 4]
    assert [event["data"]["phase"] for event in events] == [
        *("Provisioning", "Ready", "Updating", "ScaledDown", "Deleting", "Deleted")
    ]
    times = (events[0]["time"], events[1]["time"])
    assert times == (created["createdDateTime"], created["lastActionDateTime"])
    assert not any("warnings" in operation for operation in (created, slept, deleted))


def test_an_event_that_does_not_get_out_is_a_warning_of_an_operation_that_succeeds(
    api: Api, azure: SimulatedAzure, stack: Stack
):
    refused = {"entity": TOPIC, "operation": "send", "condition": "amqp:not-found"}
    azure.post("/_simulator/service-bus/faults", json=refused).raise_for_status()
    operation = create(api, "unheard")
    assert operation["status"] == "Succeeded"
    assert api.get_environment("unheard")["phase"] == "Ready"
    accepted, succeeded = await_warnings(api, "unheard.1", 2)
    assert (accepted["code"], accepted["target"]) == ("EventNotPublished", "unheard.1.accepted")
    assert "Create the topic 'environment-events'" in accepted["message"]
    assert succeeded["target"] == "unheard.1.succeeded"

    azure.delete("/_simulator/service-bus/faults").raise_for_status()
    set_topic(azure, "SendDisabled")
    deleted = delete(api, "unheard")
    assert deleted["status"] == "Succeeded"
    set_topic(azure, "Active")
    later = ("unheard.2.accepted", "unheard.2.succeeded")
    events = await_events(stack, "unheard", *later)
    assert {event["id"] for event in events} == set(later), "the first two were given up"
    assert "warnings" not in api.get_operation("unheard.2")

"""A second person approves what is expensive, on running processes."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.conftest import LATENCY_SHARE, NEVER, TIME_SCALE, refuse_what_azure_would_refuse
from tests.e2e.published_events import await_events
from tests.e2e.stories import creations, leftovers, wait_until
from tests.support.callers import ALICE, BOB, ML, RISK, a_person
from tests.support.documented_api import DocumentedApi
from tests.support.forked import forked_stack
from tests.support.messages import cloud_event
from tests.support.specs import spec_body

POLICY = f"""
version: 1
approval:
  abovePerMonth: 100
  deadlineHours: 2
  remindAfterHours: 1
costCenters:
  ML-1234:
    groups: ["{ML}"]
    senders: ["/portals/ml"]
  RISK-7:
    groups: ["{RISK}"]
"""
QUEUE = "provisioning-requests"
WAITS_SECONDS = 150.0
"""Two hours at the pace of the stack are a minute."""

ALICE_WRITES = a_person("Environments.Write", groups=[ML])
BOB_APPROVES = a_person("Environments.Approve", "Audit.Read", object_id=BOB, groups=[ML])
ALICE_APPROVES = a_person("Environments.Approve", groups=[ML])
OF_RISK = a_person("Environments.Write", object_id=BOB, groups=[RISK])


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Stack]:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    settings = {**NEVER, "REQUIRE_APP_ROLES": "true", "POLICY": str(file)}
    with forked_stack(
        tmp_path / "stack", time_scale=TIME_SCALE, settings=settings, latency_share=LATENCY_SHARE
    ) as stack:
        yield stack
        refuse_what_azure_would_refuse(stack)


def post(api: Api, path: str, headers: Mapping[str, str], body: Any = None) -> httpx.Response:
    return api.post(path, headers=dict(headers), json=body or {})


def create(api: Api, name: str) -> dict[str, Any]:
    created = post(api, "/environments", ALICE_WRITES, spec_body(name=name))
    assert created.status_code == 202, created.text
    assert created.json()["status"] == "NotStarted"
    return created.json()


def read_operation(api: Api, operation_id: str) -> dict[str, Any]:
    return api.get(f"/operations/{operation_id}", headers=ALICE_WRITES).json()


def await_end(api: Api, operation_id: str) -> dict[str, Any]:
    end = time.monotonic() + WAITS_SECONDS
    while True:
        operation = read_operation(api, operation_id)
        if operation["status"] in ("Succeeded", "Failed", "Canceled"):
            return operation
        assert time.monotonic() < end, operation
        time.sleep(0.5)


def send(stack: Stack, name: str) -> None:
    event = cloud_event("provision", spec_body(name=name), id=f"{name}-1", authid=ALICE)
    with (
        ServiceBusClient.from_connection_string(stack.simulator["serviceBus"]) as client,
        client.get_queue_sender(QUEUE) as sender,
    ):
        sender.send_messages(ServiceBusMessage(json.dumps(event), session_id=name))


def test_what_is_expensive_is_built_once_someone_else_has_agreed(guarded: Stack):
    with (
        DocumentedApi(guarded.app_url) as api,
        SimulatedAzure(guarded.simulator_url, guarded.ca_bundle) as azure,
    ):
        create(api, "unheard")
        create(api, "unwanted")
        waiting = create(api, "wanted")
        send(guarded, "by-message")
        wait_until(lambda: len(list_waiting(api)) == 4)

        for name in ("wanted", "by-message"):
            refused = post(api, f"/environments/{name}/approve", ALICE_APPROVES)
            assert refused.json()["error"]["code"] == "ApproverIsRequester"
        assert api.get("/environments/wanted", headers=OF_RISK).status_code == 404
        stale = post(api, "/environments/wanted/approve", BOB_APPROVES, {"planDigest": "0" * 64})
        assert stale.json()["error"]["code"] == "PlanIsStale"
        digest = {"planDigest": waiting["approval"]["planDigest"]}
        assert post(api, "/environments/wanted/approve", BOB_APPROVES, digest).status_code == 202
        answer = {"reason": "Use the smaller size."}
        assert post(api, "/environments/unwanted/reject", BOB_APPROVES, answer).status_code == 202

        rejected = await_end(api, "unwanted.1")
        assert (rejected["status"], rejected["error"]["code"]) == ("Canceled", "ApprovalRejected")
        assert await_end(api, "wanted.1")["status"] == "Succeeded"
        changed_as_approved(api)
        timed_out = await_end(api, "unheard.1")
        assert timed_out["error"]["code"] == "ApprovalTimedOut"
        for name in ("unheard", "unwanted", "by-message"):
            assert (creations(azure, name), leftovers(azure, name)) == ({}, [])

        overtaken_by_a_deletion(api)
        kinds = [f"unheard.1.approval-{each}" for each in ("requested", "reminder", "decided")]
        events = await_events(guarded, "unheard", *kinds)
        assert events[-1]["data"]["approval"]["state"] == "timedOut"
        audit = api.get("/audit", params={"environment": "wanted"}, headers=BOB_APPROVES).json()
        found = [(each["action"], each["actor"], each["decision"]) for each in audit["value"]]
        assert sorted(found) == sorted(
            [
                ("createEnvironment", ALICE, "accepted"),
                ("approveOperation", ALICE, "refused"),
                ("approveOperation", BOB, "refused"),
                ("approveOperation", BOB, "accepted"),
                ("replaceEnvironment", ALICE, "accepted"),
                ("approveOperation", BOB, "accepted"),
                ("replaceEnvironment", ALICE, "accepted"),
                ("deleteEnvironment", ALICE, "accepted"),
            ]
        )


def ask_for(api: Api, replicas: int) -> dict[str, Any]:
    workload = {**spec_body()["workload"], "replicas": replicas}
    body = spec_body(name="wanted", workload=workload)
    changed = api.put("/environments/wanted", headers=ALICE_WRITES, json=body)
    assert changed.json()["status"] == "NotStarted"
    return changed.json()


def read_replicas(api: Api) -> tuple[str, int]:
    shown = api.get("/environments/wanted", headers=ALICE_WRITES).json()
    return shown["phase"], shown["spec"]["workload"]["replicas"]


def changed_as_approved(api: Api) -> None:
    """A change of what serves waits beside it, and is carried out with what was frozen."""
    waiting = ask_for(api, 2)
    assert read_replicas(api) == ("Ready", 1)
    (listed,) = [each for each in list_waiting(api) if each["environment"] == "wanted"]
    assert [each["field"] for each in listed["changes"]] == ["workload.replicas"]
    digest = {"planDigest": waiting["approval"]["planDigest"]}
    approved = post(api, "/environments/wanted/approve", BOB_APPROVES, digest)
    assert approved.status_code == 202, approved.text
    ended = await_end(api, waiting["id"])
    assert (ended["status"], ended["approval"]["state"]) == ("Succeeded", "approved")
    assert ended["approval"]["planDigest"] == digest["planDigest"]
    assert read_replicas(api) == ("Ready", 2)


def overtaken_by_a_deletion(api: Api) -> None:
    """A change of what serves goes with its environment."""
    waiting = ask_for(api, 3)
    assert read_replicas(api) == ("Ready", 2)
    deleted = api.delete("/environments/wanted", headers=ALICE_WRITES)
    assert await_end(api, deleted.json()["id"])["status"] == "Succeeded"
    assert read_operation(api, waiting["id"])["error"]["code"] == "ApprovalOvertaken"


def list_waiting(api: Api) -> list[dict[str, Any]]:
    return api.get("/approvals", headers=BOB_APPROVES).json()["value"]

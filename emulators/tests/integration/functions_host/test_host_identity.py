"""Triggers that connect by an identity, as in Azure: a name, TLS, a token and a role."""

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from emulators.tests.integration.functions_host.host_processes import (
    APPS,
    FunctionsHost,
    ended_afterwards,
    eventually,
)
from emulators.tests.support.simulator import simulator_process

RECEIVER = "Azure Service Bus Data Receiver"


@dataclass(frozen=True, slots=True)
class Running:
    host: FunctionsHost
    folder: Path
    azure: dict[str, Any]
    control: httpx.Client

    def declare(self, **entities: Any) -> None:
        answer = self.control.put("/_simulator/service-bus/entities", json=entities)
        answer.raise_for_status()

    def give_role_at(self, *queues: str) -> None:
        principal_id = self.azure["managedIdentity"]["principalId"]
        roles = [{"principalId": principal_id, "role": RECEIVER, "entity": q} for q in queues]
        self.declare(roleAssignments=roles)

    def send(self, queue: str, body: str, **fields: Any) -> None:
        with (
            ServiceBusClient.from_connection_string(self.azure["serviceBus"]) as client,
            client.get_queue_sender(queue) as sender,
        ):
            sender.send_messages(ServiceBusMessage(body, **fields))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with simulator_process(tmp_path, scale=1) as address:
        azure = json.loads((tmp_path / "simulator.json").read_text())
        host = FunctionsHost(
            tmp_path,
            APPS / "messages",
            None,
            ["--state-dir", str(tmp_path / "state"), "--ca-bundle", address.ca_bundle],
            MessageBus__fullyQualifiedNamespace=azure["serviceBusNamespace"],
            MessageBus__credential="managedidentity",
            IDENTITY_ENDPOINT=azure["identityEndpoint"],
            IDENTITY_HEADER=azure["identityHeader"],
            PLAIN_QUEUE="plain",
            NOTES=str(tmp_path),
        )
        context = ssl.create_default_context(cafile=address.ca_bundle)
        with (
            httpx.Client(base_url=address.url, verify=context) as control,
            ended_afterwards(host),
        ):
            yield Running(host, tmp_path, azure, control)


def test_a_trigger_listens_by_identity_where_it_has_the_role(running: Running) -> None:
    running.declare(queues=[{"name": "plain"}, {"name": "ordered", "requiresSession": True}])
    running.give_role_at("plain")
    running.host.start()
    running.send("plain", "hello")

    notes = running.folder / "plain"
    eventually(lambda: notes.exists() and notes.read_text())
    assert json.loads(notes.read_text())["body"] == "hello"
    eventually(lambda: "Service Bus does not serve ordered" in running.host.log)
    assert (
        "Service Bus does not serve ordered: Unauthorized access. 'Listen' claim(s) are required "
        f"to perform this operation. Resource: 'sb://{running.azure['serviceBusNamespace']}/ordered'"
    ) in running.host.log

    running.give_role_at("plain", "ordered")
    running.send("ordered", "1", session_id="a")
    eventually(lambda: "ordered: listens on ordered." in running.host.log)


def test_a_queue_that_is_missing_is_named(running: Running) -> None:
    running.declare(queues=[{"name": "plain"}])
    principal_id = running.azure["managedIdentity"]["principalId"]
    running.declare(roleAssignments=[{"principalId": principal_id, "role": RECEIVER}])
    running.host.start()

    eventually(lambda: "Service Bus does not serve batches" in running.host.log)
    assert "Status code: 404 Description: The messaging entity 'sb://" in running.host.log
    assert "/batches' could not be found" in running.host.log

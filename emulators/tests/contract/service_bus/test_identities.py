"""Identities of Entra on the namespace as it is in Azure: AMQP over TLS, tokens, and roles."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.core.credentials_async import AsyncTokenCredential
from azure.identity.aio import (
    ClientSecretCredential,
    DefaultAzureCredential,
    ManagedIdentityCredential,
)
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import ServiceBusAuthenticationError, ServiceBusAuthorizationError

from emulators.tests.contract.service_bus.conftest import receive
from emulators.tests.support.simulator import Control, simulator_in_process
from emulators.tests.support.tls import client_context

QUEUE = "provisioning-requests"
TOPIC = "environment-events"


@dataclass(frozen=True, slots=True)
class Azure:
    """A running simulator: its ready file and its control API."""

    ready: dict[str, Any]
    control: Control

    @asynccontextmanager
    async def client(self, credential: AsyncTokenCredential) -> AsyncIterator[ServiceBusClient]:
        async with (
            credential,
            ServiceBusClient(
                self.ready["serviceBusNamespace"],
                credential,
                connection_verify=self.ready["caBundle"],
                retry_total=0,
            ) as client,
        ):
            yield client

    def managed_identity(self) -> ManagedIdentityCredential:
        return ManagedIdentityCredential(connection_verify=self.ready["caBundle"])

    def service_principal(self) -> ClientSecretCredential:
        application = self.ready["servicePrincipal"]
        return ClientSecretCredential(
            self.ready["tenantId"],
            application["clientId"],
            application["clientSecret"],
            authority=self.ready["url"],
            disable_instance_discovery=True,
            connection_verify=self.ready["caBundle"],
        )

    async def assign(self, *roles: tuple[str, str | None]) -> None:
        """Give the service principal these roles at these entities, and nobody else any."""
        principal_id = self.ready["servicePrincipal"]["principalId"]
        assignments = [
            {"principalId": principal_id, "role": f"Azure Service Bus {role}", "entity": entity}
            for role, entity in roles
        ]
        body = {"queues": [{"name": "jobs"}], "roleAssignments": assignments}
        await self.control.call("PUT", "/service-bus/entities", body)


@pytest.fixture
async def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Azure]:
    async with simulator_in_process(tmp_path) as (_, address):
        ready = json.loads((tmp_path / "simulator.json").read_text())
        monkeypatch.setenv("IDENTITY_ENDPOINT", ready["identityEndpoint"])
        monkeypatch.setenv("IDENTITY_HEADER", ready["identityHeader"])
        connector = aiohttp.TCPConnector(ssl=client_context(address.ca_bundle))
        async with aiohttp.ClientSession(connector=connector) as session:
            yield Azure(ready, Control(session, address))


async def refusal_of(link: Any) -> str | None:
    """What a link is refused with, or None if it is opened."""
    try:
        async with link:
            return None
    except ServiceBusAuthorizationError as refusal:
        return str(refusal)


async def test_the_managed_identity_has_the_products_roles_and_no_others(azure: Azure) -> None:
    """Those that `infra/wiring.tf` gives to the app."""
    async with azure.client(azure.managed_identity()) as client:
        sender = client.get_queue_sender(QUEUE)
        assert "'Send' claim(s) are required" in str(await refusal_of(sender))
        assert await refusal_of(client.get_queue_receiver(QUEUE, session_id="a")) is None
        assert await refusal_of(client.get_topic_sender(TOPIC)) is None
        subscription = client.get_subscription_receiver(TOPIC, "all")
        assert "'Listen' claim(s) are required" in str(await refusal_of(subscription))
    principal_id = azure.ready["managedIdentity"]["principalId"]
    assert (await azure.control.call("GET", "/service-bus"))["roleAssignments"] == [
        {"principalId": principal_id, "role": f"Azure Service Bus {role}", "entity": entity}
        for role, entity in (("Data Receiver", QUEUE), ("Data Sender", TOPIC))
    ]


async def test_the_default_credential_finds_the_managed_identity(azure: Azure) -> None:
    credential = DefaultAzureCredential(connection_verify=azure.ready["caBundle"])
    async with azure.client(credential) as client, client.get_topic_sender(TOPIC) as sender:
        await sender.send_messages(ServiceBusMessage("news"))
    (topic,) = (await azure.control.call("GET", "/service-bus"))["topics"]
    assert topic["subscriptions"][0]["active"] == 1


@pytest.mark.parametrize(
    ("role", "entity", "sends", "listens"),
    [
        ("Data Sender", "jobs", True, False),
        ("Data Receiver", "Jobs", False, True),
        ("Data Owner", "jobs", True, True),
        ("Data Owner", None, True, True),
        ("Data Owner", QUEUE, False, False),
        ("Data Owner", "job", False, False),
    ],
)
async def test_a_role_brings_its_rights_to_its_scope(
    azure: Azure, role: str, entity: str | None, sends: bool, listens: bool
) -> None:
    await azure.assign((role, entity))
    async with azure.client(azure.service_principal()) as client:
        assert (await refusal_of(client.get_queue_sender("jobs")) is None) == sends
        assert (await refusal_of(client.get_queue_receiver("jobs")) is None) == listens


@pytest.mark.parametrize("entity", [TOPIC, f"{TOPIC}/Subscriptions/all"])
async def test_a_receiver_of_a_topic_or_of_its_subscription(azure: Azure, entity: str) -> None:
    await azure.assign(("Data Receiver", entity), ("Data Sender", TOPIC))
    async with azure.client(azure.service_principal()) as client:
        await client.get_topic_sender(TOPIC).send_messages(ServiceBusMessage("news"))
        async with client.get_subscription_receiver(TOPIC, "all") as receiver:
            (message,) = await receive(receiver)
            await receiver.complete_message(message)
            assert await receiver.peek_messages() == []
        other = client.get_queue_receiver("jobs")
        assert "Resource: 'sb://127.0.0." in str(await refusal_of(other))


async def test_a_role_that_comes_later_helps_the_next_link(azure: Azure) -> None:
    await azure.assign()
    async with azure.client(azure.service_principal()) as client:
        assert await refusal_of(client.get_queue_sender("jobs"))
        await azure.assign(("Data Sender", "jobs"))
        await client.get_queue_sender("jobs").send_messages(ServiceBusMessage("x"))


@pytest.mark.parametrize(("entity", "status"), [(None, "Status code: 404"), (QUEUE, None)])
async def test_who_has_no_role_does_not_learn_what_exists(
    azure: Azure, entity: str | None, status: str | None
) -> None:
    await azure.assign(("Data Owner", entity))
    async with azure.client(azure.service_principal()) as client:
        link = client.get_queue_sender("unknown")
        with pytest.raises((ServiceBusAuthenticationError, ServiceBusAuthorizationError)) as e:
            await link.send_messages(ServiceBusMessage("x"))
    assert (status or "claim(s) are required") in f"{e.value} {e.value.inner_exception}"


class ForArm:
    """An identity that brings a token for something else."""

    def __init__(self, credential: Any, scope: str) -> None:
        self._credential = credential
        self._scope = scope

    async def get_token(self, *scopes: str, **options: Any) -> Any:
        return await self._credential.get_token(self._scope)

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._credential.close()


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("https://servicebus.azure.net/.default", None),
        ("https://servicebus.azure.net//.default", None),
        ("https://management.azure.com/.default", "InvalidAudience: Invalid authorization token"),
    ],
)
async def test_a_token_is_good_for_its_audience(
    azure: Azure, scope: str, expected: str | None
) -> None:
    await azure.assign(("Data Owner", None))
    credential: Any = ForArm(azure.service_principal(), scope)
    async with azure.client(credential) as client:
        sender = client.get_queue_sender("jobs")
        if expected is None:
            await sender.send_messages(ServiceBusMessage("x"))
            return
        with pytest.raises(ServiceBusAuthenticationError) as refused:
            await sender.send_messages(ServiceBusMessage("x"))
    assert "Status code: 401" in str(refused.value.inner_exception)
    assert expected in str(refused.value.inner_exception)


async def test_a_role_that_is_none_is_explained(azure: Azure) -> None:
    body = {"roleAssignments": [{"principalId": "a", "role": "Owner"}]}
    answer = await azure.control.call("PUT", "/service-bus/entities", body, expected=400)
    assert "role must be one of Azure Service Bus Data Owner" in answer["error"]["message"]


async def test_each_simulator_has_a_namespace_of_its_own(azure: Azure, tmp_path: Path) -> None:
    async with simulator_in_process(tmp_path / "other"):
        other = json.loads((tmp_path / "other" / "simulator.json").read_text())
        assert other["serviceBusNamespace"] != azure.ready["serviceBusNamespace"]
        assert other["serviceBusNamespace"].startswith("127.0.0.")

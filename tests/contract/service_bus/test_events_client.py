"""The product's client of the events topic, against the topic that the simulator declares."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusClient

from clients import events as events_client
from clients.answers import EventRefusal, NoAnswer
from clients.events import EventsClient
from domain.events.delivery import PUBLISH_REFUSALS, TOPIC
from emulators.azure.clock import Clock
from emulators.azure.identity import MANAGED_IDENTITY, Tokens
from emulators.azure.service_bus.broker import Broker
from emulators.azure.service_bus.settings import DEFAULT_ENTITIES, Entities, Status, TopicSettings
from emulators.tests.contract.service_bus.conftest import properties, receive
from emulators.tests.support.tls import shared_signing_key, shared_tls
from tests.support.events import TRACE, an_event


@pytest.fixture
async def broker(clock: Clock) -> AsyncIterator[Broker]:
    broker = Broker(clock, DEFAULT_ENTITIES, min_lock_real_seconds=0)
    await broker.start()
    yield broker
    await broker.stop()


@pytest.fixture
async def events(broker: Broker) -> AsyncIterator[EventsClient]:
    client = EventsClient.by_connection_string(broker.connection_string or "", None, TOPIC)
    yield client
    await client.close()


async def published(broker: Broker, count: int) -> list[ServiceBusReceivedMessage]:
    """All that the subscription `all` has, which must be so many messages."""
    (topic,) = broker.wire()["topics"]
    assert topic["subscriptions"][0]["active"] == count
    async with (
        ServiceBusClient.from_connection_string(broker.connection_string or "") as client,
        client.get_subscription_receiver(TOPIC, "all") as receiver,
    ):
        messages = await receive(receiver, count)
        for message in messages:
            await receiver.complete_message(message)
        return messages


async def test_an_event_arrives_as_a_structured_cloud_event(broker: Broker, events: EventsClient):
    event = an_event()
    assert await events.publish(event) is None
    (message,) = await published(broker, 1)
    assert json.loads(str(message)) == event.to_wire()
    assert message.content_type == "application/cloudevents+json; charset=utf-8"
    assert message.message_id == "fraud-llm.1.accepted"
    assert message.subject == "/environments/fraud-llm"
    assert properties(message) == {
        "cloudEvents_type": "io.gridplane.environment.accepted.v1",
        "cloudEvents_source": event.source,
        "cloudEvents_subject": "/environments/fraud-llm",
        "traceparent": TRACE,
    }


async def test_an_event_without_a_trace_has_no_empty_one(broker: Broker, events: EventsClient):
    await events.publish(an_event(traceparent=None))
    (message,) = await published(broker, 1)
    assert "traceparent" not in properties(message)


async def test_what_is_published_twice_is_delivered_once(broker: Broker, events: EventsClient):
    for _ in range(2):
        assert await events.publish(an_event()) is None
    await published(broker, 1)


async def test_many_at_once_use_one_connection(broker: Broker, events: EventsClient):
    ids = [f"fraud-llm.{number}.accepted" for number in range(20)]
    await asyncio.gather(*(events.publish(an_event(id=each)) for each in ids))
    assert broker.wire()["connections"] == 1
    assert {message.message_id for message in await published(broker, 20)} == set(ids)


def fault(operation: str, condition: str) -> dict[str, Any]:
    return {"entity": TOPIC, "operation": operation, "condition": condition}


@pytest.mark.parametrize(
    ("refusing", "code"),
    [
        (fault("open-sender", "amqp:unauthorized-access"), "Unauthorized"),
        (fault("open-sender", "amqp:not-found"), "TopicNotFound"),
        (fault("send", "com.microsoft:entity-disabled"), "TopicDisabled"),
        (fault("send", "amqp:resource-limit-exceeded"), "TopicFull"),
        (fault("send", "com.microsoft:server-busy"), "EventRefused"),
        (fault("send", "amqp:not-allowed"), "EventRefused"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["condition"],
)
async def test_a_refusal_is_a_value_and_ends_with_its_cause(
    broker: Broker, events: EventsClient, refusing: dict[str, Any], code: str
):
    broker.gate.add(refusing)
    refusal = await events.publish(an_event())
    assert isinstance(refusal, EventRefusal)
    assert refusal.code == code
    assert "fault on demand" in refusal.message
    broker.gate.faults.clear()
    assert await events.publish(an_event()) is None


async def test_a_topic_that_does_not_exist_is_named(clock: Clock):
    """Service Bus takes no token for it, which the SDK calls a failed authentication."""
    broker = Broker(clock, Entities(), min_lock_real_seconds=0)
    await broker.start()
    client = EventsClient.by_connection_string(broker.connection_string or "", None, TOPIC)
    refusal = await client.publish(an_event())
    assert refusal
    assert refusal.code == "TopicNotFound"
    assert f"/{TOPIC}' could not be found" in refusal.message
    await client.close()
    await broker.stop()


async def test_a_key_that_does_not_hold_is_told_in_the_words_of_service_bus(broker: Broker):
    wrong = re.sub("SharedAccessKey=[^;]+", "SharedAccessKey=wrong", str(broker.connection_string))
    client = EventsClient.by_connection_string(wrong, None, TOPIC)
    refusal = await client.publish(an_event())
    assert refusal
    assert refusal.code == "Unauthorized"
    assert "InvalidSignature: The token has an invalid signature" in refusal.message
    await client.close()


async def test_a_closed_topic_takes_events_once_it_is_open(broker: Broker, events: EventsClient):
    assert await events.publish(an_event()) is None
    declare(broker, status=Status.SEND_DISABLED)
    refusal = await events.publish(an_event(id="fraud-llm.1.succeeded"))
    assert refusal
    assert refusal.code == "TopicDisabled"
    declare(broker)
    assert await events.publish(an_event(id="fraud-llm.1.succeeded")) is None
    await published(broker, 2)


def declare(broker: Broker, **changes: Any) -> None:
    (topic,) = DEFAULT_ENTITIES.topics
    changed = TopicSettings(TOPIC, topic.default_ttl_seconds, 600.0, **changes)
    broker.namespace.declare(type(DEFAULT_ENTITIES)(topics=(changed,)))


async def test_an_event_that_is_too_large_is_refused(broker: Broker, events: EventsClient):
    refusal = await events.publish(an_event(data={"message": "x" * 300_000}))
    assert refusal
    assert refusal.code == "EventTooLarge"
    assert await events.publish(an_event()) is None


async def test_a_broken_connection_is_opened_anew(broker: Broker, events: EventsClient):
    await events.publish(an_event(id="fraud-llm.1.accepted"))
    broker.drop_connections()
    assert await events.publish(an_event(id="fraud-llm.1.succeeded")) is None
    await published(broker, 2)


async def test_a_broker_that_is_gone_gives_no_answer_and_may_come_back(
    broker: Broker, events: EventsClient
):
    await events.publish(an_event(id="fraud-llm.1.accepted"))
    port = int((broker.connection_string or "").split(";")[0].rpartition(":")[2])
    await broker.stop()
    with pytest.raises(NoAnswer, match="ServiceBusConnectionError"):
        await events.publish(an_event(id="fraud-llm.1.succeeded"))
    await broker.start(port)
    assert await events.publish(an_event(id="fraud-llm.1.succeeded")) is None


class Identity:
    """A principal of simulated Entra, and a broker that knows the tokens of its tenant."""

    def __init__(self) -> None:
        self.scopes: list[str] = []
        self.tokens = Tokens(
            "tenant",
            MANAGED_IDENTITY.object_id,
            MANAGED_IDENTITY.client_id,
            key=shared_signing_key(),
        )

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        self.scopes += scopes
        token = self.tokens.issue(scopes[0].removesuffix("/.default"))
        return AccessToken(token.value, token.expires_on)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "Identity":
        return self

    async def __aexit__(
        self, exc_type: Any = None, exc_value: Any = None, traceback: Any = None
    ) -> None: ...


@pytest.fixture
async def by_identity(
    clock: Clock, tmp_path: Path
) -> AsyncIterator[tuple[Broker, EventsClient, Identity]]:
    """The client as it is in Azure: nothing but a namespace's name, an identity and its roles."""
    identity, tls = Identity(), shared_tls()
    broker = Broker(clock, DEFAULT_ENTITIES, tokens=identity.tokens, min_lock_real_seconds=0)
    await broker.start(tls=tls.context)
    (tmp_path / "ca.pem").write_bytes(tls.ca_pem)
    namespace, ca_bundle = str(broker.fully_qualified_namespace), str(tmp_path / "ca.pem")
    client = EventsClient.by_identity(namespace, identity, ca_bundle, TOPIC)
    yield broker, client, identity
    await client.close()
    await broker.stop()


async def test_an_identity_publishes_by_its_role(
    by_identity: tuple[Broker, EventsClient, Identity],
):
    broker, events, identity = by_identity
    assert await events.publish(an_event()) is None
    assert set(identity.scopes) == {"https://servicebus.azure.net//.default"}
    await published(broker, 1)


async def test_an_identity_without_the_role_is_told_which_right_it_lacks(
    by_identity: tuple[Broker, EventsClient, Identity],
):
    broker, events, _ = by_identity
    broker.declare(Entities(role_assignments=()))
    refusal = await events.publish(an_event())
    assert refusal
    assert refusal.code == "Unauthorized"
    assert "'Send' claim(s) are required to perform this operation" in refusal.message
    broker.declare(Entities(role_assignments=DEFAULT_ENTITIES.role_assignments))
    assert await events.publish(an_event()) is None


def test_there_is_advice_for_every_refusal_that_the_client_names():
    named = {code for _, code in events_client.REFUSALS}
    assert named - {"EventRefused"} <= set(PUBLISH_REFUSALS)

"""Shared access policies with some rights only, and tokens that are for something else."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import pytest
from azure.core.credentials import AzureSasCredential
from azure.servicebus import ServiceBusMessage, ServiceBusSubQueue
from azure.servicebus._pyamqp.utils import generate_sas_token
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender
from azure.servicebus.exceptions import (
    ServiceBusAuthenticationError,
    ServiceBusAuthorizationError,
    ServiceBusError,
)

from emulators.azure.control.input import BadInput
from emulators.azure.service_bus.broker import Broker
from emulators.azure.service_bus.settings import read_entities
from emulators.tests.contract.service_bus.conftest import ServiceBus, receive

POLICIES = {
    "queues": [
        {
            "name": "jobs",
            "authorizationRules": [
                {"name": "sends", "rights": ["Send"], "primaryKey": "own-1"},
                {"name": "both", "rights": ["Send", "Listen"], "primaryKey": "own-2"},
            ],
        }
    ],
    "topics": [
        {
            "name": "events",
            "authorizationRules": [{"name": "hears", "rights": ["Listen"], "primaryKey": "own-3"}],
            "subscriptions": [{"name": "all"}],
        }
    ],
    "authorizationRules": [
        {"name": "talker", "rights": ["Send"], "primaryKey": "all-1"},
        {"name": "listener", "rights": ["Listen"], "primaryKey": "all-2"},
    ],
}

ClientOf = Callable[[str, str], AbstractAsyncContextManager[ServiceBusClient]]


def endpoint(broker: Broker) -> str:
    return (broker.connection_string or "").partition(";")[0].removeprefix("Endpoint=")


@pytest.fixture
def client_of(broker: Broker) -> ClientOf:
    """Clients by a policy's name and key."""
    broker.declare(read_entities(POLICIES))

    @asynccontextmanager
    async def connect(name: str, key: str) -> AsyncIterator[ServiceBusClient]:
        text = (
            f"Endpoint={endpoint(broker)};SharedAccessKeyName={name};SharedAccessKey={key};"
            "UseDevelopmentEmulator=true;"
        )
        async with ServiceBusClient.from_connection_string(text, retry_total=0) as client:
            yield client

    return connect


async def refusal_of(link: ServiceBusSender | ServiceBusReceiver) -> str | None:
    """What a link is refused with, or None if it is opened."""
    try:
        async with link:
            return None
    except ServiceBusAuthorizationError as refusal:
        return str(refusal)


@pytest.mark.parametrize(
    ("name", "key", "sends", "listens"),
    [
        ("talker", "all-1", True, False),
        ("listener", "all-2", False, True),
        ("sends", "own-1", True, False),
        ("both", "own-2", True, True),
    ],
)
async def test_a_policy_gives_its_rights_and_no_others(
    client_of: ClientOf, name: str, key: str, sends: bool, listens: bool
) -> None:
    async with client_of(name, key) as client:
        for link, right, expected in (
            (client.get_queue_sender("jobs"), "Send", sends),
            (client.get_queue_receiver("jobs"), "Listen", listens),
        ):
            refusal = await refusal_of(link)
            assert (refusal is None) == expected
            assert refusal is None or f"Unauthorized access. '{right}' claim(s)" in refusal


async def test_a_refusal_names_the_resource_and_can_be_followed(client_of: ClientOf) -> None:
    async with client_of("listener", "all-2") as client:
        text = str(await refusal_of(client.get_queue_sender("Jobs")))
    assert "required to perform this operation. Resource: 'sb://127.0.0.1/jobs'." in text
    assert re.search("TrackingId:[0-9a-f]+_G0, SystemTracker:gateway0, Timestamp:", text)
    assert "amqp:unauthorized-access" in text


async def test_who_has_no_right_does_not_learn_what_exists(client_of: ClientOf) -> None:
    async with client_of("hears", "own-3") as client:
        for topic in ("events", "unknown"):
            with pytest.raises((ServiceBusAuthorizationError, ServiceBusAuthenticationError)) as e:
                await client.get_topic_sender(topic).send_messages(ServiceBusMessage("x"))
            assert "could not be found" not in f"{e.value} {e.value.inner_exception}"


async def test_an_entitys_policy_is_known_nowhere_else(client_of: ClientOf) -> None:
    async with client_of("both", "own-2") as client:
        with pytest.raises(ServiceBusAuthenticationError) as refused:
            await client.get_queue_sender("unique").send_messages(ServiceBusMessage("x"))
    assert "Status code: 401" in str(refused.value.inner_exception)
    assert "InvalidSignature" in str(refused.value.inner_exception)


async def test_a_topics_policy_is_good_for_its_subscriptions(client_of: ClientOf) -> None:
    async with client_of("hears", "own-3") as client:
        assert await refusal_of(client.get_subscription_receiver("events", "all")) is None
        assert await refusal_of(client.get_topic_sender("events"))


async def test_to_schedule_takes_both_rights_and_to_peek_takes_listen(
    client_of: ClientOf, bus: ServiceBus
) -> None:
    due = bus.clock.now() + timedelta(hours=1)
    async with client_of("talker", "all-1") as client:
        with pytest.raises(ServiceBusError, match="Failed to open mgmt link"):
            await client.get_queue_sender("jobs").schedule_messages(ServiceBusMessage("x"), due)
        assert await client.get_topic_sender("events").schedule_messages(
            ServiceBusMessage("x"), due
        )
    async with client_of("both", "own-2") as client:
        await client.get_queue_sender("jobs").schedule_messages(ServiceBusMessage("x"), due)
    async with client_of("listener", "all-2") as client:
        (message,) = await client.get_queue_receiver("jobs").peek_messages()
        with pytest.raises(ServiceBusAuthorizationError):
            await client.get_queue_sender("jobs").schedule_messages(ServiceBusMessage("x"), due)
    assert message.state.name == "SCHEDULED"


async def test_dead_letters_are_read_with_listen(client_of: ClientOf, bus: ServiceBus) -> None:
    await bus.send("jobs", "bad")
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        await receiver.dead_letter_message(message)
    async with client_of("listener", "all-2") as client:
        dead = client.get_queue_receiver("jobs", sub_queue=ServiceBusSubQueue.DEAD_LETTER)
        assert len(await receive(dead)) == 1


async def test_a_token_for_another_entity_has_the_wrong_audience(
    broker: Broker, client_of: ClientOf
) -> None:
    token = generate_sas_token(f"{endpoint(broker)}/unique", "listener", "all-2", 4_000_000_000)
    address = endpoint(broker).removeprefix("sb://")
    credential = AzureSasCredential(token)
    async with ServiceBusClient(address, credential, retry_total=0, use_tls=False) as client:
        assert await refusal_of(client.get_queue_receiver("unique")) is None
        with pytest.raises(ServiceBusAuthenticationError) as refused:
            await client.get_queue_receiver("jobs").receive_messages(max_wait_time=5)
    assert "InvalidAudience: The authorization header" in str(refused.value.inner_exception)


def test_policies_are_shown_and_keys_made(broker: Broker) -> None:
    broker.declare(read_entities({"authorizationRules": [{"name": "new", "rights": ["Send"]}]}))
    root, new = broker.wire()["authorizationRules"]
    assert (root["name"], root["rights"]) == (
        "RootManageSharedAccessKey",
        ["Listen", "Send", "Manage"],
    )
    assert (new["name"], new["rights"]) == ("new", ["Send"])
    assert len(new["primaryKey"]) > 20


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"rights": ["Send"]}, "name is required"),
        ({"name": "a"}, "rights must be some of Listen, Send, Manage"),
        ({"name": "a", "rights": ["Sing"]}, "rights must be some of"),
        ({"name": "a", "rights": ["Manage"]}, "must have Listen and Send"),
        ({"name": "a", "rights": ["Send"], "key": "k"}, "key is not known"),
    ],
)
def test_a_wrong_policy_is_explained(rule: object, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_entities({"authorizationRules": [rule]})

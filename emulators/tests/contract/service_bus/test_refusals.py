"""What the broker refuses, and the exceptions that the SDK makes of it."""

import re
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import (
    MessagingEntityDisabledError,
    ServiceBusAuthenticationError,
    ServiceBusAuthorizationError,
    ServiceBusError,
    ServiceBusQuotaExceededError,
    ServiceBusServerBusyError,
)

from emulators.azure.service_bus.broker import Broker
from emulators.azure.service_bus.settings import Entities, QueueSettings, Status
from emulators.tests.contract.service_bus.conftest import ServiceBus, receive


async def test_a_wrong_key_is_told_on_cbs(broker: Broker) -> None:
    wrong = re.sub(
        "SharedAccessKey=[^;]+", "SharedAccessKey=wrong", broker.connection_string or ""
    )
    async with ServiceBusClient.from_connection_string(wrong, retry_total=0) as client:
        with pytest.raises(ServiceBusAuthenticationError):
            await client.get_queue_sender("jobs").send_messages(ServiceBusMessage("no"))


MISSING = [
    pytest.param(("queue", "unknown"), id="a queue"),
    pytest.param(("topic", "unknown"), id="a topic"),
    pytest.param(("subscription", "events", "unknown"), id="a subscription"),
    pytest.param(("subscription", "jobs", "all"), id="a queue is no topic"),
]


def receiver_or_sender(client: ServiceBusClient, kind: str, *names: str) -> Any:
    if kind == "queue":
        return client.get_queue_receiver(*names)
    if kind == "topic":
        return client.get_topic_sender(*names)
    return client.get_subscription_receiver(*names)


@pytest.mark.parametrize("entity", MISSING)
async def test_no_token_is_taken_for_what_does_not_exist(
    impatient: ServiceBus, entity: tuple[str, ...]
) -> None:
    """Put-token answers 404, which the SDK takes for a failure of authentication."""
    with pytest.raises(ServiceBusAuthenticationError) as refused:
        async with receiver_or_sender(impatient.client, *entity):
            pass
    text = str(refused.value.inner_exception)
    assert "Status code: 404" in text
    path = "/".join(entity[1:]) if len(entity) == 2 else f"{entity[1]}/Subscriptions/{entity[2]}"
    assert re.search(
        f"The messaging entity 'sb://127.0.0.1:[0-9]+/{path}' could not be found. To know more "
        "visit https://aka.ms/sbResourceMgrExceptions.  TrackingId:[0-9a-f]+_G0, "
        f"SystemTracker:127.0.0.1:[0-9]+:{path}, Timestamp:",
        text,
    )


async def test_a_management_request_for_what_does_not_exist_is_refused(
    impatient: ServiceBus,
) -> None:
    with pytest.raises(ServiceBusAuthenticationError) as refused:
        await impatient.client.get_queue_receiver("unknown").peek_messages()
    assert "Status code: 404" in str(refused.value.inner_exception)


@pytest.mark.parametrize(
    ("status", "sends", "receives"),
    [
        (Status.DISABLED, False, False),
        (Status.SEND_DISABLED, False, True),
        (Status.RECEIVE_DISABLED, True, False),
    ],
)
async def test_a_disabled_entity_refuses_what_it_is_disabled_for(
    impatient: ServiceBus, status: Status, sends: bool, receives: bool
) -> None:
    bus = impatient
    await bus.send("jobs", "before")
    bus.broker.namespace.declare(Entities(queues=(QueueSettings("jobs", status=status),)))
    receiver = bus.client.get_queue_receiver("jobs")
    if receives:
        assert len(await receive(receiver)) == 1
    else:
        with pytest.raises(MessagingEntityDisabledError):
            await receiver.receive_messages(max_wait_time=5)
    if sends:
        await bus.send("jobs", "after")
    else:
        with pytest.raises(MessagingEntityDisabledError):
            await bus.send("jobs", "after")


async def test_a_busy_server_is_tried_again(bus: ServiceBus) -> None:
    bus.broker.gate.add({"operation": "send", "entity": "jobs", "count": 2})
    await bus.send("jobs", "at last")
    assert bus.counts("jobs")["active"] == 1


@pytest.mark.parametrize(
    ("condition", "error"),
    [
        ("com.microsoft:server-busy", ServiceBusServerBusyError),
        ("amqp:resource-limit-exceeded", ServiceBusQuotaExceededError),
        ("com.microsoft:auth-failed", ServiceBusAuthorizationError),
        ("amqp:internal-error", ServiceBusError),
    ],
)
@pytest.mark.parametrize("operation", ["open-sender", "send"])
async def test_faults_are_the_sdks_exceptions(
    impatient: ServiceBus, condition: str, error: type[Exception], operation: str
) -> None:
    impatient.broker.gate.add({"operation": operation, "condition": condition})
    with pytest.raises(error):
        await impatient.send("jobs", "no")


@pytest.mark.parametrize("operation", ["settle", "manage"])
async def test_faults_hit_settlement_and_management(impatient: ServiceBus, operation: str) -> None:
    await impatient.send("jobs", "one")
    async with impatient.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        fault: dict[str, Any] = {"operation": operation, "condition": "amqp:not-allowed"}
        impatient.broker.gate.add(fault)
        action = (
            receiver.complete_message if operation == "settle" else receiver.renew_message_lock
        )
        with pytest.raises(ServiceBusError, match="on demand"):
            await action(message)
    assert impatient.counts("jobs")["active"] == 1

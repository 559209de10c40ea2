"""What the broker refuses, and the exceptions that the SDK makes of it."""

import re
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import (
    MessagingEntityDisabledError,
    MessagingEntityNotFoundError,
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


@pytest.mark.parametrize(
    ("queue", "topic", "subscription"),
    [("unknown", None, None), (None, "events", "unknown"), (None, "jobs", "all")],
    ids=["queue", "subscription", "a queue is no topic"],
)
async def test_what_does_not_exist_is_not_found(
    bus: ServiceBus, queue: str | None, topic: str | None, subscription: str | None
) -> None:
    if queue is not None:
        receiver = bus.client.get_queue_receiver(queue)
    else:
        receiver = bus.client.get_subscription_receiver(topic or "", subscription or "")
    with pytest.raises(MessagingEntityNotFoundError):
        await receiver.receive_messages(max_wait_time=1)


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

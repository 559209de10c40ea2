"""Dead letters: how messages get there, and what they say about it."""

from datetime import timedelta

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusReceiver
from azure.servicebus.exceptions import ServiceBusError

from emulators.tests.contract.service_bus.conftest import ServiceBus, nothing, properties, receive
from emulators.tests.support.simulator import eventually


def dead_letters(bus: ServiceBus, queue: str = "jobs") -> ServiceBusReceiver:
    return bus.client.get_queue_receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER)


async def only_dead_letter(bus: ServiceBus) -> ServiceBusReceivedMessage:
    async with dead_letters(bus) as receiver:
        (message,) = await receive(receiver)
        await receiver.complete_message(message)
        assert await nothing(receiver)
    return message


async def test_a_receiver_dead_letters_with_its_own_reason(bus: ServiceBus) -> None:
    await bus.send("jobs", "bad", application_properties={"kept": "yes"})
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        await receiver.dead_letter_message(message, "BadRequest", "There is no such region.")
    dead = await only_dead_letter(bus)
    assert str(dead) == "bad"
    assert dead.dead_letter_reason == "BadRequest"
    assert dead.dead_letter_error_description == "There is no such region."
    assert properties(dead)["kept"] == "yes"
    assert dead.sequence_number == message.sequence_number


async def test_too_many_failed_deliveries_make_a_dead_letter(bus: ServiceBus) -> None:
    await bus.send("jobs", "poison")
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        await receiver.abandon_message(message)
        (message,) = await receive(receiver)
        bus.pass_time(61)
        await eventually(lambda: bus.counts("jobs")["deadLettered"] == 1)
    dead = await only_dead_letter(bus)
    assert dead.dead_letter_reason == "MaxDeliveryCountExceeded"
    assert dead.delivery_count == 2


async def test_expired_messages_are_dead_letters_where_the_queue_says_so(bus: ServiceBus) -> None:
    await bus.send("jobs", "old", time_to_live=timedelta(seconds=30))
    await bus.send("unique", "old", time_to_live=timedelta(seconds=30))
    bus.pass_time(31)
    await eventually(lambda: bus.counts("jobs")["deadLettered"] == 1)
    assert (await only_dead_letter(bus)).dead_letter_reason == "TTLExpiredException"
    assert bus.counts("unique")["active"] == bus.counts("unique")["deadLettered"] == 0


async def test_a_locked_message_can_be_completed_after_its_life(bus: ServiceBus) -> None:
    await bus.send("jobs", "old", time_to_live=timedelta(seconds=30))
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        bus.pass_time(31)
        await receiver.complete_message(message)
    assert bus.counts("jobs")["deadLettered"] == 0


async def test_dead_letters_of_a_session_queue_need_no_session(bus: ServiceBus) -> None:
    await bus.send("orders", "bad", session_id="a")
    async with bus.client.get_queue_receiver("orders", session_id="a") as receiver:
        (message,) = await receive(receiver)
        await receiver.dead_letter_message(message, "Broken")
    async with dead_letters(bus, "orders") as receiver:
        (dead,) = await receive(receiver)
        assert (dead.session_id, dead.dead_letter_reason) == ("a", "Broken")
        await receiver.complete_message(dead)


async def test_a_dead_letter_cannot_be_dead_lettered_and_nothing_can_be_sent_there(
    bus: ServiceBus,
) -> None:
    await bus.send("jobs", "bad")
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        await receiver.dead_letter_message(message)
    async with dead_letters(bus) as receiver:
        (dead,) = await receive(receiver)
        with pytest.raises(ServiceBusError, match="stays where it is"):
            await receiver.dead_letter_message(dead)
    assert bus.counts("jobs")["deadLettered"] == 1
    with pytest.raises(ServiceBusError, match="Nothing can be sent"):
        async with bus.client.get_queue_sender("jobs/$DeadLetterQueue") as sender:
            await sender.send_messages(ServiceBusMessage("no"))

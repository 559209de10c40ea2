"""Topics, schedules, peeking, and what goes over `$management`."""

from datetime import timedelta

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.exceptions import MessageNotFoundError

from emulators.tests.contract.service_bus.conftest import ServiceBus, present, receive
from emulators.tests.support.simulator import eventually


async def test_every_subscription_gets_its_own_copy(bus: ServiceBus) -> None:
    async with bus.client.get_topic_sender("events") as sender:
        await sender.send_messages([ServiceBusMessage("one"), ServiceBusMessage("two")])
    for name in ("all", "AUDIT"):
        async with bus.client.get_subscription_receiver("Events", name) as receiver:
            messages = await receive(receiver, 2)
            assert [str(each) for each in messages] == ["one", "two"]
            await receiver.complete_message(messages[0])
            await receiver.dead_letter_message(messages[1])
    (topic,) = bus.broker.wire()["topics"]
    assert [each["active"] for each in topic["subscriptions"]] == [0, 0]
    assert [each["deadLettered"] for each in topic["subscriptions"]] == [1, 1]


@pytest.mark.parametrize("by_management", [True, False], ids=["management", "annotation"])
async def test_scheduled_messages_come_at_their_simulated_time(
    bus: ServiceBus, by_management: bool
) -> None:
    moment = bus.clock.now() + timedelta(minutes=10)
    async with bus.client.get_queue_sender("jobs") as sender:
        if by_management:
            await sender.schedule_messages(ServiceBusMessage("later"), moment)
        else:
            message = ServiceBusMessage("later", scheduled_enqueue_time_utc=moment)
            await sender.send_messages(message)
    assert (bus.counts("jobs")["scheduled"], bus.counts("jobs")["active"]) == (1, 0)
    bus.pass_time(601)
    await eventually(lambda: bus.counts("jobs")["active"] == 1)
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        assert message.sequence_number == 2
        assert present(message.enqueued_time_utc) >= moment.replace(microsecond=0)


async def test_scheduled_messages_of_a_topic_reach_its_subscriptions(bus: ServiceBus) -> None:
    moment = bus.clock.now() + timedelta(minutes=10)
    async with bus.client.get_topic_sender("events") as sender:
        await sender.schedule_messages(ServiceBusMessage("later"), moment)
    bus.pass_time(601)
    async with bus.client.get_subscription_receiver("events", "all") as receiver:
        (message,) = await receive(receiver)
        assert str(message) == "later"


async def test_a_scheduled_message_can_be_canceled_once(bus: ServiceBus) -> None:
    moment = bus.clock.now() + timedelta(minutes=10)
    async with bus.client.get_queue_sender("jobs") as sender:
        messages = [ServiceBusMessage("stays"), ServiceBusMessage("goes")]
        numbers = await sender.schedule_messages(messages, moment)
        await sender.cancel_scheduled_messages(numbers[1])
        with pytest.raises(MessageNotFoundError):
            await sender.cancel_scheduled_messages(numbers[1])
    assert bus.counts("jobs")["scheduled"] == 1


async def test_peek_pages_through_all_states_and_locks_nothing(bus: ServiceBus) -> None:
    await bus.send("jobs", *map(str, range(4)))
    moment = bus.clock.now() + timedelta(minutes=10)
    async with bus.client.get_queue_sender("jobs") as sender:
        await sender.schedule_messages(ServiceBusMessage("4"), moment)
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        await receiver.defer_message(message)
        pages = [await receiver.peek_messages(3, sequence_number=1)]
        pages += [await receiver.peek_messages(3) for _ in range(2)]
        assert [[str(each) for each in page] for page in pages] == [
            ["0", "1", "2"],
            ["3", "4"],
            [],
        ]
        states = [each.state.name for page in pages for each in page]
        assert states == ["DEFERRED", "ACTIVE", "ACTIVE", "ACTIVE", "SCHEDULED"]
        assert bus.counts("jobs")["lockedMessages"] == 0


async def test_deferred_messages_that_are_not_there_are_not_found(bus: ServiceBus) -> None:
    await bus.send("jobs", "active")
    async with bus.client.get_queue_receiver("jobs") as receiver:
        with pytest.raises(MessageNotFoundError):
            await receiver.receive_deferred_messages([1])


@pytest.mark.parametrize(
    ("settle", "expected"),
    [
        ("complete_message", {"active": 0}),
        ("abandon_message", {"active": 1}),
        ("defer_message", {"deferred": 1}),
        ("dead_letter_message", {"deadLettered": 1}),
    ],
    ids=["completed", "abandoned", "deferred", "suspended"],
)
async def test_a_lock_outlives_its_connection_and_is_settled_over_management(
    bus: ServiceBus, settle: str, expected: dict[str, int]
) -> None:
    await bus.send("jobs", "safe")
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        bus.broker.drop_connections()
        await getattr(receiver, settle)(message)
    counts = bus.counts("jobs")
    assert {name: counts[name] for name in expected} == expected
    assert counts["lockedMessages"] == 0


async def test_senders_and_receivers_survive_a_broken_connection(bus: ServiceBus) -> None:
    async with (
        bus.client.get_queue_sender("jobs") as sender,
        bus.client.get_queue_receiver("jobs") as receiver,
    ):
        await sender.send_messages(ServiceBusMessage("before"))
        assert [str(each) for each in await receiver.peek_messages(1)] == ["before"]
        bus.broker.drop_connections()
        await sender.send_messages(ServiceBusMessage("after"))
        messages = await receive(receiver, 2)
        assert [str(each) for each in messages] == ["before", "after"]

"""Sending, receiving and settling with the real SDK."""

import uuid

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusReceiveMode
from azure.servicebus.exceptions import MessageLockLostError, MessageSizeExceededError

from emulators.tests.contract.service_bus.conftest import (
    ServiceBus,
    nothing,
    present,
    properties,
    receive,
)


async def test_a_message_comes_back_as_it_was_sent(bus: ServiceBus) -> None:
    sent = ServiceBusMessage(
        b"\x00body",
        application_properties={"count": 3, "name": "fraud", "flag": True, "half": 0.5},
        message_id="first",
        correlation_id="both",
        subject="greeting",
        content_type="text/plain",
        reply_to="elsewhere",
        to="nobody",
        partition_key="part",
        session_id="part",
    )
    async with bus.client.get_queue_sender("jobs") as sender:
        await sender.send_messages(sent)
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        await receiver.complete_message(message)
    assert b"".join(message.body) == b"\x00body"
    assert properties(message) == {"count": 3, "name": "fraud", "flag": True, "half": 0.5}
    for name in (
        *("message_id", "correlation_id", "subject", "content_type", "reply_to", "to"),
        *("partition_key", "session_id"),
    ):
        assert getattr(message, name) == getattr(sent, name)
    assert message.sequence_number == 1
    assert message.delivery_count == 0
    assert abs((present(message.enqueued_time_utc) - bus.clock.now()).total_seconds()) < 5


async def test_the_lock_token_is_the_delivery_tag_and_a_delivery_annotation(
    bus: ServiceBus,
) -> None:
    await bus.send("jobs", "one")
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        token = message.lock_token
        annotations = message.raw_amqp_message.delivery_annotations
        await receiver.renew_message_lock(message)
        await receiver.abandon_message(message)
        (peeked,) = await receiver.peek_messages(sequence_number=1)
        (again,) = await receive(receiver)
    assert isinstance(token, uuid.UUID)
    assert (token.version, token.variant) == (4, uuid.RFC_4122)
    assert annotations == {b"x-opt-lock-token": token}
    assert again.lock_token != token, "each lock has a token of its own"
    assert not peeked.raw_amqp_message.delivery_annotations


async def test_what_is_received_and_deleted_has_no_lock_token(bus: ServiceBus) -> None:
    await bus.send("jobs", "one")
    mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
    async with bus.client.get_queue_receiver("jobs", receive_mode=mode) as receiver:
        (message,) = await receive(receiver)
    assert message.lock_token is None
    assert not message.raw_amqp_message.delivery_annotations


async def test_messages_come_in_order_and_each_only_once(bus: ServiceBus) -> None:
    async with bus.client.get_queue_sender("jobs") as sender:
        await sender.send_messages([ServiceBusMessage(str(number)) for number in range(30)])
    async with bus.client.get_queue_receiver("jobs", prefetch_count=7) as receiver:
        messages = await receive(receiver, 30)
        for message in messages:
            await receiver.complete_message(message)
    assert [str(message) for message in messages] == [str(number) for number in range(30)]
    assert bus.counts("jobs")["active"] == 0


async def test_large_messages_go_over_several_frames_in_both_directions(bus: ServiceBus) -> None:
    bodies = [character * size for character, size in (("a", 70_000), ("b", 200_000))]
    await bus.send("jobs", *bodies)
    async with bus.client.get_queue_receiver("jobs") as receiver:
        messages = await receive(receiver, 2)
        assert [str(message) for message in messages] == bodies


async def test_a_message_over_the_limit_is_rejected_and_the_sender_lives_on(
    bus: ServiceBus,
) -> None:
    async with bus.client.get_queue_sender("jobs") as sender:
        with pytest.raises(MessageSizeExceededError):
            await sender.send_messages(ServiceBusMessage("x" * 300_000))
        await sender.send_messages(ServiceBusMessage("small"))
    assert bus.counts("jobs")["active"] == 1


async def test_a_batch_is_limited_to_what_the_link_says(bus: ServiceBus) -> None:
    async with bus.client.get_queue_sender("jobs") as sender:
        batch = await sender.create_message_batch()
        assert batch.max_size_in_bytes == 256 * 1024
        batch.add_message(ServiceBusMessage("in a batch"))
        await sender.send_messages(batch)
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        assert str(message) == "in a batch"


async def test_abandoned_messages_come_again_and_count_their_deliveries(bus: ServiceBus) -> None:
    await bus.send("jobs", "again")
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        await receiver.abandon_message(message)
        (message,) = await receive(receiver)
        assert message.delivery_count == 1
        await receiver.complete_message(message)
        assert await nothing(receiver)


async def test_a_deferred_message_is_received_by_its_number_only(bus: ServiceBus) -> None:
    await bus.send("jobs", "later")
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        await receiver.defer_message(message)
        assert await nothing(receiver)
        assert bus.counts("jobs")["deferred"] == 1
        (deferred,) = await receiver.receive_deferred_messages(present(message.sequence_number))
        assert str(deferred) == "later"
        await receiver.complete_message(deferred)
    assert bus.counts("jobs")["deferred"] == 0


async def test_receive_and_delete_needs_no_settlement(bus: ServiceBus) -> None:
    await bus.send("jobs", "one", "two")
    mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
    async with bus.client.get_queue_receiver("jobs", receive_mode=mode) as receiver:
        assert len(await receive(receiver, 2)) == 2
    assert bus.counts("jobs")["active"] == 0


async def test_prefetched_messages_are_back_when_the_receiver_closes(bus: ServiceBus) -> None:
    await bus.send("jobs", *map(str, range(6)))
    async with bus.client.get_queue_receiver("jobs", prefetch_count=10) as receiver:
        await receive(receiver)
    async with bus.client.get_queue_receiver("jobs") as receiver:
        messages = await receive(receiver, 5)
    assert [message.delivery_count for message in messages] == [0] * 5


async def test_the_lock_token_is_the_delivery_tag_in_net_order(bus: ServiceBus) -> None:
    await bus.send("jobs", "locked")
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        assert isinstance(message.lock_token, uuid.UUID)
        before = present(message.locked_until_utc)
        bus.pass_time(30)
        renewed = await receiver.renew_message_lock(message)
        assert renewed > before
        bus.pass_time(40)
        await receiver.complete_message(message)
    assert bus.counts("jobs")["active"] == 0


async def test_a_lock_ends_in_simulated_time_and_the_message_comes_again(bus: ServiceBus) -> None:
    await bus.send("jobs", "slow")
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        bus.pass_time(61)
        with pytest.raises(MessageLockLostError):
            await receiver.complete_message(message)
        with pytest.raises(MessageLockLostError):
            await receiver.renew_message_lock(message)
        (message,) = await receive(receiver)
        assert message.delivery_count == 1


async def test_the_end_of_a_lock_is_told_in_real_time(bus: ServiceBus) -> None:
    bus.clock.set_scale(10.0)
    await bus.send("jobs", "fast")
    async with bus.client.get_queue_receiver("jobs") as receiver:
        (message,) = await receive(receiver)
        left = present(message.locked_until_utc).timestamp() - bus.broker.real_now()
    assert 4.5 < left < 6.1


async def test_duplicates_are_dropped_within_the_window(bus: ServiceBus) -> None:
    await bus.send("unique", "first", "second", message_id="same")
    assert bus.counts("unique")["active"] == 1
    bus.pass_time(601)
    await bus.send("unique", "third", message_id="same")
    assert bus.counts("unique")["active"] == 2

"""Message sessions with the real SDK."""

import asyncio

import pytest
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage
from azure.servicebus.aio import ServiceBusReceiver
from azure.servicebus.exceptions import (
    OperationTimeoutError,
    ServiceBusError,
    SessionCannotBeLockedError,
    SessionLockLostError,
)

from emulators.tests.contract.service_bus.conftest import ServiceBus, present, receive
from emulators.tests.support.simulator import eventually


def session(bus: ServiceBus, name: str) -> ServiceBusReceiver:
    return bus.client.get_queue_receiver("orders", session_id=name)


def next_session(bus: ServiceBus, seconds: float = 2.0) -> ServiceBusReceiver:
    return bus.client.get_queue_receiver(
        "orders", session_id=NEXT_AVAILABLE_SESSION, max_wait_time=seconds
    )


async def test_a_receiver_gets_the_messages_of_its_session_in_order(bus: ServiceBus) -> None:
    for name in ("a", "b"):
        await bus.send("orders", f"{name}1", f"{name}2", session_id=name)
    async with session(bus, "b") as receiver:
        assert receiver.session.session_id == "b"
        assert [str(each) for each in await receive(receiver, 2)] == ["b1", "b2"]
        assert bus.counts("orders")["lockedSessions"] == ["b"]


async def test_next_available_goes_through_the_sessions_that_are_free(bus: ServiceBus) -> None:
    for name in ("a", "b"):
        await bus.send("orders", name, session_id=name)
    async with next_session(bus) as first, next_session(bus) as second:
        found = {first.session.session_id, second.session.session_id}
        assert found == {"a", "b"}


async def test_next_available_waits_for_a_session_to_come(bus: ServiceBus) -> None:
    async def send_soon() -> None:
        await eventually(lambda: bus.broker.wire()["connections"] == 1)
        await asyncio.sleep(0.05)
        await bus.send("orders", "late", session_id="late")

    sending = asyncio.create_task(send_soon())
    async with next_session(bus) as receiver:
        (message,) = await receive(receiver)
        assert (receiver.session.session_id, str(message)) == ("late", "late")
    await sending


async def test_next_available_gives_up_after_the_clients_own_wait(impatient: ServiceBus) -> None:
    bus = impatient
    with pytest.raises(OperationTimeoutError):
        async with next_session(bus, 0.3):
            pass


async def test_a_session_has_one_receiver_until_it_closes(bus: ServiceBus) -> None:
    await bus.send("orders", "one", session_id="a")
    async with session(bus, "a") as first:
        (message,) = await receive(first)
        with pytest.raises(SessionCannotBeLockedError):
            async with session(bus, "a"):
                pass
        assert message.delivery_count == 0
    async with session(bus, "a") as second:
        (message,) = await receive(second)
        assert message.delivery_count == 0
        await second.complete_message(message)


async def test_an_abandoned_message_comes_back_before_the_next(bus: ServiceBus) -> None:
    await bus.send("orders", "1", "2", session_id="a")
    async with session(bus, "a") as receiver:
        (message,) = await receive(receiver)
        await receiver.abandon_message(message)
        again = await receive(receiver, 2)
        assert [(str(each), each.delivery_count) for each in again] == [("1", 1), ("2", 0)]


async def test_a_sessions_state_stays_until_it_is_cleared(bus: ServiceBus) -> None:
    async with session(bus, "a") as receiver:
        assert await receiver.session.get_state() is None
        await receiver.session.set_state(b"half done")
    async with session(bus, "a") as receiver:
        assert await receiver.session.get_state() == b"half done"
        await receiver.session.set_state(None)
        assert await receiver.session.get_state() is None


async def test_a_session_lock_can_be_renewed_and_ends_otherwise(bus: ServiceBus) -> None:
    await bus.send("orders", "slow", session_id="a")
    async with session(bus, "a") as receiver:
        (message,) = await receive(receiver)
        bus.pass_time(40)
        await receiver.session.renew_lock()
        bus.pass_time(40)
        assert bus.counts("orders")["lockedSessions"] == ["a"]
        bus.pass_time(30)
        await eventually(lambda: bus.counts("orders")["lockedSessions"] == [])
        with pytest.raises(SessionLockLostError):
            await receiver.complete_message(message)
    async with session(bus, "a") as receiver:
        (message,) = await receive(receiver)
        assert message.delivery_count == 1


async def test_a_deferred_message_of_a_session_is_received_in_the_session(
    bus: ServiceBus,
) -> None:
    await bus.send("orders", "later", session_id="a")
    async with session(bus, "a") as receiver:
        (message,) = await receive(receiver)
        await receiver.defer_message(message)
        (deferred,) = await receiver.receive_deferred_messages([present(message.sequence_number)])
        await receiver.complete_message(deferred)
    assert bus.counts("orders")["deferred"] == 0


async def test_sessions_are_listed_with_messages_or_state(bus: ServiceBus) -> None:
    before = bus.clock.now()
    await bus.send("orders", "one", session_id="with-message")
    async with session(bus, "with-state") as receiver:
        await receiver.session.set_state(b"x")
    listed = [each async for each in bus.client.list_queue_sessions("orders")]
    assert listed == ["with-message", "with-state"]
    updated = bus.client.list_queue_sessions("orders", state_updated_after=before)
    assert [each async for each in updated] == ["with-state"]
    bus.pass_time(10)
    updated = bus.client.list_queue_sessions("orders", state_updated_after=bus.clock.now())
    assert [each async for each in updated] == []


async def test_sessions_and_plain_queues_do_not_mix(bus: ServiceBus) -> None:
    with pytest.raises(ServiceBusError, match="requires sessions"):
        async with bus.client.get_queue_receiver("orders") as receiver:
            await receiver.receive_messages(max_wait_time=1)
    with pytest.raises(ServiceBusError, match="has no sessions"):
        async with bus.client.get_queue_receiver("jobs", session_id="a"):
            pass
    async with bus.client.get_queue_sender("orders") as sender:
        with pytest.raises(ServiceBusError, match="requires sessions"):
            await sender.send_messages(ServiceBusMessage("no session"))


async def test_a_broken_connection_frees_the_session_for_the_next_receiver(
    bus: ServiceBus,
) -> None:
    await bus.send("orders", "one", session_id="a")
    async with session(bus, "a") as first:
        await receive(first)
        bus.broker.drop_connections()
        assert bus.counts("orders")["lockedSessions"] == []
        async with next_session(bus) as second:
            (message,) = await receive(second)
            assert message.delivery_count == 0
            await second.complete_message(message)
        assert bus.counts("orders")["active"] == 0

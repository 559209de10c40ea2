"""What the contract tests cannot make a broker do: to take a message and never say so."""

import asyncio
from typing import Any, cast

import pytest
from azure.servicebus.aio import ServiceBusClient

from clients import events as events_client
from clients.answers import NoAnswer
from clients.events import EventsClient
from tests.support.events import an_event


class SilentBus:
    """Stands in for client and sender."""

    def __init__(self) -> None:
        self.is_asked = asyncio.Event()
        self.answers = asyncio.Event()

    def get_topic_sender(self, topic: str) -> "SilentBus":
        return self

    async def send_messages(self, message: Any, timeout: float) -> None:
        self.is_asked.set()
        await self.answers.wait()


async def test_an_event_waits_for_others_only_so_long(monkeypatch: pytest.MonkeyPatch):
    bus = SilentBus()
    events = EventsClient(cast("ServiceBusClient", bus), "environment-events")
    first = asyncio.create_task(events.publish(an_event()))
    await bus.is_asked.wait()
    monkeypatch.setattr(events_client, "LOCK_SECONDS", 0.01)
    with pytest.raises(NoAnswer, match="other events are still waiting"):
        await events.publish(an_event(id="fraud-llm.2.accepted"))
    bus.answers.set()
    assert await first is None
    assert await events.publish(an_event(id="fraud-llm.2.accepted")) is None

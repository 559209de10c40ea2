"""Publishes one event about an environment to the topic, which drops duplicates."""

from typing import Any

from clients.factory import ClientFactory
from domain.events.cloud_events import EventPublication
from domain.events.delivery import describe_refusal
from domain.outcomes import Outcome


async def publish_event(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    event = EventPublication.from_wire(value).event
    if not clients.settings.has_service_bus:  # removed after the event was scheduled
        return Outcome.failed(describe_refusal("NoServiceBus", "none is configured."))
    refusal = await clients.events.publish(event)
    if refusal:
        return Outcome.failed(describe_refusal(refusal.code, refusal.message))
    return Outcome.succeeded()

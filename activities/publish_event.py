"""Publishes one event of an environment to the topic; the topic drops what it has seen."""

from typing import Any

from clients.factory import ClientFactory
from domain.events import EventPublication
from domain.outcomes import Outcome
from domain.publishing import describe_refusal


async def publish_event(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    event = EventPublication.from_wire(value).event
    if not clients.settings.has_service_bus:  # it was taken away after the event was scheduled
        return Outcome.failed(describe_refusal("NoServiceBus", "none is configured."))
    refusal = await clients.events.publish(event)
    if refusal:
        return Outcome.failed(describe_refusal(refusal.code, refusal.message))
    return Outcome.succeeded()

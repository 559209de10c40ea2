"""Sends one request to the model through the edge."""

from typing import Any

from clients.answers import NoAnswer
from clients.factory import ClientFactory
from domain.durable.inputs import EdgeProbe
from domain.outcomes import Outcome

TIMEOUT_SECONDS = 10.0


async def probe_edge(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    probe = EdgeProbe.from_wire(value)
    try:
        answer = await clients.edge.get(probe.host_name, probe.path, TIMEOUT_SECONDS)
    except NoAnswer as error:
        return Outcome.running(f"no answer: {error}")
    if 200 <= answer.status < 300:
        return Outcome.succeeded(status=answer.status)
    return Outcome.running(f"HTTP {answer.status}")

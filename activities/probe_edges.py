"""Sends one request to the model of each of many environments through its edge."""

import asyncio
from typing import Any

from activities.probe_edge import TIMEOUT_SECONDS
from clients.answers import NoAnswer, TimedOut
from clients.factory import ClientFactory
from domain.durable.sweep_inputs import EdgeQuestion, EdgeQuestions
from domain.outcomes import Outcome
from domain.sweep.health_facts import ProbeAnswer

REQUESTS_AT_ONCE = 16


async def probe_edges(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    gate = asyncio.Semaphore(REQUESTS_AT_ONCE)
    questions = EdgeQuestions.from_wire(value).questions
    answers = await asyncio.gather(*(_probe(each, clients, gate) for each in questions))
    return Outcome.succeeded(answers=[each.to_wire() for each in answers])


async def _probe(
    question: EdgeQuestion, clients: ClientFactory, gate: asyncio.Semaphore
) -> ProbeAnswer:
    """A request that timed out counts as silence; one without a connection says nothing."""
    name = question.environment
    try:
        async with gate:
            answer = await clients.edge.get(question.host_name, question.path, TIMEOUT_SECONDS)
    except TimedOut:
        detail = f"no answer within {TIMEOUT_SECONDS:g} s"
        return ProbeAnswer(environment=name, detail=detail)
    except NoAnswer as error:
        return ProbeAnswer(environment=name, reached=False, detail=str(error))
    return ProbeAnswer(
        environment=name,
        status=answer.status,
        detail=f"HTTP {answer.status}",
        answered_at=answer.sent_at,
    )

from typing import Any

import pytest

from activities.logs import run_activity
from activities.publish_event import publish_event
from clients.answers import EventRefusal, NoAnswer
from clients.settings import Settings
from domain.outcomes import Outcome
from tests.support.events import a_publication
from tests.support.fake_clients import SUBSCRIPTION, FakeClients

PUBLICATION = a_publication()


def clients_with(**settings: str) -> FakeClients:
    values = {"AZURE_SUBSCRIPTION_ID": SUBSCRIPTION, **settings}
    return FakeClients(settings=Settings.from_environment(values))


def a_bus(answer: Any = None) -> FakeClients:
    clients = clients_with(SERVICE_BUS="Endpoint=sb://127.0.0.1:9;UseDevelopmentEmulator=true")
    clients.events.answer = answer
    return clients


async def publish(clients: FakeClients) -> Outcome:
    return await run_activity(publish_event, PUBLICATION.to_wire(), clients.as_factory())


async def test_an_activity_that_runs_twice_sends_the_same_event_twice():
    """By its id the topic, or a consumer, drops the second one."""
    clients = a_bus()
    assert await publish(clients) == Outcome.succeeded()
    assert await publish(clients) == Outcome.succeeded()
    assert clients.events.taken == {"fraud-llm.1.accepted": PUBLICATION.event}


@pytest.mark.parametrize(
    ("code", "retryable"),
    [
        ("Unauthorized", True),
        ("TopicDisabled", True),
        ("TopicFull", True),
        ("EventRefused", True),
        ("TopicNotFound", False),
        ("EventTooLarge", False),
    ],
)
async def test_a_refusal_says_whether_it_can_pass_and_what_to_do(code: str, retryable: bool):
    failure = (await publish(a_bus(EventRefusal(code, "no.")))).failure
    assert failure
    assert (failure.reason, failure.retryable) == (code, retryable)
    assert failure.message == "Service Bus refused the event: no."
    assert failure.suggested_action


async def test_that_nobody_answered_is_worth_another_try():
    failure = (await publish(a_bus(NoAnswer("no route")))).failure
    assert failure
    assert (failure.reason, failure.retryable) == ("NoAnswer", True)


async def test_a_service_bus_that_was_taken_away_is_said():
    failure = (await publish(clients_with())).failure
    assert failure
    assert (failure.reason, failure.retryable) == ("NoServiceBus", False)

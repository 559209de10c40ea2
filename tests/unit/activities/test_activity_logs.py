import logging
from typing import Any

import pytest

from activities.logs import run_activity
from clients.answers import NoAnswer
from clients.factory import ClientFactory
from domain.outcomes import Outcome
from tests.support.fake_clients import FakeClients
from tests.support.payloads import QUOTA

VALUE = {"operationId": "fraud-llm.7"}


def answering(outcome: Outcome | Exception):
    async def begin_resource(value: dict[str, Any], clients: ClientFactory) -> Outcome:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return begin_resource


async def run(outcome: Outcome | Exception) -> Outcome:
    return await run_activity(answering(outcome), VALUE, FakeClients().as_factory())


async def test_every_activity_leaves_one_line_with_the_fields_to_follow_it_by(
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.INFO)
    outcome = Outcome.succeeded().about("/clusters/1")
    assert await run(outcome) == outcome
    (line,) = caplog.records
    assert line.getMessage() == "begin_resource of fraud-llm.7: Succeeded"
    fields = vars(line)
    assert (fields["environment"], fields["operation"], fields["resource_id"]) == (
        "fraud-llm",
        "fraud-llm.7",
        "/clusters/1",
    )
    assert fields["duration_ms"] >= 0


async def test_a_failure_is_a_warning_with_its_reason(caplog: pytest.LogCaptureFixture):
    await run(QUOTA)
    (line,) = caplog.records
    assert line.levelno == logging.WARNING
    assert line.getMessage() == (
        "begin_resource of fraud-llm.7: Failed (QuotaExceeded: Azure says QuotaExceeded.)"
    )


async def test_that_nobody_answered_is_a_value_worth_another_try():
    outcome = await run(NoAnswer("ServiceRequestError: connection reset"))
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == ("NoAnswer", True)


async def test_a_bug_is_raised():
    with pytest.raises(KeyError):
        await run(KeyError("bug"))

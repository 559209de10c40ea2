"""Every refusal has the one error format, states what to do, and discloses nothing."""

import logging

import grpc
import pytest

from domain.environment.phases import Phase
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Answer, Api
from tests.support.specs import spec_body

SECRETS = ("/runtime/webhooks", "code=", "subscriptions/", "Traceback", ".py", "instanceId")
OTHER = spec_body(owner="other@example.com")


async def refuse(api: Api, hub: FakeHub, case: str) -> Answer:
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    match case:
        case "create":
            return await api.create(OTHER)
        case "precondition":
            return await api.delete("environments/fraud-llm", If_Match='"0-0"')
        case "health":
            hub.unreachable = grpc.StatusCode.UNAVAILABLE
            return await api.get("healthz")
        case _:
            return await api.get(case)


@pytest.mark.parametrize(
    ("case", "status"),
    [
        ("create", 409),
        ("precondition", 412),
        ("health", 503),
        ("environments/nobody", 404),
        ("environments/nobody/events", 404),
        ("operations/nobody.1", 404),
        ("environments?maxpagesize=x", 400),
    ],
)
async def test_a_refusal(api: Api, hub: FakeHub, case: str, status: int):
    answer = await refuse(api, hub, case)
    assert answer.status == status
    assert set(answer.json) == {"error"}
    assert answer.error["code"].isalnum()
    assert len(answer.error["message"]) > 20, "a sentence"
    assert not [secret for secret in SECRETS if secret in answer.text]


async def test_every_request_leaves_one_line_with_the_fields_to_follow_it_by(
    api: Api, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "gridplane.requests")
    await api.create(spec_body())
    await api.get("operations/fraud-llm.1")
    created, read = (line for line in caplog.records if line.name == "gridplane.requests")
    assert created.getMessage().endswith("/environments: 202")
    assert (vars(created)["environment"], vars(created)["operation"]) == (
        "fraud-llm",
        "fraud-llm.1",
    )
    assert vars(read)["operation"] == "fraud-llm.1"

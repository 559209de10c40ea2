"""Another spelling of a cost center leads round no budget, limit or scope, and finds its own."""

from typing import Any

import pytest

from domain.environment.phases import Phase
from domain.guard.policy.model import Policy
from domain.requests.app_roles import AppRole
from tests.support.callers import ML, TWO_TEAMS, a_person
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.message_queue import MessageQueue
from tests.support.messages import cloud_event
from tests.support.policies import a_file, reading, with_budget
from tests.support.specs import spec_body

LOWER, URL = "ml-1234", "environments/fraud-llm"
IN_ML = a_person(AppRole.READ, AppRole.WRITE, AppRole.READ_AUDIT, groups=[ML])


def other_spelling(name: str = "fraud-llm", **changes: Any) -> dict[str, Any]:
    return spec_body(name=name, costCenter=LOWER, **changes)


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (with_budget(1), "BudgetExceeded"),
        (a_file(limits={"maxNodesPerCostCenter": 9}), "TooManyNodes"),
    ],
)
async def test_no_spelling_leads_round_a_limit(policy: Policy, code: str):
    hub = FakeHub()
    api = Api(hub, read_policy=reading(policy))
    if code == "TooManyNodes":
        assert (await api.create(spec_body(name="first-llm"))).status == 202
    answer = await api.create(other_spelling())
    assert (answer.status, answer.error["code"]) == (409, code)
    queue = MessageQueue(hub, read_policy=reading(policy))
    await queue.deliver(cloud_event("provision", other_spelling()))
    assert queue.reasons["message-1"][0] == code


async def test_what_is_claimed_under_one_spelling_is_claimed_under_all():
    hub, policy = FakeHub(), a_file(limits={"maxNodesPerCostCenter": 9})
    api = Api(hub, read_policy=reading(policy))
    assert (await api.create(spec_body(name="first-llm"))).status == 202
    assert [key for key in hub.ledgers if key.startswith("budget.")] == ["budget.ml-1234"]
    assert (await api.create(other_spelling())).error["code"] == "TooManyNodes"


async def test_spendings_count_under_all_spellings():
    hub, policy = FakeHub(), with_budget(1e6)
    api = Api(hub, read_policy=reading(policy))
    assert (await api.create(other_spelling("first-llm"))).status == 202
    hub.finish("first-llm.1", Phase.READY)
    plan = (await api.send("POST", "plans", spec_body())).json
    (check,) = [each for each in plan["checks"] if each["code"].startswith("Budget")]
    assert check["reserved"] > 0


async def test_a_caller_sees_its_cost_center_in_any_spelling_and_no_other():
    hub = FakeHub()
    api = Api(hub, requires_app_roles=True, read_policy=reading(TWO_TEAMS))
    assert (await api.send("POST", "environments", other_spelling(), IN_ML)).status == 202
    hub.finish("fraud-llm.1", Phase.READY)
    assert (await api.send("GET", URL, headers=IN_ML)).status == 200
    found = await api.send("GET", f"environments?costCenter={LOWER.upper()}", headers=IN_ML)
    assert [each["name"] for each in found.json["value"]] == ["fraud-llm"]
    audit = await api.send("GET", "audit", headers=IN_ML)
    assert [each["costCenter"] for each in audit.json["value"]] == [LOWER]
    risk = spec_body(name="other-llm", costCenter="risk-7")
    refused = await api.send("POST", "environments", risk, IN_ML)
    assert (refused.status, refused.error["code"]) == (403, "CostCenterNotAllowed")


async def test_costs_are_found_by_any_spelling():
    hub = FakeHub()
    await Api(hub).create(other_spelling())
    hub.finish("fraud-llm.1", Phase.READY)
    costs = await Api(hub).get(f"costs?costCenter={LOWER.upper()}&from=2026-11-22&to=2026-11-22")
    assert [each["environment"] for each in costs.json["value"]] == ["fraud-llm"]


async def test_another_spelling_moves_an_environment_to_no_other_budget():
    """What it may have already is its own."""
    hub, policy = FakeHub(), a_file(limits={"maxNodesPerCostCenter": 5})
    api = Api(hub, read_policy=reading(policy))
    await api.create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    assert (await api.put(URL, other_spelling())).status == 202

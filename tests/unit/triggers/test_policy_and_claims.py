"""The policy file, budgets and claims at every door: the same words, and never both of two."""

import asyncio
from typing import Any

import pytest
from durabletask.entities import EntityInstanceId, EntityMetadata

from domain.environment.phases import Phase
from domain.guard.claims import CLAIM_LIFETIME
from domain.guard.policy.ledgers import cost_center_ledger, quota_ledger
from domain.guard.policy.model import Policy
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Answer, Api
from tests.support.markets import A100_FAMILY, FakeMarkets, a_market
from tests.support.policies import a_file, reading, with_budget
from tests.support.specs import a_request, a_spec, spec_body
from triggers import signal_results

URL = "environments/fraud-llm"


class InterleavingHub(FakeHub):
    """Other requests go on while one waits for the task hub."""

    async def get_entity(
        self, entity_instance_id: EntityInstanceId, include_state: bool = True
    ) -> EntityMetadata | None:
        await asyncio.sleep(0)
        return await super().get_entity(entity_instance_id, include_state)

    async def signal_entity(
        self, entity_instance_id: EntityInstanceId, operation_name: str, input: Any | None = None
    ) -> None:
        await asyncio.sleep(0)
        await super().signal_entity(entity_instance_id, operation_name, input)


def create_many(api: Api, count: int, **changes: Any) -> list[Any]:
    return [api.create(spec_body(name=f"env-{n}", **changes)) for n in range(count)]


def statuses(answers: list[Answer]) -> list[int]:
    return sorted(answer.status for answer in answers)


def quota_for(nodes: int) -> Any:
    return FakeMarkets({"westeurope": a_market(quota={A100_FAMILY: (0, 24 * nodes)})})


@pytest.mark.parametrize("fitting", [0, 1, 3])
async def test_of_ten_at_once_as_many_start_as_the_quota_has_room_for(fitting: int):
    hub = InterleavingHub()
    api = Api(hub, read_market=quota_for(fitting))
    answers = await asyncio.gather(*create_many(api, 10))
    assert statuses(answers) == [202] * fitting + [409] * (10 - fitting)
    assert len(hub.instances) == fitting
    refused = {answer.error["code"] for answer in answers if answer.status == 409}
    assert refused == {"QuotaExceeded"}


async def test_of_ten_at_once_as_many_start_as_the_budget_holds():
    planned = (
        await Api(FakeHub(), read_policy=reading(with_budget(1e6))).send(
            "POST", "plans", spec_body()
        )
    ).json
    needed = next(each["required"] for each in planned["checks"] if each.get("unit") == "USD")
    hub = InterleavingHub()
    api = Api(hub, read_policy=reading(with_budget(needed * 2.5)))
    answers = await asyncio.gather(*create_many(api, 10))
    assert statuses(answers) == [202] * 2 + [409] * 8
    assert {a.error["code"] for a in answers if a.status == 409} == {"BudgetExceeded"}
    assert len(hub.instances) == 2


async def test_of_ten_at_once_as_many_start_as_the_cost_center_may_have_nodes():
    hub = InterleavingHub()
    api = Api(hub, read_policy=reading(a_file(limits={"maxNodesPerCostCenter": 16})))
    answers = await asyncio.gather(*create_many(api, 10))
    assert statuses(answers) == [202] * 3 + [409] * 7
    assert {a.error["code"] for a in answers if a.status == 409} == {"TooManyNodes"}


async def test_a_request_that_is_repeated_meanwhile_claims_once():
    hub = InterleavingHub()
    api = Api(hub, read_market=quota_for(1))
    answers = await asyncio.gather(*[api.create(spec_body()) for _ in range(5)])
    assert statuses(answers) == [202] * 5
    assert {answer.json["id"] for answer in answers} == {"fraud-llm.1"}
    assert len(hub.ledgers[quota_ledger("westeurope")].granted) == 1


async def test_what_is_claimed_is_reserved_in_plans_of_others_and_counted_once():
    hub = FakeHub()
    api = Api(hub, read_market=quota_for(1))
    await api.create(spec_body())

    async def reserved() -> int:
        plan = (await api.send("POST", "plans", spec_body(name="other-llm"))).json
        return next(c["reserved"] for c in plan["checks"] if c.get("name") == A100_FAMILY)

    assert await reserved() == 24, "claimed"
    hub.deliver("fraud-llm.1")
    assert await reserved() == 24, "on record, and not twice"


async def test_a_failure_gives_the_claim_back():
    hub = FakeHub()
    api = Api(hub, read_market=quota_for(1))
    await api.create(spec_body())
    assert (await api.create(spec_body(name="other-llm"))).status == 409
    hub.finish("fraud-llm.1", Phase.FAILED)
    assert (await api.create(spec_body(name="other-llm"))).status == 202


async def test_what_is_claimed_for_an_operation_that_another_request_started_counts_once():
    hub = FakeHub(second_start="discard")
    hub.rivals = [a_request(spec=a_spec(owner="rival@example.com"))]
    api = Api(hub, read_market=quota_for(2))
    assert (await api.create(spec_body())).status == 409
    hub.deliver("fraud-llm.1")
    assert (await api.create(spec_body(name="other-llm"))).status == 202


async def test_what_one_of_two_ledgers_refuses_is_given_back_in_the_other():
    hub = InterleavingHub()
    quota = {A100_FAMILY: (0, 24)}
    markets = FakeMarkets(
        {"westeurope": a_market(), "northeurope": a_market("northeurope", quota=quota)}
    )
    api = Api(hub, read_market=markets)
    both = ["westeurope", "northeurope"]
    answers = await asyncio.gather(*create_many(api, 4, regions=both))
    assert statuses(answers) == [202, 409, 409, 409]
    claimed = hub.ledgers[quota_ledger("westeurope")].granted
    assert len(claimed) == 1


async def test_a_ledger_that_does_not_answer_starts_nothing(monkeypatch: pytest.MonkeyPatch):
    class SilentHub(FakeHub):
        async def signal_entity(self, *_: Any, **__: Any) -> None: ...

    monkeypatch.setattr(signal_results, "LOOKS", 1)
    hub = SilentHub()
    answer = await Api(hub).create(spec_body())
    assert (answer.status, answer.error["code"]) == (409, "ConcurrentRequests")
    assert hub.instances == {}


async def test_a_claim_ends_by_itself():
    hub = FakeHub()
    await Api(hub).create(spec_body())
    (claim,) = hub.ledgers[quota_ledger("westeurope")].granted
    assert claim.expires_at - claim.at == CLAIM_LIFETIME


STRICT = a_file(requiredTags=["team"])


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_the_policy_refuses_in_the_words_of_the_plan(method: str):
    hub = FakeHub()
    if method == "PUT":
        await Api(hub).create(spec_body(tags={"team": "fraud"}))
        hub.finish("fraud-llm.1", Phase.READY)
    api = Api(hub, read_policy=reading(STRICT))
    plan = (await api.send("POST", "plans", spec_body())).json
    (failed,) = [each for each in plan["checks"] if each["verdict"] == "fail"]
    answer = await (api.create(spec_body()) if method == "POST" else api.put(URL, spec_body()))
    assert (answer.status, answer.error["code"]) == (409, "TagMissing")
    assert answer.error["message"] == failed["message"]


async def test_the_file_narrows_the_regions_of_the_settings():
    api = Api(FakeHub(), read_policy=reading(a_file(allow={"regions": ["northeurope"]})))
    answer = await api.create(spec_body())
    assert (answer.status, answer.error["code"]) == (400, "RegionNotAllowed")
    assert "northeurope" in answer.error["message"]
    assert "westeurope" not in answer.error["message"].split("Use one of")[1]
    offers = await api.get("offers?region=westeurope")
    assert offers.error["code"] == "RegionNotAllowed"


async def test_offers_are_those_that_the_file_allows():
    size = "Standard_NC40ads_H100_v5"
    api = Api(FakeHub(), read_policy=reading(a_file(allow={"vmSizes": [size]})))
    answer = await api.get("offers?region=westeurope")
    assert [each["vmSize"] for each in answer.json["value"]] == [size]


async def test_a_wake_is_refused_by_the_budget_and_by_no_rule_that_came_later():
    hub = FakeHub()
    await Api(hub).create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    await Api(hub).post(f"{URL}/scale-down")
    hub.finish("fraud-llm.2", Phase.SCALED_DOWN)
    poor = Api(hub, read_policy=reading(with_budget(1)))
    answer = await poor.post(f"{URL}/wake")
    assert (answer.status, answer.error["code"]) == (409, "BudgetExceeded")
    strict = Api(hub, read_policy=reading(STRICT))
    assert (await strict.post(f"{URL}/wake")).status == 202


async def test_the_budget_of_another_cost_center_does_not_count():
    api = Api(FakeHub(), read_policy=reading(with_budget(1, "ML-9")))
    assert (await api.create(spec_body())).status == 202


async def test_a_deletion_is_never_refused_and_gives_the_budget_back():
    hub = FakeHub()
    policy = with_budget(1_000_000)
    await Api(hub, read_policy=reading(policy)).create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    api = Api(hub, read_policy=reading(with_budget(1)))
    assert (await api.delete(URL)).status == 202
    hub.finish("fraud-llm.2", Phase.DELETED)
    plan = await api.send("POST", "plans", spec_body(name="other-llm"))
    check = next(each for each in plan.json["checks"] if each.get("unit") == "USD")
    assert check["reserved"] == 0
    assert cost_center_ledger("ML-1234") in hub.ledgers


async def test_without_a_policy_nothing_is_decided_and_healthz_says_why():
    hub = FakeHub()
    api = Api(hub, read_policy=reading(None, "line 3, allow: Use a mapping."))
    for answer in (await api.create(spec_body()), await api.get("environments")):
        assert (answer.status, answer.error["code"]) == (503, "PolicyUnavailable")
        assert "line 3, allow" in answer.error["message"]
    health = (await api.get("healthz")).json["policyFile"]
    assert health == {"state": "missing", "problems": ["line 3, allow: Use a mapping."]}
    assert (await api.get("openapi.json")).status == 200
    assert hub.instances == {}


async def test_healthz_says_nothing_of_a_file_that_is_not_configured():
    assert "policyFile" not in (await Api(FakeHub()).get("healthz")).json
    current = await Api(FakeHub(), read_policy=reading(Policy())).get("healthz")
    assert current.json["policyFile"] == {"state": "current", "problems": []}

"""`POST /plans`, `GET /offers`, and requests that carry a plan out or are refused as it is."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.environment.phases import Phase
from domain.guard.market import MarketPart, MarketReader, RegionMarket
from domain.guard.plan import StoredPlan
from domain.guard.plan_check import PlanCheck, Verdict
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Answer, Api
from tests.support.markets import A100_FAMILY, A100_PRICE, FakeMarkets, a_market
from tests.support.specs import spec_body
from triggers import signal_results

URL = "environments/fraud-llm"
NO_QUOTA = {A100_FAMILY: (0, 0)}
CHANGED = spec_body(costCenter="ML-9")


def reader(**regions: RegionMarket) -> MarketReader:
    """Of these regions, and of all others as they are ample."""
    return FakeMarkets(regions)


NO_A100 = reader(westeurope=a_market(quota=NO_QUOTA))


async def make_plan(api: Api, body: Mapping[str, Any] | None = None) -> Answer:
    return await api.send("POST", "plans", body or spec_body())


async def test_a_plan_starts_nothing():
    hub = FakeHub()
    answer = await make_plan(Api(hub))
    assert answer.status == 200
    assert (answer.json["action"], answer.json["verdict"]) == ("create", "ok")
    assert hub.instances == {}
    assert hub.records == {}


async def test_a_plan_says_what_is_short_and_what_to_take_instead():
    answer = await make_plan(Api(FakeHub(), read_market=NO_A100))
    assert answer.json["verdict"] == "fail"
    assert {each["differsIn"] for each in answer.json["alternatives"]} >= {"gpu.spot", "regions"}


async def test_an_invalid_specification_has_no_plan():
    answer = await make_plan(Api(FakeHub()), spec_body(colour="blue"))
    assert (answer.status, answer.error["code"]) == (400, "UnknownField")


async def test_a_plan_that_the_task_hub_does_not_keep_is_not_promised(
    monkeypatch: pytest.MonkeyPatch,
):
    async def lose(*_: Any) -> None: ...

    monkeypatch.setattr(signal_results, "LOOKS", 1)
    monkeypatch.setattr(FakeHub, "signal_entity", lose)
    answer = await make_plan(Api(FakeHub()))
    assert (answer.status, answer.error["code"]) == (503, "TaskHubUnreachable")


async def test_a_plan_is_carried_out_as_it_was_made():
    hub = FakeHub()
    plan_id = (await make_plan(Api(hub))).json["id"]
    answer = await Api(hub).create({"planId": plan_id})
    assert answer.status == 202
    record = hub.deliver("fraud-llm.1")
    assert record.spec.cost_center == "ML-1234"
    again = await Api(hub).create({"planId": plan_id})
    assert (again.status, again.json["id"]) == (202, "fraud-llm.1"), "the same request"


async def test_a_plan_updates_a_live_environment():
    hub = FakeHub()
    await Api(hub).create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    made = (await make_plan(Api(hub), CHANGED)).json
    assert [each["field"] for each in made["changes"]] == ["costCenter"]
    assert (await Api(hub).put(URL, {"planId": made["id"]})).status == 202
    assert hub.deliver("fraud-llm.2").spec.cost_center == "ML-9"


async def test_a_plan_is_refused_once_the_environment_has_changed():
    hub = FakeHub()
    await Api(hub).create(spec_body())
    hub.finish("fraud-llm.1", Phase.READY)
    plan_id = (await make_plan(Api(hub), CHANGED)).json["id"]
    await Api(hub).put(URL, spec_body(owner="other@example.com"))
    hub.finish("fraud-llm.2", Phase.READY)
    answer = await Api(hub).put(URL, {"planId": plan_id})
    assert (answer.status, answer.error["code"]) == (412, "PlanIsStale")


async def test_a_plan_of_another_environment_is_not_applied_to_this_one():
    hub = FakeHub()
    plan_id = (await make_plan(Api(hub), spec_body(name="other-llm"))).json["id"]
    answer = await Api(hub).put(URL, {"planId": plan_id})
    assert (answer.status, answer.error["code"]) == (400, "NameMismatch")


async def test_an_expired_plan_is_gone():
    hub = FakeHub()
    plan_id = (await make_plan(Api(hub))).json["id"]
    kept = StoredPlan.from_wire(hub.plans[plan_id])
    ended = kept.model_copy(update={"expires_at": kept.expires_at - timedelta(hours=25)})
    hub.plans[plan_id] = ended.to_wire()
    answer = await Api(hub).create({"planId": plan_id})
    assert (answer.status, answer.error["code"]) == (404, "PlanNotFound")
    assert hub.instances == {}


@pytest.mark.parametrize(
    "plan_id", ["", " ", "@plan@x", "fraud-llm", "fraud-llm.0.5C042717CAD6", "-.0.5c042717cad6"]
)
async def test_an_id_that_no_plan_has_is_not_looked_for(
    plan_id: str, monkeypatch: pytest.MonkeyPatch
):
    async def find(*_: object) -> None:
        raise AssertionError("the task hub takes no such name")

    monkeypatch.setattr("triggers.spec_bodies.find_plan", find)
    answer = await Api(FakeHub()).create({"planId": plan_id})
    assert (answer.status, answer.error["code"]) == (404, "PlanNotFound")


@pytest.mark.parametrize(
    "body", [{"planId": 7}, {"planId": "x", "name": "fraud-llm"}, {"planId": "x" * 129}]
)
async def test_a_reference_that_is_none_is_refused(body: dict[str, Any]):
    answer = await Api(FakeHub()).create(body)
    assert (answer.status, answer.error["code"]) == (400, "InvalidValue")
    assert answer.error["target"] == "planId"


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_what_a_plan_would_refuse_is_not_started(method: str):
    hub = FakeHub()
    if method == "PUT":
        await Api(hub).create(spec_body())
        hub.finish("fraud-llm.1", Phase.READY)
    api, before = Api(hub, read_market=NO_A100), set(hub.instances)
    made = (await make_plan(api, CHANGED)).json
    failed = next(each for each in made["checks"] if each["verdict"] == "fail")
    answer = await (api.create(CHANGED) if method == "POST" else api.put(URL, CHANGED))
    assert (answer.status, answer.error["code"]) == (409, "QuotaExceeded")
    assert answer.error["message"] == failed["message"]
    assert answer.error["target"] == "gpu.vmSize"
    assert set(hub.instances) == before


async def test_several_reasons_are_all_told():
    market = a_market(quota=NO_QUOTA, sizes=())
    answer = await Api(FakeHub(), read_market=reader(westeurope=market)).create(spec_body())
    assert answer.error["code"] == "VmSizeNotOffered"
    assert [each["code"] for each in answer.error["details"]] == ["QuotaExceeded"]


async def test_a_repetition_is_answered_whatever_azure_has_left():
    hub = FakeHub()
    first = await Api(hub).create(spec_body())
    again = await Api(hub, read_market=NO_A100).create(spec_body())
    assert (again.status, again.json["id"]) == (202, first.json["id"])


async def test_offers_are_those_of_the_region_cheapest_first():
    market = a_market(quota={A100_FAMILY: (24, 96)})
    api = Api(FakeHub(), read_market=reader(westeurope=market))
    answer = await api.get("offers?region=West Europe&gpuMemory=80&gpus=1")
    first, second = answer.json["value"][:2]
    assert (first["vmSize"], first["usdPerHour"]) == ("Standard_NC24ads_A100_v4", A100_PRICE)
    assert first["quota"] == {"name": A100_FAMILY, "used": 24, "limit": 96}
    assert (first["nodesLeft"], first["spotUsdPerHour"]) == (3, 1.0)
    assert second["usdPerHour"] > first["usdPerHour"]
    assert all(each["gpuMemoryGB"] >= 80 for each in answer.json["value"])


async def test_offers_say_what_is_not_known():
    market = a_market(quota={}).model_copy(
        update={"sizes": None, "quota": None, "prices": None, "unread": {MarketPart.QUOTA: "403"}}
    )
    api = Api(FakeHub(), read_market=reader(westeurope=market))
    answer = await api.get("offers?region=westeurope")
    assert answer.json["unread"] == {"quota": "403"}
    assert all("quota" not in each and "usdPerHour" not in each for each in answer.json["value"])


async def test_a_restricted_size_comes_last_with_the_reason():
    sizes = tuple(
        each.model_copy(update={"restriction": "NotAvailableForSubscription"})
        if each.name == "Standard_NC24ads_A100_v4"
        else each
        for each in a_market().sizes or ()
    )
    api = Api(FakeHub(), read_market=reader(westeurope=a_market(sizes=sizes)))
    last = (await api.get("offers?region=westeurope")).json["value"][-1]
    assert last["restriction"] == "NotAvailableForSubscription"


@pytest.mark.parametrize("query", ["", "?region=mars", "?gpus=1"])
async def test_offers_are_of_a_region_that_is_allowed(query: str):
    answer = await Api(FakeHub()).get(f"offers{query}")
    assert (answer.status, answer.error["code"]) == (400, "RegionNotAllowed")
    assert "westeurope" in answer.error["message"]


@pytest.mark.parametrize("count", ["-1", "x", "99999", ""])
async def test_counts_are_whole_numbers(count: str):
    answer = await Api(FakeHub()).get(f"offers?region=westeurope&gpus={count}")
    assert (answer.status, answer.error["target"]) == (400, "query gpus")


async def test_an_image_that_is_missing_refuses_plan_and_request_in_the_same_words():
    missing = PlanCheck(
        code="ImageNotFound", verdict=Verdict.FAIL, message="It is gone.", target="workload.image"
    )
    registry = (
        "/subscriptions/5b5c5b5c-0000-4000-8000-000000000001/resourceGroups/r"
        "/providers/Microsoft.ContainerRegistry/registries/acmeml"
    )
    image = {"image": "acmeml.azurecr.io/llm:1", "registry": registry}
    body = spec_body(workload={**spec_body()["workload"], **image})
    hub = FakeHub()
    api = Api(hub, read_market=FakeMarkets(checked=(missing,)))
    assert (await make_plan(api, body)).json["verdict"] == "fail"
    refused = await api.create(body)
    assert (refused.status, refused.error["code"]) == (409, "ImageNotFound")
    assert refused.error["message"] == "It is gone."
    assert hub.instances == {}
    assert (await api.create(spec_body())).status == 202, "without the registry it is not asked"

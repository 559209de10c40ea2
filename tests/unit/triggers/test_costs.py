"""`GET /costs`, and `cost` of an environment."""

from datetime import date

import pytest

from domain.environment.phases import Phase
from domain.guard.billed_costs import BilledCost, BilledCosts
from domain.requests.app_roles import AppRole
from tests.support.callers import ML, RISK, TWO_TEAMS, a_person
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.policies import reading
from tests.support.specs import NOON, spec_body


@pytest.fixture
async def hub() -> FakeHub:
    """Two environments of different cost centers; the first is deleted."""
    hub = FakeHub()
    for name, cost_center in (("one-llm", "ML-1"), ("two-llm", "ML-2")):
        await Api(hub).create(spec_body(name=name, costCenter=cost_center))
        hub.finish(f"{name}.1", Phase.READY)
    await Api(hub).delete("environments/one-llm")
    hub.finish("one-llm.2", Phase.DELETED)
    return hub


async def test_deleted_environments_are_in_the_report(hub: FakeHub):
    answer = await Api(hub).get("costs?from=2026-11-22&to=2026-11-22")
    assert {each["environment"] for each in answer.json["value"]} == {"one-llm", "two-llm"}
    assert answer.json["totalUsd"] > 0


async def test_a_report_may_be_of_one_cost_center(hub: FakeHub):
    answer = await Api(hub).get("costs?costCenter=ML-2&from=2026-11-22&to=2026-11-22")
    assert {each["environment"] for each in answer.json["value"]} == {"two-llm"}


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("from=yesterday", "query from"),
        ("to=2026-13-01", "query to"),
        ("from=2026-11-23&to=2026-11-22", "query from"),
    ],
)
async def test_days_are_dates_in_order(hub: FakeHub, query: str, target: str):
    answer = await Api(hub).get(f"costs?{query}")
    assert (answer.status, answer.error["code"]) == (400, "InvalidQueryParameter")
    assert answer.error["target"] == target


async def test_an_environment_says_what_it_costs(hub: FakeHub):
    cost = (await Api(hub).get("environments/two-llm")).json["cost"]
    assert cost["usdPerHourNow"] >= cost["usdPerHourAsleep"] > 0
    assert cost["monthToDateUsd"] >= cost["todayUsd"] > 0


DAY = date(2026, 11, 22)


async def test_what_azure_has_billed_is_compared_where_it_is_read(hub: FakeHub):
    asked: list[tuple[date, date]] = []

    async def read(first: date, last: date) -> BilledCosts:
        asked.append((first, last))
        group = "gp-two-llm-westeurope"
        return BilledCosts(costs=(BilledCost(day=DAY, group=group, cost=7.5, currency="USD"),))

    answer = await Api(hub, read_billed=read).get("costs?from=2026-11-22&to=2026-11-22")
    assert asked == [(DAY, DAY)]
    billed = {each["environment"]: each for each in answer.json["billed"]["value"]}
    assert billed["two-llm"]["billedUsd"] == 7.5
    assert billed["two-llm"]["differenceUsd"] == pytest.approx(
        7.5 - billed["two-llm"]["listedUsd"], abs=1e-3
    )
    assert "billed" not in (await Api(hub).get("costs")).json


async def test_costs_are_told_where_azures_are_not_read(hub: FakeHub):
    async def read(first: date, last: date) -> BilledCosts:
        return BilledCosts(unread="HTTP 429")

    answer = await Api(hub, read_billed=read).get("costs?from=2026-11-22&to=2026-11-22")
    assert answer.json["billed"]["unread"] == "HTTP 429"
    assert answer.json["totalUsd"] > 0


async def test_a_name_that_others_use_again_shows_each_cost_center_its_own_past():
    hub = FakeHub()
    api = Api(hub, requires_app_roles=True, read_policy=reading(TWO_TEAMS))
    of_ml, of_risk = (a_person(AppRole.READ, AppRole.WRITE, groups=[g]) for g in (ML, RISK))
    await api.send("POST", "environments", spec_body(), of_ml)
    hub.finish("fraud-llm.1", Phase.READY)
    await api.send("DELETE", "environments/fraud-llm", headers=of_ml)
    hub.finish("fraud-llm.2", Phase.DELETED)
    await api.send("POST", "environments", spec_body(costCenter="RISK-7"), of_risk)
    hub.deliver("fraud-llm.3")
    both = a_person(AppRole.READ, groups=[ML, RISK])
    for number, headers, status in (
        (1, of_risk, 404),
        (3, of_risk, 200),
        (1, of_ml, 404),
        (1, both, 200),
    ):
        found = await api.send("GET", f"operations/fraud-llm.{number}", headers=headers)
        assert found.status == status, (number, headers)
    for headers, cost_center in ((of_ml, "ML-1234"), (of_risk, "RISK-7")):
        day = NOON.date()
        costs = await api.send("GET", f"costs?from={day}&to={day}", headers=headers)
        assert {each["costCenter"] for each in costs.json["value"]} == {cost_center}

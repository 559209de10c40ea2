"""Cost Management's query as a client asks it that knows nothing but its documentation."""

from datetime import timedelta
from typing import Any

import pytest

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.contract.arm.test_clusters import NAME
from emulators.tests.support.arm_bodies import cluster_body

PATH = "providers/Microsoft.CostManagement/query"
VERSION = "2025-03-01"


def a_query(simulator: RunningSimulator, **changes: Any) -> dict[str, Any]:
    today = simulator.simulator.clock.now()
    period = {
        "from": f"{today - timedelta(days=30):%Y-%m-%d}T00:00:00Z",
        "to": f"{today:%Y-%m-%d}T23:59:59Z",
    }
    dataset = {
        "granularity": "Daily",
        "aggregation": {"totalCost": {"name": "PreTaxCost", "function": "Sum"}},
        "grouping": [{"type": "Dimension", "name": "ResourceGroupName"}],
        **changes,
    }
    return {"type": "Usage", "timeframe": "Custom", "timePeriod": period, "dataset": dataset}


async def test_machines_cost_by_day_and_group_some_hours_later(
    azure: Azure, arm: Arm, group: str, simulator: RunningSimulator
) -> None:
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, cluster_body(gpu_minimum=1)
    )
    await begun.result()
    clock = simulator.simulator.clock
    none_yet = await arm.call("POST", PATH, a_query(simulator), api_version=VERSION)
    assert none_yet.body["properties"]["rows"] == []

    clock.advance_to(clock.now() + timedelta(hours=32))
    answer = await arm.call("POST", PATH, a_query(simulator), api_version=VERSION)
    assert answer.status == 200
    assert answer.body["id"].startswith("subscriptions/")
    properties = answer.body["properties"]
    assert [each["name"] for each in properties["columns"]] == [
        "PreTaxCost",
        "UsageDate",
        "ResourceGroupName",
        "Currency",
    ]
    costs = sum(row[0] for row in properties["rows"])
    assert {tuple(row[2:]) for row in properties["rows"]} == {("gp-fraud-westeurope-nodes", "USD")}
    per_hour = 0.272 + 4.775
    assert costs == pytest.approx(24 * per_hour, rel=0.05)


async def test_what_is_not_simulated_is_refused(arm: Arm, simulator: RunningSimulator) -> None:
    monthly = a_query(simulator, granularity="Monthly")
    unsummed = a_query(simulator, aggregation={})
    to_date = {**a_query(simulator), "timeframe": "MonthToDate"}
    for body in (monthly, unsummed, to_date):
        assert (await arm.call("POST", PATH, body, api_version=VERSION)).status == 400

"""What Azure has billed, beside list prices, over days that no longer change."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.environment.cost_views import DailyCost
from domain.guard.billed_costs import BilledCost, BilledCosts, read_query_rows, reconcile
from tests.support.specs import NOON, a_record, a_request, a_spec

TODAY = NOON.date()
OLD, NEW = TODAY - timedelta(days=4), TODAY - timedelta(days=3)
NODES, CELL = "gp-fraud-llm-westeurope-nodes", "gp-fraud-llm-westeurope"


def billed(group: str, cost: float, day: date = OLD, currency: str = "USD") -> BilledCost:
    return BilledCost(day=day, group=group, cost=cost, currency=currency)


def listed(gpu: float, base: float, day: date = OLD, name: str = "fraud-llm") -> DailyCost:
    return DailyCost(
        day=day, environment=name, cost_center="x", gpu_node_hours=1, gpu_usd=gpu, base_usd=base
    )


def compare(costs: list[BilledCost], days: list[DailyCost]) -> Any:
    records = [a_record(a_request(spec=a_spec(name=name))) for name in ("fraud-llm", "other")]
    return reconcile(records, days, BilledCosts(costs=tuple(costs)), NOON)


def test_each_environment_has_its_groups_and_the_difference():
    view = compare(
        [
            billed(NODES, 10.5),
            billed(CELL, 1.0),
            billed("gp-fraud-llm-edge", 2.0),
            billed("gp-other-westeurope-nodes", 4.0),
            billed("somebody-else", 99.0),
        ],
        [listed(10.0, 2.25), listed(1.0, 0.0, name="other")],
    )
    assert view.settled_until == OLD
    assert view.unread is None
    found = [(e.environment, e.billed_usd, e.listed_usd, e.difference_usd) for e in view.value]
    assert found == [("fraud-llm", 13.5, 12.25, 1.25), ("other", 4.0, 1.0, 3.0)]


def test_days_that_still_change_count_on_neither_side():
    view = compare(
        [billed(NODES, 5.0, NEW), billed(NODES, 7.0)], [listed(1, 1, NEW), listed(6, 0)]
    )
    assert (view.value[0].billed_usd, view.value[0].listed_usd) == (7.0, 6.0)


def test_another_currency_is_told_and_not_mixed_in():
    view = compare([billed(NODES, 5.0), billed(CELL, 7.0, currency="EUR")], [])
    assert view.unread == "Azure bills in EUR, and prices are in USD."
    assert view.value[0].billed_usd == 5.0


def test_what_cannot_be_read_is_told():
    view = reconcile([a_record()], [listed(1, 1)], BilledCosts(unread="429"), NOON)
    assert (view.unread, view.value) == ("429", ())


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2)])
def test_rows_are_read_by_their_columns(order: tuple[int, ...]):
    columns = [{"name": n} for n in ("Cost", "UsageDate", "ResourceGroupName", "Currency")]
    row = [1.5, 20261118, "GP-Fraud", "EUR"]
    properties = {
        "columns": [columns[place] for place in order],
        "rows": [[row[place] for place in order]],
    }
    assert read_query_rows(properties) == [
        BilledCost(day=date(2026, 11, 18), group="gp-fraud", cost=1.5, currency="EUR")
    ]

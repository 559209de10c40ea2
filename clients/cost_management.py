"""What Azure has billed, as Cost Management tells it 8 to 24 hours later."""

from datetime import date
from typing import Any

from azure.core.rest import HttpRequest
from azure.mgmt.resource.resources.aio import ResourceManagementClient

from clients.answering import read_answer
from clients.answers import NoAnswer
from clients.arm import ArmConnection
from clients.arm_lists import ListRefused, read_body
from clients.kept_list import KeptList, Lifetime
from domain.arm.error_bodies import redact
from domain.guard.billed_costs import BilledCost, BilledCosts, read_query_rows
from domain.wire import JsonObject

COSTS_API_VERSION = "2025-03-01"
CALLER = "gridplane"
"""Header ClientType: callers without one share the limit of requests, some four a minute."""
LIFETIME = Lifetime(fresh=4 * 60 * 60, usable=24 * 60 * 60)
"""Azure's data change every four hours."""
COSTS_PATIENCE_SECONDS = 15.0
"""A month of a subscription was seen to take 6 s."""
KEPT_PERIODS = 32
MOST_COST_PAGES = 20


class CostManagementClient:
    def __init__(self, arm: ArmConnection) -> None:
        self._package = arm.connect(ResourceManagementClient)
        self._url = (
            f"/subscriptions/{arm.subscription_id}/providers/Microsoft.CostManagement/query"
            f"?api-version={COSTS_API_VERSION}"
        )
        self._periods: dict[tuple[date, date], KeptList[tuple[BilledCost, ...]]] = {}

    async def read(self, first: date, last: date) -> BilledCosts:
        """By day and resource group, both days included. What cannot be read is told."""
        if len(self._periods) > KEPT_PERIODS:
            self._periods.clear()
        kept = self._periods.setdefault(
            (first, last), KeptList(lambda: self._query(first, last), LIFETIME)
        )
        try:
            return BilledCosts(costs=await kept.get(COSTS_PATIENCE_SECONDS))
        except TimeoutError:
            return BilledCosts(
                unread=f"Azure has not answered within {COSTS_PATIENCE_SECONDS:g} s. Ask again."
            )
        except (NoAnswer, ListRefused) as error:
            return BilledCosts(unread=redact(str(error)))
        except (LookupError, TypeError, ValueError) as error:
            return BilledCosts(
                unread=f"Azure's answer has another form than is known ({type(error).__name__})."
            )

    async def _query(self, first: date, last: date) -> tuple[BilledCost, ...]:
        """Raises NoAnswer and ListRefused."""
        body, url = _build_query(first, last), self._url
        costs: list[BilledCost] = []
        for _ in range(MOST_COST_PAGES):
            page = await self._post(url, body)
            costs += read_query_rows(page["properties"])
            url = page["properties"].get("nextLink")
            if not url:
                return tuple(costs)
        raise NoAnswer(f"More than {MOST_COST_PAGES} pages of costs")

    async def _post(self, url: str, body: JsonObject) -> Any:
        request = HttpRequest("POST", url, json=body, headers={"ClientType": CALLER})
        return read_body(await read_answer(self._package.send_request(request)))


def _build_query(first: date, last: date) -> JsonObject:
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {
            "from": f"{first.isoformat()}T00:00:00Z",
            "to": f"{last.isoformat()}T23:59:59Z",
        },
        "dataset": {
            "granularity": "Daily",
            "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
            "grouping": [{"type": "Dimension", "name": "ResourceGroupName"}],
        },
    }

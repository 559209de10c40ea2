"""The query of Cost Management, as far as it groups costs by day and resource group."""

from datetime import date, datetime, timedelta
from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import gateway_error
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import SUBSCRIPTION, ApiVersions, Route
from emulators.azure.cost_management.machine_hours import MachineHours
from emulators.azure.latency import Duration

VERSIONS = ApiVersions("2019-11-01", "2025-03-01", ("2023-11-01", "2025-03-01"))
PATTERN = f"{SUBSCRIPTION}/providers/Microsoft.CostManagement/query"
READ_LATENCY = Duration(1.0, 3.0, 6.1)
"""One month of one subscription was seen to take 6.1 s."""

LAG = timedelta(hours=8)
"""Documented: usage appears after 8 to 24 hours."""
GROUP = "ResourceGroupName"


class CostManagementRoutes:
    def __init__(self, platform: Platform, hours: MachineHours) -> None:
        self._platform = platform
        self._hours = hours

    def routes(self) -> list[Route]:
        return [Route("POST", PATTERN, self.query, VERSIONS)]

    async def query(self, request: ArmRequest) -> Answer:
        """Machines alone cost something here."""
        await self._platform.latencies.pause(READ_LATENCY)
        first, last = _period(request.body)
        dataset = request.body.get("dataset") or {}
        grouping = [each.get("name") for each in dataset.get("grouping") or ()]
        if dataset.get("granularity") != "Daily" or grouping != [GROUP]:
            raise _not_supported("anything but days by resource group")
        identifier = self._platform.identifiers.guid()
        subscription = f"subscriptions/{self._platform.subscription_id}"
        body = {
            "id": f"{subscription}/providers/Microsoft.CostManagement/query/{identifier}",
            "name": identifier,
            "type": "Microsoft.CostManagement/query",
            "location": None,
            "sku": None,
            "eTag": None,
            "properties": {
                "nextLink": None,
                "columns": [
                    {"name": _cost_column(dataset), "type": "Number"},
                    {"name": "UsageDate", "type": "Number"},
                    {"name": GROUP, "type": "String"},
                    {"name": "Currency", "type": "String"},
                ],
                "rows": self._rows(first, last),
            },
        }
        return Answer(200, body)

    def _rows(self, first: date, last: date) -> list[list[Any]]:
        known_until = self._platform.clock.now() - LAG
        costs: dict[tuple[date, str], float] = {}
        for run in self._hours.runs:
            for day, hours in run.hours_by_day(known_until):
                if first <= day <= last:
                    key = day, run.group.lower()
                    costs[key] = costs.get(key, 0.0) + hours * run.price
        return [
            [round(cost, 8), int(day.strftime("%Y%m%d")), group, "USD"]
            for (day, group), cost in sorted(costs.items())
        ]


def _cost_column(dataset: dict[str, Any]) -> str:
    """Columns are named by what is summed, not by the aggregation's own name."""
    aggregation = next(iter((dataset.get("aggregation") or {}).values()), None)
    if not aggregation:
        raise _not_supported("a query without an aggregation")
    return aggregation["name"]


def _period(body: dict[str, Any]) -> tuple[date, date]:
    period = body.get("timePeriod")
    if body.get("timeframe") != "Custom" or not period:
        raise _not_supported("a timeframe other than Custom")
    return _day(period["from"]), _day(period["to"])


def _day(text: str) -> date:
    return datetime.fromisoformat(text).date()


def _not_supported(what: str) -> Exception:
    return gateway_error(400, "BadRequest", f"Simulated Cost Management does not know {what}.")

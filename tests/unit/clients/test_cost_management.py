"""What Azure has billed is read to its end and kept, and told where it cannot be read."""

from datetime import date
from typing import Any, cast

import pytest
from azure.core.rest import AsyncHttpResponse, HttpRequest

from clients.cost_management import CostManagementClient
from tests.support.arm_lists import Arm, Response

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
NAMES = ("Cost", "UsageDate", "ResourceGroupName", "Currency")


def page(*costs: float, link: str | None = None) -> Response:
    return Response(
        200,
        {
            "properties": {
                "nextLink": link,
                "columns": [{"name": name} for name in NAMES],
                "rows": [[cost, 20261118, "GP-x", "USD"] for cost in costs],
            }
        },
    )


def client(arm: Arm) -> CostManagementClient:
    return CostManagementClient(arm.connection)


async def test_every_page_is_asked_for_with_the_same_query():
    arm = Arm([page(1, 2, link="https://management.azure.com/next"), page(), page(3)])
    arm.responses[1].body["properties"]["nextLink"] = "https://management.azure.com/last"
    found = await client(arm).read(FIRST, LAST)
    assert [each.cost for each in found.costs] == [1, 2, 3]
    assert found.unread is None
    assert {each.method for each in arm.asked} == {"POST"}
    first, *others = arm.asked
    assert first.url.endswith("/Microsoft.CostManagement/query?api-version=2025-03-01")
    assert [each.url for each in others] == [
        "https://management.azure.com/next",
        "https://management.azure.com/last",
    ]
    assert len({str(each.content) for each in arm.asked}) == 1
    assert "2026-11-01T00:00:00Z" in str(first.content)
    assert "2026-11-30T23:59:59Z" in str(first.content)
    assert first.headers["ClientType"] == "gridplane"


async def test_a_period_is_read_once():
    arm = Arm([page(1), page(2)])
    costs = client(arm)
    for _ in range(3):
        assert [each.cost for each in (await costs.read(FIRST, LAST)).costs] == [1]
    assert [each.cost for each in (await costs.read(FIRST, FIRST)).costs] == [2]
    assert len(arm.asked) == 2


@pytest.mark.parametrize(
    ("response", "word"),
    [
        (Response(429, {"error": {"code": "429", "message": "Too many requests."}}), "HTTP 429"),
        (Response(200, {"properties": {"columns": [], "rows": [[1]]}}), "another form"),
        (Response(200, {}), "another form"),
    ],
)
async def test_what_cannot_be_read_is_told_and_asked_for_again(response: Response, word: str):
    arm = Arm([response, page(1)])
    costs = client(arm)
    found = await costs.read(FIRST, LAST)
    assert found.costs == ()
    assert word in (found.unread or "")
    assert (await costs.read(FIRST, LAST)).costs


async def test_pages_without_an_end_are_no_answer():
    class Endless(Arm):
        async def send_request(self, request: HttpRequest) -> AsyncHttpResponse:
            self.asked.append(request)
            return cast(AsyncHttpResponse, page(1, link="https://management.azure.com/again"))

    arm = Endless([])
    found = await client(arm).read(FIRST, LAST)
    assert "More than 20 pages" in (found.unread or "")
    assert len(arm.asked) == 20


async def test_many_periods_are_not_all_kept():
    arm = Arm([page(day) for day in range(1, 41)])
    costs: Any = client(arm)
    for day in range(1, 29):
        await costs.read(date(2026, 11, day), LAST)
        await costs.read(FIRST, date(2026, 11, day)) if day > 16 else None
    assert len(costs._periods) <= 33

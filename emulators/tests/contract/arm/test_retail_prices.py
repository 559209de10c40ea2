"""The price list as a client reads it that knows nothing but its documentation."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from emulators.tests.support.simulator import Control, SimulatorAddress

VERSION = "2023-01-01-preview"
A100, T4 = "Standard_NC24ads_A100_v4", "Standard_NC4as_T4_v3"
MACHINES = "serviceName eq 'Virtual Machines' and priceType eq 'Consumption'"
OF_T4 = f"{MACHINES} and armRegionName eq 'westeurope' and armSkuName eq '{T4}'"


class List:
    """The price list, without a token."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = f"{url}/api/retail/prices"

    async def ask(self, text: str | None = None, **query: str) -> tuple[int, Any]:
        wanted = {"api-version": VERSION, **query, **({"$filter": text} if text else {})}
        return await self.get(self._url, wanted)

    async def get(self, url: str, query: dict[str, str] | None = None) -> tuple[int, Any]:
        async with self._session.get(url, params=query) as response:
            return response.status, await response.json() if response.content_length else None

    async def rows(self, text: str | None = None, **query: str) -> list[Any]:
        status, page = await self.ask(text, **query)
        assert status == 200, page
        return page["Items"]


@pytest.fixture
def prices(session: aiohttp.ClientSession, address: SimulatorAddress) -> List:
    return List(session, address.url)


async def test_a_page_is_wrapped_as_documented(prices: List) -> None:
    _, page = await prices.ask(OF_T4)
    assert {name: value for name, value in page.items() if name != "Items"} == {
        "BillingCurrency": "USD",
        "CustomerEntityId": "Default",
        "CustomerEntityType": "Retail",
        "NextPageLink": None,
        "Count": len(page["Items"]),
    }


async def test_a_size_has_six_rows_that_are_told_apart_by_their_names(prices: List) -> None:
    rows = await prices.rows(OF_T4)
    kinds = {(row["productName"].endswith(" Windows"), row["skuName"]) for row in rows}
    name = "NC4as T4 v3"
    assert kinds == {
        (windows, f"{name}{kind}")
        for windows in (False, True)
        for kind in ("", " Spot", " Low Priority")
    }
    (linux,) = [r for r in rows if r["skuName"] == name and "Windows" not in r["productName"]]
    assert (linux["retailPrice"], linux["unitPrice"], linux["type"]) == (
        0.658,
        0.658,
        "Consumption",
    )
    assert (linux["armRegionName"], linux["unitOfMeasure"]) == ("westeurope", "1 Hour")
    assert linux["isPrimaryMeterRegion"] is False


async def test_a_reservation_has_the_price_of_its_term(prices: List) -> None:
    text = f"priceType eq 'Reservation' and armSkuName eq '{T4}' and location eq 'westeurope'"
    (row,) = await prices.rows(text)
    assert (row["unitOfMeasure"], row["reservationTerm"]) == ("1 Hour", "1 Year")
    assert row["retailPrice"] > 3000


async def test_pages_follow_each_other_to_the_end(prices: List) -> None:
    status, page = await prices.ask(MACHINES)
    assert (status, page["Count"]) == (200, 1000)
    seen, skipped = list(page["Items"]), []
    while link := page["NextPageLink"]:
        skipped.append(parse_qs(urlsplit(link).query)["$skip"])
        _, page = await prices.get(link)
        seen += page["Items"]
    assert skipped[0] == ["1000"]
    assert page["Count"] == len(seen) % 1000
    keys = [(r["armRegionName"], r["productName"], r["skuName"]) for r in seen]
    assert len(keys) == len(set(keys)) > 2000


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param(
            "contains(meterName, 'Uptime SLA') and armRegionName eq 'westeurope'",
            {"Standard Uptime SLA", "FreeTierInfrastructureCost Uptime SLA"},
            id="three rows, two of a tier that is free",
        ),
        pytest.param(
            "contains(meterName, 'Uptime SLA') and contains(skuName, 'Free') ne true "
            "and armRegionName eq 'westeurope'",
            {"Standard Uptime SLA"},
            id="without what contains a word",
        ),
        pytest.param(
            "serviceName eq 'Load Balancer' and (meterName eq 'Standard Data Processed' "
            "or meterName eq 'x') and armRegionName ne 'westeurope'",
            {"Standard Data Processed"},
            id="in parentheses",
        ),
        pytest.param(
            "serviceName eq 'Azure Front Door Service' and armRegionName eq 'Zone 1'",
            {"Standard Base Fees", "Premium Base Fees"},
            id="of a zone",
        ),
        pytest.param("serviceName eq 'virtual machines'", set[str](), id="case counts"),
        pytest.param(f"{OF_T4} and currencyCode eq 'USD'", set[str](), id="currency"),
        pytest.param("priceType eq 'SavingsPlan'", set[str](), id="no type of a row"),
        pytest.param("armSkuName eq 'it''s'", set[str](), id="a quoted quote"),
    ],
)
async def test_a_filter_chooses_rows(prices: List, text: str, names: set[str]) -> None:
    assert {row["meterName"] for row in await prices.rows(text)} == names


async def test_older_versions_ignore_case(prices: List) -> None:
    text = OF_T4.replace("westeurope", "WestEurope")
    assert await prices.rows(text) == []
    assert await prices.rows(text, **{"api-version": "2021-10-01-preview"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "not(contains(skuName, 'Spot'))", "Invalid OData parameters supplied", id="not"
        ),
        pytest.param(
            "indexof(skuName, 'x') eq 0", "Invalid OData parameters supplied", id="indexof"
        ),
        pytest.param(f"armSkuName in ('{T4}')", "Invalid OData parameters supplied", id="in"),
        pytest.param(
            "priceType eq 'Spot'", "Invalid OData parameters supplied", id="no such type"
        ),
        pytest.param("serviceName gt 'a'", "Invalid OData parameters supplied", id="operator"),
        pytest.param("colour eq 'a'", "Invalid OData parameters supplied", id="field"),
        pytest.param("serviceName eq 'a", "Invalid OData parameters supplied", id="an open quote"),
        pytest.param(
            "(serviceName eq 'a'", "Invalid OData parameters supplied", id="open bracket"
        ),
        pytest.param("serviceName eq 'a' x", "Invalid OData parameters supplied", id="more"),
        pytest.param(
            "contains(skuName, 'a') eq 'x'", "Invalid OData parameters supplied", id="no truth"
        ),
        pytest.param(
            " or ".join(f"skuName eq '{each}'" for each in range(21)),
            "Invalid OData parameters supplied",
            id="21 comparisons",
        ),
    ],
)
async def test_what_azure_refuses_is_refused(prices: List, text: str, message: str) -> None:
    status, body = await prices.ask(text)
    assert (status, body["Error"]["Message"]) == (400, message)


async def test_twenty_comparisons_are_taken(prices: List) -> None:
    text = " or ".join(f"armSkuName eq '{each}'" for each in range(20))
    assert await prices.rows(text) == []


async def test_other_refusals_have_their_own_words(prices: List) -> None:
    status, body = await prices.ask(**{"api-version": "2023-01-01"})
    assert (status, body["Error"]["Message"]) == (400, "Unsupported API version")
    status, _ = await prices.ask(f"skuName eq '{'x' * 2100}'")
    assert status == 404


async def test_a_currency_changes_all_prices_but_those_without_a_region(prices: List) -> None:
    euro = {"currencyCode": "'EUR'"}
    (row,) = await prices.rows(
        f"{OF_T4} and skuName eq 'NC4as T4 v3' and contains(productName, 'Windows') ne true",
        **euro,
    )
    assert (row["currencyCode"], row["retailPrice"]) == ("EUR", pytest.approx(0.605, abs=0.001))
    for row in await prices.rows("serviceName eq 'Load Balancer'", **euro):
        assert row["currencyCode"] == "USD"


async def test_the_primary_region_of_meters_hides_linux(prices: List) -> None:
    rows = await prices.rows(OF_T4, meterRegion="'primary'")
    assert rows
    assert all(row["productName"].endswith(" Windows") for row in rows)


async def test_a_price_without_a_size_is_listed(prices: List) -> None:
    assert await prices.rows("armSkuName eq 'Standard_NC132ds_xl_RTXPRO6000BSE_v6'")


async def test_a_test_sets_prices(prices: List, control: Control) -> None:
    here = {"region": "westeurope", "vmSize": T4.lower()}
    linux = f"{OF_T4} and contains(productName, 'Windows') ne true"
    await control.call("PUT", "/prices", {**here, "perHour": 2.5})
    await control.call("PUT", "/prices", {**here, "perHour": 0.25, "spot": True})
    rows = {row["skuName"]: row["retailPrice"] for row in await prices.rows(linux)}
    assert (rows["NC4as T4 v3"], rows["NC4as T4 v3 Spot"]) == (2.5, 0.25)
    await control.call("PUT", "/prices", here)
    await control.call("PUT", "/prices", {**here, "spot": True})
    assert await prices.rows(linux) == []
    elsewhere = {"region": "westus", "vmSize": "Standard_X1", "perHour": 1}
    await control.call("PUT", "/prices", elsewhere)
    assert await prices.rows("armSkuName eq 'Standard_X1'")
    refused = await control.call("PUT", "/prices", {**here, "region": "x"}, expected=400)
    assert "x is not known" in refused["error"]["message"]


async def test_a_fault_answers_instead(prices: List, control: Control) -> None:
    await control.add_fault(match={"path": "/api/retail/prices"}, status=429, count=1)
    assert (await prices.ask(OF_T4))[0] == 429
    assert (await prices.ask(OF_T4))[0] == 200

"""`GET /api/retail/prices`, for which no token is needed.

The texts of refusals are reported; the envelope around them was not found.
"""

from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import web

from emulators.azure.arm.platform import Platform
from emulators.azure.latency import Duration
from emulators.azure.retail_prices.filters import Refused, parse_filter
from emulators.azure.retail_prices.price_list import PriceList
from emulators.azure.retail_prices.row import Row

PATH = "/api/retail/prices"
PAGE = 1000
LONGEST_URL = 2048
CASED_SINCE = "2023-01-01-preview"
API_VERSIONS = ("", "2021-10-01-preview", CASED_SINCE)
RATES = {"USD": 1.0, "EUR": 0.92, "GBP": 0.79, "CHF": 0.88, "JPY": 150.0}
"""The simulator's own."""
LATENCY = Duration(0.3, 0.6, 1.5)


def is_for_prices(request: web.Request) -> bool:
    return request.path.rstrip("/") == PATH


async def handle(request: web.Request, prices: PriceList, platform: Platform) -> web.Response:
    await platform.latencies.pause(LATENCY)
    if len(str(request.url)) > LONGEST_URL:
        return web.Response(status=404)
    if request.query.get("api-version", "") not in API_VERSIONS:
        return _refusal("Unsupported API version")
    currency = request.query.get("currencyCode", "'USD'").strip("'")
    if currency not in RATES:
        return _refusal("Invalid parameters supplied")
    try:
        start = int(request.query.get("$skip") or 0)
        rows = _chosen(request, prices)
    except (Refused, ValueError):
        return _refusal("Invalid OData parameters supplied")
    items = list(islice(rows, start, start + PAGE + 1))
    link = _next_link(request, start + PAGE) if len(items) > PAGE else None
    return web.json_response(_page(items[:PAGE], currency, link))


def _chosen(request: web.Request, prices: PriceList) -> Any:
    """The rows that the query asks for, one after the other."""
    cased = request.query.get("api-version") == CASED_SINCE
    text = request.query.get("$filter")
    condition = parse_filter(text, cased=cased) if text else None
    primary = request.query.get("meterRegion", "").strip("'") == "primary"
    return (
        each
        for each in prices.rows()
        if (each["isPrimaryMeterRegion"] or not primary) and (not condition or condition(each))
    )


def _page(rows: list[Row], currency: str, link: str | None) -> dict[str, Any]:
    return {
        "BillingCurrency": currency,
        "CustomerEntityId": "Default",
        "CustomerEntityType": "Retail",
        "Items": [_in_currency(each, currency) for each in rows],
        "NextPageLink": link,
        "Count": len(rows),
    }


def _in_currency(row: Row, currency: str) -> Row:
    """What has no region has its price in dollars in every currency."""
    if currency == "USD" or row["armRegionName"] == "Global":
        return row
    price = round(row["retailPrice"] * RATES[currency], 6)
    return {**row, "currencyCode": currency, "retailPrice": price, "unitPrice": price}


def _next_link(request: web.Request, start: int) -> str:
    query = {**request.query, "$skip": str(start)}
    encoded = urlencode(query, quote_via=quote, safe="$'")
    return f"https://{request.host}{PATH}?{encoded}"


def _refusal(message: str) -> web.Response:
    error = {"Code": "BadRequest", "Message": message}
    return web.json_response({"Error": error}, status=400)

"""Azure's list prices, which anyone may read."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from yarl import URL

from clients.answers import NoAnswer
from domain.wire import JsonObject

PRICES_PATH = "/api/retail/prices"
PRICES_API_VERSION = "2023-01-01-preview"
PAGE_TIMEOUT_SECONDS = 60.0
BUSY_SECONDS = 3.0
"""Where a busy list does not say how long."""
MOST_BUSY_SECONDS = 60.0
BUSY_ATTEMPTS = 3
MOST_PAGES = 100
"""A region had some ten in 2026."""

type Pause = Callable[[float], Awaitable[None]]


class RetailPricesClient:
    def __init__(
        self, session: aiohttp.ClientSession, endpoint: str, pause: Pause = asyncio.sleep
    ) -> None:
        self._session = session
        self._url = URL(endpoint).with_path(PRICES_PATH)
        self._pause = pause

    async def list_vm_prices(
        self, region: str, currency: str = "USD", vm_size: str | None = None
    ) -> list[JsonObject]:
        """All rows for VM sizes in the region, or for one. Raises NoAnswer unless every page was
        read.

        A region is read as a whole: a filter takes some 20 names at most.
        """
        of_size = f" and armSkuName eq '{vm_size}'" if vm_size else ""
        url: URL | None = self._url.with_query(
            {
                "api-version": PRICES_API_VERSION,
                "currencyCode": f"'{currency}'",
                "$filter": "serviceName eq 'Virtual Machines' and priceType eq 'Consumption' "
                f"and armRegionName eq '{region}'{of_size}",
            }
        )
        rows: list[JsonObject] = []
        for _ in range(MOST_PAGES):
            page = await self._read_page(url)
            rows += page["Items"]
            url = self._next(page)
            if url is None:
                return rows
        raise NoAnswer(f"More than {MOST_PAGES} pages of prices for {region}")

    def _next(self, page: JsonObject) -> URL | None:
        """The next page at our endpoint: the link names Azure's host, with its port."""
        link: str | None = page.get("NextPageLink")
        if not link:
            return None
        return URL.build(
            scheme=self._url.scheme,
            authority=self._url.raw_authority,
            path=self._url.raw_path,
            query_string=URL(link, encoded=True).raw_query_string,
            encoded=True,
        )

    async def _read_page(self, url: URL) -> JsonObject:
        status, page, wait = await self._get(url)
        for _ in range(BUSY_ATTEMPTS):
            if status != 429:
                break
            await self._pause(wait)
            status, page, wait = await self._get(url)
        if status != 200 or not _is_page(page):
            raise NoAnswer(f"HTTP {status} for {url.host}{PRICES_PATH}, without a page of prices")
        return page

    async def _get(self, url: URL) -> tuple[int, Any, float]:
        """Status, body, and seconds to wait where the list is busy."""
        timeout = aiohttp.ClientTimeout(total=PAGE_TIMEOUT_SECONDS)
        try:
            async with self._session.get(url, timeout=timeout, allow_redirects=False) as response:
                wait = _read_wait(response.headers.get("Retry-After", ""))
                return response.status, await _read_json(response), wait
        except (TimeoutError, aiohttp.ClientError) as error:
            raise NoAnswer(f"{type(error).__name__} for {url.host}") from error


def _read_wait(retry_after: str) -> float:
    return min(float(retry_after), MOST_BUSY_SECONDS) if retry_after.isdecimal() else BUSY_SECONDS


def _is_page(body: Any) -> bool:
    return isinstance(body, dict) and isinstance(body.get("Items"), list)  # pyright: ignore[reportUnknownMemberType]


async def _read_json(response: aiohttp.ClientResponse) -> Any:
    """None for a body that is no JSON, such as a proxy's page."""
    try:
        return await response.json(content_type=None)
    except ValueError:
        return None

"""The market of a region, from Azure's lists: each kept for as long as it hardly changes.

Requests wait for it. Azure takes 20 to 30 s to list sizes, so a first list is read on while they
go on without it.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from clients.answers import ArmAnswer, NoAnswer
from clients.compute import ComputeClient
from clients.retail_prices import RetailPricesClient
from domain.arm.error_bodies import redact
from domain.catalog.offered_sizes import OfferedSize, QuotaUse, read_skus, read_usages
from domain.catalog.prices import RegionPrices, read_retail_prices, shipped_prices
from domain.guard.market import MarketPart, RegionMarket

logger = logging.getLogger("gridplane.market")

SIZES_LIFETIME = 60 * 60
QUOTA_LIFETIME = 10
"""Azure counts vCPUs some seconds after it was asked for them."""
PRICES_LIFETIME = 24 * 60 * 60

PATIENCE_SECONDS = 5.0
"""How long a request waits for a list."""


class ListRefused(Exception):
    """Azure has refused a list."""


class KeptList[Value]:
    """A list that is read again once it is old, by one reader at a time."""

    def __init__(
        self,
        read: Callable[[], Awaitable[Value]],
        lifetime: float,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._lifetime = lifetime
        self._clock = clock
        self._known: tuple[float, Value] | None = None
        self._reading: asyncio.Task[Value] | None = None

    async def get(self, patience: float) -> Value:
        """Raises TimeoutError where it takes longer; the reading goes on."""
        if self._known and self._clock() - self._known[0] < self._lifetime:
            return self._known[1]
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._keep())
            self._reading.add_done_callback(_look_at_failure)
        return await asyncio.wait_for(asyncio.shield(self._reading), patience)

    async def _keep(self) -> Value:
        value = await self._read()
        self._known = self._clock(), value
        return value


class RegionLists:
    """The lists of one region."""

    def __init__(self, region: str, compute: ComputeClient, prices: RetailPricesClient) -> None:
        self.sizes = KeptList(partial(_read_sizes, compute, region), SIZES_LIFETIME)
        self.quota = KeptList(partial(_read_quota, compute, region), QUOTA_LIFETIME)
        self.prices = KeptList(partial(_read_prices, prices, region), PRICES_LIFETIME)


class MarketClient:
    def __init__(
        self,
        compute: ComputeClient,
        prices: RetailPricesClient,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._compute = compute
        self._prices = prices
        self._patience = patience
        self._regions: dict[str, RegionLists] = {}

    async def read(self, region: str) -> RegionMarket:
        """What cannot be read is told in `unread`."""
        lists = self._regions.get(region)
        if lists is None:
            lists = self._regions[region] = RegionLists(region, self._compute, self._prices)
        unread: dict[MarketPart, str] = {}
        sizes, quota, prices = await asyncio.gather(
            self._get(lists.sizes, MarketPart.SIZES, unread),
            self._get(lists.quota, MarketPart.QUOTA, unread),
            self._get(lists.prices, MarketPart.PRICES, unread),
        )
        return RegionMarket(
            region=region,
            observed_at=datetime.now(UTC),
            sizes=sizes,
            quota=quota,
            prices=prices or shipped_prices(region),
            unread=unread,
        )

    async def _get[Value](
        self, kept: KeptList[Value], part: MarketPart, unread: dict[MarketPart, str]
    ) -> Value | None:
        try:
            return await kept.get(self._patience)
        except TimeoutError:
            unread[part] = f"Azure has not answered within {self._patience:g} s. Ask again."
        except (NoAnswer, ListRefused) as error:
            unread[part] = redact(str(error))
        except (LookupError, AttributeError, TypeError, ValueError) as error:
            logger.exception("the %s of a region cannot be understood", part)
            unread[part] = f"Azure's list has another form than is known ({type(error).__name__})."
        return None


async def _read_sizes(compute: ComputeClient, region: str) -> tuple[OfferedSize, ...]:
    return read_skus(await _read_all(compute.list_skus(region)), region)


async def _read_quota(compute: ComputeClient, region: str) -> dict[str, QuotaUse]:
    return read_usages(await _read_all(compute.list_usages(region)))


async def _read_prices(prices: RetailPricesClient, region: str) -> RegionPrices:
    rows = await prices.list_vm_prices(region)
    return read_retail_prices(rows, region, datetime.now(UTC))


async def _read_all(pages: AsyncGenerator[ArmAnswer]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    async for page in pages:
        if not page.is_success:
            raise ListRefused(f"Azure refuses the list with HTTP {page.status}: {page.body}")
        items += page.body["value"]
    return items


def _look_at_failure(reading: asyncio.Task[Any]) -> None:
    """A failure that no request waits for any more is logged, and not lost with its task."""
    if not reading.cancelled() and (error := reading.exception()):
        logger.info("the market could not be read: %s: %s", type(error).__name__, error)

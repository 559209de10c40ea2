"""Sizes and prices of regions, as the task hub keeps them for all instances of the app."""

import logging
from collections.abc import Iterable
from datetime import datetime

from durabletask.entities import EntityInstanceId
from pydantic import ValidationError

from domain.catalog.prices import RegionPrices
from domain.durable.names import MARKET_ENTITY, MarketOperation
from domain.guard.kept_offers import KeptOffers
from domain.guard.market import MarketReader, RegionMarket
from triggers.task_hub import DurableClient

logger = logging.getLogger("gridplane.market")


async def read_region(
    client: DurableClient, read_market: MarketReader, region: str, since: datetime | None = None
) -> RegionMarket:
    """From Azure only what neither this instance nor the task hub has, and usages of before
    `since`."""
    await _take_kept(client, read_market, region)
    return await read_market.region(region, since)


async def read_prices(
    client: DurableClient, read_market: MarketReader, regions: Iterable[str]
) -> dict[str, RegionPrices]:
    """By region, without waiting for Azure; a region is missing whose prices were never read."""
    found: dict[str, RegionPrices] = {}
    for region in dict.fromkeys(regions):
        if read_market.known_prices(region) is None:
            await _take_kept(client, read_market, region)
        if prices := read_market.known_prices(region):
            found[region] = prices
    return found


async def refresh_region(client: DurableClient, read_market: MarketReader, region: str) -> None:
    """Waits for Azure, and keeps what it says."""
    await _take_kept(client, read_market, region)
    if not read_market.lacks_offers(region):
        return
    offers = await read_market.refresh_offers(region)
    if offers.sizes or offers.prices:
        entity = _entity_of(region, read_market.currency)
        await client.signal_entity(entity, MarketOperation.KEEP, offers.to_wire())


async def _take_kept(client: DurableClient, read_market: MarketReader, region: str) -> None:
    if not read_market.lacks_offers(region):
        return
    found = await client.get_entity(_entity_of(region, read_market.currency))
    state = found.get_typed_state() if found else None
    if not state:
        return
    try:
        read_market.take_offers(KeptOffers.from_wire(state))
    except ValidationError as error:
        logger.warning("kept offers of %s are of another version: %s", region, error)


def _entity_of(region: str, currency: str) -> EntityInstanceId:
    return EntityInstanceId(MARKET_ENTITY, f"{region}.{currency}".lower())

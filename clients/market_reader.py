"""Reads what plans are made on, without loading SDKs before the first plan."""

from collections.abc import Iterable
from datetime import datetime

from clients.factory import ClientFactory
from domain.catalog.prices import RegionPrices
from domain.guard.image_checks import WantedImage
from domain.guard.kept_offers import KeptOffers
from domain.guard.market import RegionMarket
from domain.guard.plan_check import PlanCheck
from domain.guard.subscription import Subscription


class LazyMarketReader:
    """Of the app's market client, which loads SDKs that the start of the app does without."""

    def __init__(self, clients: ClientFactory) -> None:
        self._clients = clients

    @property
    def currency(self) -> str:
        return self._clients.settings.price_currency

    async def region(self, region: str, since: datetime | None = None) -> RegionMarket:
        return await self._clients.market.region(region, since)

    async def subscription(self, since: datetime | None = None) -> Subscription:
        return await self._clients.market.subscription(since)

    async def images(self, wanted: Iterable[WantedImage]) -> tuple[PlanCheck, ...]:
        return await self._clients.market.images(wanted)

    def known_prices(self, region: str) -> RegionPrices | None:
        return self._clients.market.known_prices(region)

    def lacks_offers(self, region: str) -> bool:
        return self._clients.market.lacks_offers(region)

    def take_offers(self, kept: KeptOffers) -> None:
        self._clients.market.take_offers(kept)

    async def refresh_offers(self, region: str) -> KeptOffers:
        return await self._clients.market.refresh_offers(region)

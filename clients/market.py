"""What Azure offers, at which price, from lists that are kept for as long as they hardly change.

Requests wait for them. Azure takes 20 to 30 s to list sizes, so a first list is read on while they
go on without it, and one that has grown old serves until the next is there.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial

from clients.answers import NoAnswer
from clients.arm_lists import ListRefused, read_items
from clients.compute import ComputeClient
from clients.image_lookup import look_up_image
from clients.kept_list import KeptList, Known, Lifetime
from clients.registries import RegistriesClient
from clients.retail_prices import RetailPricesClient
from clients.subscription import SubscriptionClient
from domain.arm.error_bodies import redact
from domain.arm.managed_cluster import SYSTEM_VM_SIZE
from domain.catalog.offered_sizes import OfferedSize, QuotaUse, read_skus, read_usages
from domain.catalog.prices import RegionPrices, read_retail_prices, shipped_prices
from domain.guard.image_checks import WantedImage, check_image
from domain.guard.kept_offers import KeptOffers, KeptPrices, KeptSizes, only_what_is_used
from domain.guard.market import MarketPart, RegionMarket
from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.subscription import (
    FEATURES,
    PROVIDERS,
    Subscription,
    SubscriptionPart,
    read_profile_usage,
)
from domain.images.answers import not_verified
from domain.spec.image_reference import parse_image

logger = logging.getLogger("gridplane.market")

SIZES_LIFETIME = Lifetime(fresh=60 * 60, usable=24 * 60 * 60)
LONGEST_REFUSING = timedelta(minutes=1)
"""How long requests are refused on a list of sizes before it is read again."""
PRICES_LIFETIME = Lifetime(fresh=24 * 60 * 60, usable=7 * 24 * 60 * 60)
USAGES_LIFETIME = Lifetime(fresh=5, usable=15)
"""Azure counts what it was asked for some seconds later."""
REGISTRATIONS_LIFETIME = Lifetime(fresh=60, usable=300)

PATIENCE_SECONDS = 5.0
"""How long a request waits for a list."""
KEPT_IMAGES = 256

NOT_UNDERSTOOD = (LookupError, AttributeError, TypeError, ValueError)
"""What reading an answer of another form raises: no request fails of it."""


class RegionLists:
    """The lists of one region."""

    def __init__(
        self,
        region: str,
        currency: str,
        compute: ComputeClient,
        prices: RetailPricesClient,
        subscription: SubscriptionClient,
    ) -> None:
        self.sizes = KeptList(partial(_read_sizes, compute, region), SIZES_LIFETIME)
        self.prices = KeptList(partial(_read_prices, prices, region, currency), PRICES_LIFETIME)
        self.quota = KeptList(partial(_read_quota, compute, region), USAGES_LIFETIME)
        self.clusters = KeptList(partial(_read_clusters, subscription, region), USAGES_LIFETIME)
        self.network = KeptList(partial(_read_network, subscription, region), USAGES_LIFETIME)


class MarketClient:
    def __init__(
        self,
        compute: ComputeClient,
        prices: RetailPricesClient,
        subscription: SubscriptionClient,
        registries: RegistriesClient,
        *,
        currency: str = "USD",
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.currency = currency
        self._lists = partial(
            RegionLists,
            currency=currency,
            compute=compute,
            prices=prices,
            subscription=subscription,
        )
        self._registries = registries
        self._patience = patience
        self._regions: dict[str, RegionLists] = {}
        self._profiles = KeptList(partial(_read_profiles, subscription), USAGES_LIFETIME)
        self._providers = KeptList(
            partial(subscription.read_providers, PROVIDERS), REGISTRATIONS_LIFETIME
        )
        self._features = KeptList(
            partial(subscription.read_features, FEATURES), REGISTRATIONS_LIFETIME
        )
        self._images: OrderedDict[WantedImage, KeptList[PlanCheck]] = OrderedDict()

    async def region(self, region: str, since: datetime | None = None) -> RegionMarket:
        """What cannot be read is told in `unread`. `since`: of usages. Sizes that are older by
        more than a minute are read for the next request: that takes Azure half a minute."""
        lists, unread = self._of(region), dict[MarketPart, str]()
        if since:
            lists.sizes.refresh((since - LONGEST_REFUSING).timestamp())
        sizes, prices, *usages = await asyncio.gather(
            self._get(lists.sizes, MarketPart.SIZES, unread),
            self._get(lists.prices, MarketPart.PRICES, unread),
            self._get(lists.quota, MarketPart.QUOTA, unread, since),
            self._get(lists.clusters, MarketPart.CLUSTERS, unread, since),
            self._get(lists.network, MarketPart.NETWORK, unread, since),
        )
        read_at = [each.at for each in usages if each]
        quota, clusters, network = map(_value, usages)
        return RegionMarket(
            region=region,
            observed_at=datetime.now(UTC),
            sizes=_value(sizes),
            quota=quota,
            clusters=clusters,
            network=network,
            usages_read_at=_moment(min(read_at)) if read_at else None,
            prices=_value(prices) or shipped_prices(region),
            unread=unread,
        )

    async def subscription(self, since: datetime | None = None) -> Subscription:
        """What cannot be read is told in `unread`."""
        unread = dict[SubscriptionPart, str]()
        profiles, providers, features = await asyncio.gather(
            self._get(self._profiles, SubscriptionPart.PROFILES, unread, since),
            self._get(self._providers, SubscriptionPart.PROVIDERS, unread, since),
            self._get(self._features, SubscriptionPart.FEATURES, unread, since),
        )
        return Subscription(
            profiles=_value(profiles),
            providers=_value(providers),
            features=_value(features),
            unread=unread,
        )

    async def images(self, wanted: Iterable[WantedImage]) -> tuple[PlanCheck, ...]:
        """What the registry says to each image."""
        checks = await asyncio.gather(*map(self._check_image, wanted))
        return tuple(checks)

    def known_prices(self, region: str) -> RegionPrices | None:
        """As they were read last, without waiting for Azure; None if they never were."""
        known = self._of(region).prices.known
        return known.value if known else None

    def lacks_offers(self, region: str) -> bool:
        """Whether sizes or prices would have to be read."""
        lists = self._of(region)
        return not (lists.sizes.is_fresh and lists.prices.is_fresh)

    def take_offers(self, kept: KeptOffers) -> None:
        """What another instance has read, if it is later than what is here."""
        lists = self._of(kept.region)
        if kept.sizes:
            lists.sizes.take(Known(kept.sizes.read_at.timestamp(), kept.sizes.value))
        if kept.prices and kept.currency == self.currency:
            lists.prices.take(Known(kept.prices.read_at.timestamp(), kept.prices.value))

    async def refresh_offers(self, region: str) -> KeptOffers:
        """Waits until what has grown old has been read; what cannot be read stays as it was."""
        lists = self._of(region)
        await asyncio.gather(
            self._refresh(lists.sizes, region), self._refresh(lists.prices, region)
        )
        sizes, prices = lists.sizes.known, lists.prices.known
        offers = KeptOffers(
            region=region,
            currency=self.currency,
            sizes=KeptSizes(read_at=_moment(sizes.at), value=sizes.value) if sizes else None,
            prices=KeptPrices(read_at=_moment(prices.at), value=prices.value) if prices else None,
        )
        return only_what_is_used(offers, SYSTEM_VM_SIZE)

    def _of(self, region: str) -> RegionLists:
        lists = self._regions.get(region)
        if lists is None:
            lists = self._regions[region] = self._lists(region)
        return lists

    async def _refresh[Value](self, kept: KeptList[Value], region: str) -> None:
        try:
            await kept.renew()
        except (NoAnswer, ListRefused, *NOT_UNDERSTOOD):
            logger.warning("offers of %s could not be read", region, exc_info=True)

    async def _check_image(self, wanted: WantedImage) -> PlanCheck:
        """One that was found is not looked up again for a minute."""
        kept = self._images.setdefault(
            wanted, KeptList(partial(self._look_up, wanted), REGISTRATIONS_LIFETIME)
        )
        self._images.move_to_end(wanted)
        if len(self._images) > KEPT_IMAGES:
            self._images.popitem(last=False)
        try:
            return await kept.get(self._patience)
        except ImageNotUsable as error:
            return error.check
        except TimeoutError:
            why = f"the registry has not answered within {self._patience:g} s"
        except NOT_UNDERSTOOD as error:
            logger.exception("the answer for %s cannot be understood", wanted.reference)
            why = f"the registry's answer has another form than is known ({type(error).__name__})"
        return check_image(wanted, not_verified(parse_image(wanted.reference), why))

    async def _look_up(self, wanted: WantedImage) -> PlanCheck:
        """Raises ImageNotUsable, so that it is not kept: the image may be pushed at once."""
        outcome = await look_up_image(self._registries, wanted.reference, wanted.pulled)
        check = check_image(wanted, outcome)
        if check.verdict is not Verdict.OK:
            raise ImageNotUsable(check)
        return check

    async def _get[Value, Part: StrEnum](
        self,
        kept: KeptList[Value],
        part: Part,
        unread: dict[Part, str],
        since: datetime | None = None,
    ) -> Known[Value] | None:
        try:
            return await kept.get_known(self._patience, since.timestamp() if since else 0.0)
        except TimeoutError:
            unread[part] = f"Azure has not answered within {self._patience:g} s. Ask again."
        except (NoAnswer, ListRefused) as error:
            unread[part] = redact(str(error))
        except NOT_UNDERSTOOD as error:
            logger.exception("the list of %s cannot be understood", part)
            unread[part] = f"Azure's list has another form than is known ({type(error).__name__})."
        return None


class ImageNotUsable(Exception):
    """A registry's answer that is no image, as a check."""

    def __init__(self, check: PlanCheck) -> None:
        super().__init__(check.message)
        self.check = check


def _value[Value](known: Known[Value] | None) -> Value | None:
    return known.value if known else None


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


async def _read_sizes(compute: ComputeClient, region: str) -> tuple[OfferedSize, ...]:
    return read_skus(await read_items(compute.list_skus(region)), region)


async def _read_quota(compute: ComputeClient, region: str) -> dict[str, QuotaUse]:
    return read_usages(await read_items(compute.list_usages(region)))


async def _read_clusters(subscription: SubscriptionClient, region: str) -> dict[str, QuotaUse]:
    return read_usages(await read_items(subscription.list_cluster_usages(region)))


async def _read_network(subscription: SubscriptionClient, region: str) -> dict[str, QuotaUse]:
    return read_usages(await read_items(subscription.list_network_usages(region)))


async def _read_profiles(subscription: SubscriptionClient) -> QuotaUse | None:
    return read_profile_usage(await read_items(subscription.list_edge_usages()))


async def _read_prices(prices: RetailPricesClient, region: str, currency: str) -> RegionPrices:
    """With the rate of the currency, by what one size costs in both."""
    rows = await prices.list_vm_prices(region)
    found = read_retail_prices(rows, region, datetime.now(UTC))
    if currency == found.currency:
        return found
    others = await prices.list_vm_prices(region, currency, SYSTEM_VM_SIZE)
    return found.with_rate(read_retail_prices(others, region, found.as_of), SYSTEM_VM_SIZE)

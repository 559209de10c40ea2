"""Control requests about where a VM size is offered, and at which price."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from emulators.azure.aks.machines import ClusterMachines
from emulators.azure.compute.availability import Offer
from emulators.azure.control.input import BadInput, Fields, read_json, required
from emulators.azure.regions import REGIONS, normalized_region
from emulators.azure.retail_prices.price_list import PriceList


class SizeControl:
    def __init__(
        self, machines: Callable[[], ClusterMachines], prices: Callable[[], PriceList]
    ) -> None:
        self._machines = machines
        self._prices = prices

    def handlers(self) -> Mapping[tuple[str, str], Callable[[web.Request], Awaitable[Any]]]:
        return {("PUT", "/sizes"): self.put_size, ("PUT", "/prices"): self.put_price}

    async def put_size(self, request: web.Request) -> Any:
        """Say all there is to say of a size in a region; what is left out is as at the start."""
        fields = Fields(await read_json(request))
        region, vm_size = _where(fields)
        if self._machines().sizes.find(vm_size) is None:
            raise BadInput(f"vmSize {vm_size} is not known.")
        availability = self._machines().availability
        availability.forget(region, vm_size)
        zones = fields.texts("zones") if "zones" in fields else None
        offer = Offer(
            availability.of(region, vm_size).zones if zones is None else zones,
            fields.texts("restrictedZones"),
            fields.flag("restricted"),
        )
        fields.finish()
        availability.set(region, vm_size, offer)
        return {
            "region": region,
            "vmSize": vm_size,
            "zones": list(offer.zones),
            "restrictedZones": list(offer.closed_zones),
            "restricted": offer.restricted,
        }

    async def put_price(self, request: web.Request) -> Any:
        """USD per hour of a size in a region; without `perHour` the list has no such row."""
        fields = Fields(await read_json(request))
        region, vm_size = _where(fields)
        spot, price = fields.flag("spot"), fields.number("perHour")
        fields.finish()
        self._prices().set(region, vm_size, price, spot=spot)
        return {"region": region, "vmSize": vm_size, "spot": spot, "perHour": price}


def _where(fields: Fields) -> tuple[str, str]:
    region = normalized_region(required(fields.text("region"), "region"))
    if region not in REGIONS:
        raise BadInput(f"region {region} is not known.")
    return region, required(fields.text("vmSize"), "vmSize")

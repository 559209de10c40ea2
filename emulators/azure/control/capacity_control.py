"""Control requests about what a region has of a VM size."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from emulators.azure.compute.capacity import Capacity
from emulators.azure.control.input import BadInput, Fields, read_json, required
from emulators.azure.regions import REGIONS, normalized_region


class CapacityControl:
    def __init__(self, capacity: Callable[[], Capacity]) -> None:
        self._capacity = capacity

    def handlers(self) -> Mapping[tuple[str, str], Callable[[web.Request], Awaitable[Any]]]:
        return {("PUT", "/capacity"): self.put_capacity}

    async def put_capacity(self, request: web.Request) -> Any:
        """Leave machines of a size in these zones only; without `zones`, everywhere again."""
        fields = Fields(await read_json(request))
        region = normalized_region(required(fields.text("region"), "region"))
        vm_size = required(fields.text("vmSize"), "vmSize")
        spot = fields.flag("spot")
        zones = fields.texts("zones") if "zones" in fields else None
        fields.finish()
        if region not in REGIONS:
            raise BadInput(f"region {region} is not known.")
        if zones is None:
            self._capacity().free(region, vm_size, spot=spot)
        else:
            self._capacity().limit(region, vm_size, spot=spot, zones=zones)
        return {"region": region, "vmSize": vm_size, "spot": spot, "zones": zones}

"""What the list of SKUs shows: VM sizes, and other things among them."""

from typing import Any

from emulators.azure.compute.availability import Availability
from emulators.azure.compute.capabilities import capabilities
from emulators.azure.compute.vm_sizes import VmSize, VmSizes
from emulators.azure.regions import REGIONS

_AVAILABILITY_SETS = ("Classic", "Aligned")


def skus(sizes: VmSizes, availability: Availability, region: str | None) -> list[dict[str, Any]]:
    """One item per size and region, of one region only when it is given."""
    regions = REGIONS if region is None else (region,)
    sets = [_availability_set(name, each) for each in regions for name in _AVAILABILITY_SETS]
    machines = [_item(size, each, availability) for each in regions for size in sizes.all()]
    return [*sets, *machines]


def _item(size: VmSize, region: str, availability: Availability) -> dict[str, Any]:
    offer = availability.of(region, size.name)
    return {
        "resourceType": "virtualMachines",
        "name": size.name,
        "tier": "Standard",
        "size": size.name.removeprefix("Standard_"),
        "family": size.family,
        "locations": [region],
        "locationInfo": [
            {"location": region, "zones": _unordered(offer.zones), "zoneDetails": []},
        ],
        "capabilities": capabilities(size),
        "restrictions": offer.restrictions(region),
    }


def _unordered(zones: tuple[str, ...]) -> list[str]:
    """Azure sorts them in no way."""
    return [*zones[1:], *zones[:1]]


def _availability_set(name: str, region: str) -> dict[str, Any]:
    return {
        "resourceType": "availabilitySets",
        "name": name,
        "locations": [region],
        "locationInfo": [{"location": region, "zones": [], "zoneDetails": []}],
        "capabilities": [{"name": "MaximumPlatformFaultDomainCount", "value": "3"}],
        "restrictions": [],
    }

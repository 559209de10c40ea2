"""What the subscription may create of a VM size in a region, and in which zones."""

from dataclasses import dataclass
from typing import Any

NOT_AVAILABLE = "NotAvailableForSubscription"
ALL_ZONES = ("1", "2", "3")

KNOWN_ZONES = {
    ("southcentralus", "standard_nc16as_t4_v3"): ALL_ZONES,
    ("southcentralus", "standard_nc24ads_a100_v4"): ("1", "3"),
}
"""As recorded in 2025; of other sizes nothing was found."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One size in one region."""

    zones: tuple[str, ...] = ALL_ZONES
    closed_zones: tuple[str, ...] = ()
    """A restriction may name zones that the size does not have."""
    restricted: bool = False
    """In the whole region."""

    @property
    def open_zones(self) -> tuple[str, ...]:
        return tuple(zone for zone in self.zones if zone not in self.closed_zones)

    def restrictions(self, region: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if self.restricted:
            found.append(_restriction("Location", region, ()))
        if self.closed_zones:
            found.append(_restriction("Zone", region, self.closed_zones))
        return found


class Availability:
    """Everything is offered in all zones, except what is known or a test has said otherwise."""

    def __init__(self) -> None:
        self._offers: dict[tuple[str, str], Offer] = {}

    def of(self, region: str, vm_size: str) -> Offer:
        key = (region, vm_size.lower())
        return self._offers.get(key) or Offer(KNOWN_ZONES.get(key, ALL_ZONES))

    def set(self, region: str, vm_size: str, offer: Offer) -> None:
        self._offers[region, vm_size.lower()] = offer

    def forget(self, region: str, vm_size: str) -> None:
        self._offers.pop((region, vm_size.lower()), None)


def _restriction(kind: str, region: str, zones: tuple[str, ...]) -> dict[str, Any]:
    """`values` has the region for both types; a zone is named in `restrictionInfo` alone."""
    return {
        "type": kind,
        "values": [region],
        "restrictionInfo": {"locations": [region], "zones": list(zones)},
        "reasonCode": NOT_AVAILABLE,
    }

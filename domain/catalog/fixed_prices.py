"""List prices of what an environment has beside its nodes, the same in all regions seen.

A price is None where no source was found that says what is billed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

HOURS_OF_A_MONTH = 730

RETAIL_PRICES = "Retail Prices API"
PRICE_PAGES = "public price pages"


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """`as_of`: day, month or year of the figure, as exactly as its source has it."""

    usd: float
    per: Literal["hour", "month"]
    source: str
    as_of: str

    @property
    def hourly(self) -> float:
        return self.usd if self.per == "hour" else self.usd / HOURS_OF_A_MONTH


AKS_TIERS: Mapping[str, FixedPrice | None] = {
    "Free": None,
    "Standard": FixedPrice(0.10, "hour", RETAIL_PRICES, "2026-10"),
}
"""The control plane by the cluster's tier. The price list has a row of 0.05 for the free tier
since 2026-10-01, while Azure's price page says that it is free."""

LOAD_BALANCER: FixedPrice | None = FixedPrice(0.025, "hour", RETAIL_PRICES, "2026-10-03")
"""A standard load balancer with its first five rules, without what its data cost."""

PUBLIC_ADDRESS: FixedPrice | None = FixedPrice(0.005, "hour", RETAIL_PRICES, "2021-04-20")
"""A static IPv4 address of the standard tier; the row has been in effect since then."""

FRONT_DOOR_TIERS: Mapping[str, FixedPrice | None] = {
    "Standard_AzureFrontDoor": FixedPrice(35.0, "month", PRICE_PAGES, "2026"),
    "Premium_AzureFrontDoor": FixedPrice(330.0, "month", PRICE_PAGES, "2026"),
}
"""The base fee of a profile by its tier, without requests and traffic."""

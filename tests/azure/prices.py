"""What a run costs: list prices of what it builds.

USD per hour, pay as you go, Linux, East US, from public price pages of 2026; not verified on a
bill. GPU sizes are priced by `domain/catalog/prices`. The control plane of the cluster is free.
"""

from dataclasses import dataclass

from domain.arm.managed_cluster import SYSTEM_NODE_COUNT
from domain.catalog.prices import find_hourly_price
from tests.azure.assumption import Part

SOURCE = "list prices of East US, public price pages of 2026"
OTHER_REGIONS = 1.3
"""Prices of other regions were up to 30 % higher (`domain/catalog/prices`)."""

SYSTEM_NODE = 0.226
"""Standard_D4ds_v5."""
STAND_IN_NODE = 0.113
"""Standard_D2ds_v5."""
LOAD_BALANCER = 0.025
PUBLIC_ADDRESS = 0.005
FRONT_DOOR_MONTH = 35.0
"""Base fee of Standard, billed by the hour."""
HOURS_OF_A_MONTH = 730.0
UNKNOWN_GPU = 100.0
"""Of a size without a list price: more than any has."""


@dataclass(frozen=True, slots=True)
class Prices:
    """USD per hour of each part, in the region."""

    region: str
    gpu_size: str | None

    def hourly(self, part: Part) -> float:
        factor = 1.0 if self.region == "eastus" else OTHER_REGIONS
        return factor * self._east_us(part)

    def _east_us(self, part: Part) -> float:
        match part:
            case Part.EDGE:
                return FRONT_DOOR_MONTH / HOURS_OF_A_MONTH
            case Part.CLUSTER:
                nodes = SYSTEM_NODE_COUNT * SYSTEM_NODE
                network = LOAD_BALANCER + 2 * PUBLIC_ADDRESS
                return nodes + network + (0.0 if self.gpu_size else STAND_IN_NODE)
            case Part.APP:
                return 0.0
            case Part.GPU:
                return (find_hourly_price(self.gpu_size) or UNKNOWN_GPU) if self.gpu_size else 0.0

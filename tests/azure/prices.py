"""What a run costs: list prices of what it builds, not verified on a bill.

The control plane of the cluster is free.
"""

from dataclasses import dataclass

from domain.arm.managed_cluster import SYSTEM_NODE_COUNT, SYSTEM_VM_SIZE
from domain.catalog.fixed_prices import FRONT_DOOR_TIERS, LOAD_BALANCER, PUBLIC_ADDRESS, FixedPrice
from domain.catalog.prices import shipped_as_of, shipped_prices
from domain.spec.model import EdgeSku
from tests.azure.assumption import Part

STAND_IN = "Standard_D2ds_v5"
UNKNOWN_GPU = 100.0
"""Of a size without a list price: more than most have."""
UNKNOWN_NODE = 0.5
"""Of a small size in a region without list prices: more than any has."""


def price_source() -> str:
    return f"list prices of {shipped_as_of():%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Prices:
    """USD per hour of each part, in the region."""

    region: str
    gpu_size: str | None

    def hourly(self, part: Part) -> float:
        match part:
            case Part.EDGE:
                return _hourly(FRONT_DOOR_TIERS[EdgeSku.STANDARD])
            case Part.CLUSTER:
                nodes = SYSTEM_NODE_COUNT * self._node(SYSTEM_VM_SIZE, UNKNOWN_NODE)
                network = _hourly(LOAD_BALANCER) + 2 * _hourly(PUBLIC_ADDRESS)
                stand_in = 0.0 if self.gpu_size else self._node(STAND_IN, UNKNOWN_NODE)
                return nodes + network + stand_in
            case Part.APP:
                return 0.0
            case Part.GPU:
                return self._node(self.gpu_size, UNKNOWN_GPU) if self.gpu_size else 0.0

    def _node(self, vm_size: str, otherwise: float) -> float:
        prices = shipped_prices(self.region)
        return (prices.find(vm_size) if prices else None) or otherwise


def _hourly(price: FixedPrice | None) -> float:
    return price.hourly if price else 0.0

"""Machines that a region has or lacks at the moment, whatever the quota allows."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Machines:
    """The kind of machine that a pool asks for. Without zones, Azure chooses where to place it."""

    region: str
    vm_size: str
    spot: bool
    zones: tuple[str, ...] = ()


class Capacity:
    """Without limits: all there is, except what a test has taken away."""

    def __init__(self) -> None:
        self._zones_left: dict[tuple[str, str, bool], tuple[str, ...]] = {}

    def limit(self, region: str, vm_size: str, *, spot: bool, zones: tuple[str, ...]) -> None:
        """Leave machines in these zones only; in none of them, if there are none."""
        self._zones_left[region, vm_size.lower(), spot] = zones

    def free(self, region: str, vm_size: str, *, spot: bool) -> None:
        self._zones_left.pop((region, vm_size.lower(), spot), None)

    def lacks(self, wanted: Machines) -> bool:
        """Whether none can be had; a request without zones finds none while a zone is empty."""
        left = self._zones_left.get((wanted.region, wanted.vm_size.lower(), wanted.spot))
        return left is not None and not set(wanted.zones) & set(left)

    def find_shortage(
        self, region: str, vm_size: str, spot: bool, zones: tuple[str, ...]
    ) -> str | None:
        """The message of Azure's error; None if there are such machines."""
        wanted = Machines(region, vm_size, spot, zones)
        return allocation_failed(wanted)["message"] if self.lacks(wanted) else None


def allocation_failed(wanted: Machines) -> dict[str, Any]:
    """How AKS ends the operation: it quotes Compute's own error."""
    code = "ZonalAllocationFailed" if wanted.zones else "AllocationFailed"
    where = "the zone you requested" if wanted.zones else "this region"
    return {
        "code": "ReconcileVMSSAgentPoolFailed",
        "message": f'VMSSAgentPoolReconciler retry failed: Code="{code}" Message="Allocation '
        f"failed. We do not have sufficient capacity for the requested VM size in {where}. Read "
        'more about improving likelihood of allocation success at http://aka.ms/allocation-guidance."',
    }

"""The offers of a cell: region, VM size, priority and zones that its GPU pool may have."""

from itertools import product

from pydantic import Field

from domain.spec.model import EnvironmentSpec
from domain.wire import WireModel


class Offer(WireModel):
    """One way to get a cell's GPU nodes from Azure."""

    region: str = Field(description="Azure region.", examples=["westeurope"])
    vm_size: str = Field(description="Azure VM size.", examples=["Standard_NC24ads_A100_v4"])
    spot: bool = Field(description="Whether it is spot capacity.")
    zones: tuple[str, ...] = Field(
        default=(), description="Availability zones; empty if Azure chooses.", examples=[["1"]]
    )

    def describe(self) -> str:
        priority = "spot" if self.spot else "regular"
        zones = f", zone {', '.join(self.zones)}" if self.zones else ""
        return f"{self.vm_size} ({priority}) in {self.region}{zones}"

    def apply(self, spec: EnvironmentSpec) -> EnvironmentSpec:
        """The specification of a cell that takes this offer."""
        settings = {"vm_size": self.vm_size, "spot": self.spot, "zones": self.zones}
        return spec.model_copy(update={"gpu": spec.gpu.model_copy(update=settings)})


def list_offers(spec: EnvironmentSpec, region: str) -> tuple[Offer, ...]:
    """In the order in which they are tried: zones, then VM sizes, then regular, then regions.

    What costs most to change comes last: a cell that leaves a region is deleted there.
    """
    gpu, placement = spec.gpu, spec.placement
    zones = [gpu.zones, *((zone,) for zone in placement.zones if (zone,) != gpu.zones)]
    priorities = [True, False] if gpu.spot and placement.regular_if_no_spot else [gpu.spot]
    choices = product(
        (region, *placement.regions), priorities, (gpu.vm_size, *placement.vm_sizes), zones
    )
    return tuple(
        Offer(region=where, vm_size=vm_size, spot=spot, zones=zone)
        for where, spot, vm_size, zone in choices
    )

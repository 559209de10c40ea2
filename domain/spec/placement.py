"""The part of a specification that says what else may be used where Azure has no capacity."""

from pydantic import Field, StrictBool, field_validator
from pydantic_core import PydanticCustomError

from domain.spec.fields import Region, VmSize, Zone, all_different
from domain.wire import WireModel


class Placement(WireModel):
    """Alternatives for a cell whose GPU pool Azure refuses for lack of capacity or quota."""

    zones: tuple[Zone, ...] = Field(
        default=(),
        max_length=3,
        description="Availability zones that are tried one by one after `gpu.zones`.",
        examples=[["1", "2", "3"]],
    )
    vm_sizes: tuple[VmSize, ...] = Field(
        default=(),
        max_length=5,
        description="VM sizes that are tried after `gpu.vmSize`, each with at least its memory "
        "per GPU.",
        examples=[["Standard_NC40ads_H100_v5"]],
    )
    regions: tuple[Region, ...] = Field(
        default=(),
        max_length=5,
        description="Regions that a cell may move to, out of those that the service allows and "
        "besides `regions`; a cell leaves nothing behind in the one before.",
        examples=[["northeurope"]],
    )
    regular_if_no_spot: StrictBool = Field(
        default=False,
        description="Use regular capacity where there is no spot capacity; only with `gpu.spot`.",
    )

    @field_validator("zones")
    @classmethod
    def _are_unique_zones(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        return all_different(zones, "DuplicateZone", "List each zone once.")

    @field_validator("vm_sizes")
    @classmethod
    def _are_unique_sizes(cls, sizes: tuple[str, ...]) -> tuple[str, ...]:
        if len({size.lower() for size in sizes}) != len(sizes):
            raise PydanticCustomError("DuplicateVmSize", "List each VM size once.")
        return sizes

    @field_validator("regions")
    @classmethod
    def _are_unique_regions(cls, regions: tuple[str, ...]) -> tuple[str, ...]:
        return all_different(regions, "DuplicateRegion", "List each region once.")

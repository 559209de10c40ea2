"""VM sizes that a region offers, and vCPU quota, as Azure Compute lists them."""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

from domain.catalog.gpu_skus import find_gpu_sku
from domain.catalog.regions import normalise_region
from domain.wire import JsonObject, WireModel

VIRTUAL_MACHINES = "virtualMachines"
DEPLOYS_ANYWAY = "QuotaId"
"""A reason that says for which offers a size is meant, and was seen on sizes that deploy."""


class OfferedSize(WireModel):
    """One VM size in one region, for this subscription."""

    name: str
    family: str
    """Of the vCPU quota, as Azure spells it."""
    vcpus: int
    gpus: int
    """What a node advertises as nvidia.com/gpu."""
    zones: tuple[str, ...]
    """Open ones only. Without any, nodes may still be created without a zone."""
    restriction: str | None = None
    """Reason code if the size cannot be created in the region at all."""
    host_encryption: bool = False


class QuotaUse(WireModel):
    """What is used of one quota of a region. Either number may be negative for some quotas."""

    name: str
    """As Azure spells it: a family of VM sizes, `cores`, `lowPriorityCores` or other."""
    used: int
    limit: int

    @property
    def left(self) -> int:
        return self.limit - self.used


def read_skus(items: Iterable[JsonObject], region: str) -> tuple[OfferedSize, ...]:
    """The VM sizes among Azure's SKUs, which list disks, snapshots and other regions as well."""
    region = normalise_region(region)
    return tuple(_read_size(item, region) for item in items if _is_size_in(item, region))


def read_usages(items: Iterable[JsonObject]) -> dict[str, QuotaUse]:
    """By name in lower case: its spelling differs between Azure's own lists."""
    uses = (
        QuotaUse(name=item["name"]["value"], used=item["currentValue"], limit=item["limit"])
        for item in items
    )
    return {use.name.lower(): use for use in uses}


def _is_size_in(item: JsonObject, region: str) -> bool:
    return item.get("resourceType") == VIRTUAL_MACHINES and _names(item.get("locations"), region)


def _read_size(item: JsonObject, region: str) -> OfferedSize:
    capabilities = {each["name"]: each.get("value") for each in _listed(item, "capabilities")}
    known = find_gpu_sku(item["name"])
    restrictions = [each for each in _listed(item, "restrictions") if _concerns(each, region)]
    return OfferedSize(
        name=known.name if known else item["name"],
        family=item.get("family") or "",
        vcpus=_whole(capabilities.get("vCPUs")),
        # The capability says 12 for the 8 GPUs of Standard_ND96isr_H100_v5.
        gpus=known.gpus if known else _whole(capabilities.get("GPUs")),
        zones=_open_zones(item, region, restrictions),
        restriction=_find_reason(restrictions),
        host_encryption=str(capabilities.get("EncryptionAtHostSupported")).lower() == "true",
    )


def _open_zones(
    item: JsonObject, region: str, restrictions: Iterable[JsonObject]
) -> tuple[str, ...]:
    """A restriction may name zones that the size does not have."""
    infos = _listed(item, "locationInfo")
    here = [each for each in infos if normalise_region(each.get("location") or "") == region]
    closed = [_restricted(each) for each in restrictions if each.get("type") == "Zone"]
    return tuple(sorted(_zones(here) - _zones(closed)))


def _zones(places: Iterable[JsonObject]) -> set[str]:
    return {zone for place in places for zone in place.get("zones") or ()}


def _restricted(restriction: JsonObject) -> JsonObject:
    return restriction.get("restrictionInfo") or {}


def _find_reason(restrictions: Iterable[JsonObject]) -> str | None:
    reasons = (
        each.get("reasonCode") or "Restricted"
        for each in restrictions
        if each.get("type") == "Location"
    )
    return next((reason for reason in reasons if reason != DEPLOYS_ANYWAY), None)


def _concerns(restriction: JsonObject, region: str) -> bool:
    """`values` are regions for both types; zones are in `restrictionInfo` only."""
    locations = _restricted(restriction).get("locations")
    return _names(restriction.get("values"), region) or _names(locations, region)


def _names(locations: Any, region: str) -> bool:
    return any(normalise_region(each) == region for each in locations or ())


def _listed(item: JsonObject, key: str) -> Sequence[JsonObject]:
    """What is empty may be left out or null."""
    return item.get(key) or ()


def _whole(written: Any) -> int:
    """Capabilities are texts, fractions among them: a slice of a GPU counts as one."""
    return ceil(float(written)) if written else 0

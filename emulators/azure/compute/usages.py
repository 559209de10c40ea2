"""Usage of a region as Compute shows it: names as odd as the recorded ones, in their order."""

from typing import Any

from emulators.azure.compute.quota import REGIONAL, SPOT, Quota

_SHOWN_NAMES = {
    REGIONAL: "Total Regional vCPUs",
    SPOT: "Total Regional Low-priority vCPUs",
    "StandardNCADSA100v4Family": "Standard NCADS_A100_v4 Family vCPUs",
    "standard NDAMSv4_A100Family": "Standard NDAMSv4_A100Family vCPUs",
}

_SETS = (("availabilitySets", "Availability Sets", 2500),)
_MACHINES = (
    ("virtualMachines", "Virtual Machines", 25000),
    ("virtualMachineScaleSets", "Virtual Machine Scale Sets", 2500),
    ("dedicatedVCpus", "Dedicated vCPUs", 3000),
    ("cloudServices", "Cloud Services", 2500),
)
_STORED = (
    ("StandardDiskCount", "Standard Storage Managed Disks", 50000),
    ("PremiumDiskCount", "Premium Storage Managed Disks", 50000),
    ("StandardSSDDiskCount", "StandardSSDStorageDisks", 50000),
    ("DiskEncryptionSetCount", "DiskEncryptionSets", 5000),
    ("DiskAccessCount", "DiskAccesses", 1000),
    ("Gallery", "Gallery", 100),
    ("GalleryImage", "Gallery Image", 1000),
    ("GalleryImageVersion", "Gallery Image Version", 10000),
)
"""What is counted beside vCPUs, with the recorded limits."""


def usages(quota: Quota, region: str) -> list[dict[str, Any]]:
    counts = {
        "virtualMachines": quota.machines(region),
        "virtualMachineScaleSets": quota.scale_sets(region),
    }

    def cores(name: str) -> dict[str, Any]:
        return _item(name, _shown(name), quota.usage(region, name), quota.limit(region, name))

    def others(rows: tuple[tuple[str, str, int], ...]) -> list[dict[str, Any]]:
        return [_item(name, shown, counts.get(name, 0), limit) for name, shown, limit in rows]

    families = [cores(name) for name in quota.names() if name not in (REGIONAL, SPOT)]
    return [
        *others(_SETS),
        cores(REGIONAL),
        *others(_MACHINES),
        cores(SPOT),
        *families,
        *others(_STORED),
    ]


def _item(name: str, shown: str, current: int, limit: int) -> dict[str, Any]:
    return {
        "limit": limit,
        "unit": "Count",
        "currentValue": current,
        "name": {"value": name, "localizedValue": shown},
    }


def _shown(family: str) -> str:
    """`standardDSv5Family` is shown as `Standard DSv5 Family vCPUs`, with exceptions."""
    if family in _SHOWN_NAMES:
        return _SHOWN_NAMES[family]
    words = family.removesuffix("Family").removeprefix("standard").removeprefix("Standard")
    return f"Standard {words.strip()} Family vCPUs"

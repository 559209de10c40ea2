"""vCPU usage of a region as Compute shows it: names as odd as the recorded ones."""

from typing import Any

from emulators.azure.compute.quota import REGIONAL, SPOT, Quota

_SHOWN_NAMES = {REGIONAL: "Total Regional vCPUs", SPOT: "Total Regional Low-priority vCPUs"}

_COUNTED = (
    ("availabilitySets", "Availability Sets", 2500),
    ("virtualMachines", "Virtual Machines", 25000),
    ("virtualMachineScaleSets", "Virtual Machine Scale Sets", 2500),
)
"""What is counted beside vCPUs, with Azure's documented default limits."""


def usages(quota: Quota, region: str) -> list[dict[str, Any]]:
    counts = {
        "virtualMachines": quota.machines(region),
        "virtualMachineScaleSets": quota.scale_sets(region),
    }
    others = [_item(name, shown, counts.get(name, 0), limit) for name, shown, limit in _COUNTED]
    cores = [
        _item(name, _shown(name), quota.usage(region, name), quota.limit(region, name))
        for name in quota.names()
    ]
    return [*others, *cores]


def _item(name: str, shown: str, current: int, limit: int) -> dict[str, Any]:
    return {
        "limit": limit,
        "unit": "Count",
        "currentValue": current,
        "name": {"value": name, "localizedValue": shown},
    }


def _shown(family: str) -> str:
    """`standardDSv5Family` is shown as `Standard DSv5 Family vCPUs`; others as they are."""
    if family in _SHOWN_NAMES:
        return _SHOWN_NAMES[family]
    words = family.removesuffix("Family").removeprefix("standard").removeprefix("Standard")
    return f"Standard {words.strip()} Family vCPUs"

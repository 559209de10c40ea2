"""VM sizes as the SKU list shows them.

Recorded items (2018) have the capabilities vCPUs and MemoryGB; `GPUs` is assumed from its
documentation. Sizes have no memory here, so that capability is left out.
"""

from typing import Any

from emulators.azure.compute.vm_sizes import VmSize, VmSizes
from emulators.azure.regions import REGIONS


def skus(sizes: VmSizes, region: str | None) -> list[dict[str, Any]]:
    """One item per size and region, of one region only when it is given."""
    regions = REGIONS if region is None else (region,)
    return [_item(size, each) for each in regions for size in sizes.all()]


def _item(size: VmSize, region: str) -> dict[str, Any]:
    capabilities = [{"name": "vCPUs", "value": str(size.vcpus)}]
    if size.gpus:
        capabilities.append({"name": "GPUs", "value": str(size.gpus)})
    return {
        "resourceType": "virtualMachines",
        "name": size.name,
        "tier": "Standard",
        "size": size.name.removeprefix("Standard_"),
        "family": size.family,
        "locations": [region],
        "locationInfo": [
            {"location": region, "zones": ["1", "2", "3"], "zoneDetails": []},
        ],
        "capabilities": capabilities,
        "restrictions": [],
    }

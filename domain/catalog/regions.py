"""Azure regions: the default allow-list, and one spelling for each."""

import re

DEFAULT_ALLOWED_REGIONS: tuple[str, ...] = (
    "eastus",
    "eastus2",
    "northeurope",
    "southcentralus",
    "swedencentral",
    "uksouth",
    "westeurope",
    "westus3",
)


def normalise_region(region: str) -> str:
    """The name that ARM uses: `West Europe` and `westeurope` are one region."""
    return re.sub(r"\s+", "", region).lower()

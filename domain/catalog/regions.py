"""Azure regions: the ones allowed by default, their display names and how people spell them."""

import re

DISPLAY_NAMES: dict[str, str] = {
    "eastus": "East US",
    "eastus2": "East US 2",
    "northeurope": "North Europe",
    "southcentralus": "South Central US",
    "swedencentral": "Sweden Central",
    "uksouth": "UK South",
    "westeurope": "West Europe",
    "westus3": "West US 3",
}

DEFAULT_ALLOWED_REGIONS: tuple[str, ...] = tuple(DISPLAY_NAMES)


def normalise_region(region: str) -> str:
    """The name ARM uses: `West Europe` and `westeurope` are one region."""
    return re.sub(r"\s+", "", region).lower()


def display_region(region: str) -> str:
    """The name people read; an unknown region is shown as it is."""
    return DISPLAY_NAMES.get(normalise_region(region), region)

"""The regions as `GET /subscriptions/{id}/locations` shows them."""

from typing import Any

from emulators.azure.regions import REGIONS

_NAMES: dict[str, tuple[str, str, str]] = {
    "australiaeast": ("Australia East", "Australia", "Asia Pacific"),
    "brazilsouth": ("Brazil South", "Brazil", "South America"),
    "canadacentral": ("Canada Central", "Canada", "Canada"),
    "centralindia": ("Central India", "India", "Asia Pacific"),
    "centralus": ("Central US", "United States", "US"),
    "eastasia": ("East Asia", "Asia Pacific", "Asia Pacific"),
    "eastus": ("East US", "United States", "US"),
    "eastus2": ("East US 2", "United States", "US"),
    "francecentral": ("France Central", "France", "Europe"),
    "germanywestcentral": ("Germany West Central", "Germany", "Europe"),
    "italynorth": ("Italy North", "Italy", "Europe"),
    "japaneast": ("Japan East", "Japan", "Asia Pacific"),
    "koreacentral": ("Korea Central", "Korea", "Asia Pacific"),
    "northcentralus": ("North Central US", "United States", "US"),
    "northeurope": ("North Europe", "Europe", "Europe"),
    "norwayeast": ("Norway East", "Norway", "Europe"),
    "polandcentral": ("Poland Central", "Poland", "Europe"),
    "southafricanorth": ("South Africa North", "South Africa", "Africa"),
    "southcentralus": ("South Central US", "United States", "US"),
    "southeastasia": ("Southeast Asia", "Asia Pacific", "Asia Pacific"),
    "spaincentral": ("Spain Central", "Spain", "Europe"),
    "swedencentral": ("Sweden Central", "Sweden", "Europe"),
    "switzerlandnorth": ("Switzerland North", "Switzerland", "Europe"),
    "uaenorth": ("UAE North", "UAE", "Middle East"),
    "uksouth": ("UK South", "United Kingdom", "Europe"),
    "westeurope": ("West Europe", "Europe", "Europe"),
    "westus": ("West US", "United States", "US"),
    "westus2": ("West US 2", "United States", "US"),
    "westus3": ("West US 3", "United States", "US"),
}


def display_name(region: str) -> str:
    return _NAMES[region][0]


def locations(subscription_id: str) -> list[dict[str, Any]]:
    return [_location(subscription_id, region) for region in REGIONS]


def _location(subscription_id: str, region: str) -> dict[str, Any]:
    """Coordinates and paired regions are left out: nothing that is simulated depends on them."""
    name, geography, group = _NAMES[region]
    return {
        "id": f"/subscriptions/{subscription_id}/locations/{region}",
        "name": region,
        "type": "Region",
        "displayName": name,
        "regionalDisplayName": f"({group}) {name}",
        "metadata": {
            "regionType": "Physical",
            "regionCategory": "Recommended",
            "geography": geography,
            "geographyGroup": group,
        },
    }

"""Regions in which Front Door can place the private endpoint of an origin."""

from collections.abc import Mapping

_OFFERING = (
    "australiaeast brazilsouth canadacentral centralindia centralus eastasia eastus eastus2 "
    "francecentral germanywestcentral japaneast koreacentral northeurope norwayeast "
    "southafricanorth southcentralus southeastasia swedencentral uaenorth uksouth westeurope "
    "westus2 westus3"
)
"""Documented: learn.microsoft.com/azure/frontdoor/private-link, of the public cloud."""

_NEAREST_TO_OTHERS = {
    "australiaeast": "australiacentral australiasoutheast newzealandnorth",
    "brazilsouth": "chilecentral",
    "canadacentral": "canadaeast",
    "centralindia": "southindia westindia",
    "centralus": "northcentralus westcentralus",
    "francecentral": "spaincentral",
    "germanywestcentral": "austriaeast italynorth polandcentral switzerlandnorth",
    "japaneast": "japanwest",
    "southcentralus": "mexicocentral",
    "southeastasia": "indonesiacentral malaysiawest",
    "uaenorth": "israelcentral qatarcentral",
    "uksouth": "ukwest",
    "westeurope": "belgiumcentral",
    "westus2": "westus",
}
"""By the distance between the places that Azure names for its regions."""

PRIVATE_LINK_LOCATIONS: Mapping[str, str] = {region: region for region in _OFFERING.split()} | {
    region: nearest
    for nearest, regions in _NEAREST_TO_OTHERS.items()
    for region in regions.split()
}
"""By the region of a cell: the same one, or else the nearest."""


def find_private_link_location(region: str) -> str | None:
    """None for a region that this table does not have."""
    return PRIVATE_LINK_LOCATIONS.get(region)

"""Azure regions: the default allow-list, and one spelling for each."""

import re
from collections.abc import Mapping

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

_REGIONS_BY_STANDARD_TIME = {
    "-08:00": "westus westus2",
    "-07:00": "westcentralus westus3",
    "-06:00": "centralus mexicocentral northcentralus southcentralus",
    "-05:00": "canadacentral canadaeast eastus eastus2",
    "-04:00": "chilecentral",
    "-03:00": "brazilsouth",
    "+00:00": "northeurope uksouth ukwest",
    "+01:00": "austriaeast belgiumcentral francecentral germanywestcentral italynorth norwayeast "
    "polandcentral spaincentral swedencentral switzerlandnorth westeurope",
    "+02:00": "israelcentral southafricanorth",
    "+03:00": "qatarcentral",
    "+04:00": "uaenorth",
    "+05:30": "centralindia southindia westindia",
    "+07:00": "indonesiacentral",
    "+08:00": "eastasia malaysiawest southeastasia",
    "+09:00": "japaneast japanwest koreacentral",
    "+10:00": "australiacentral australiaeast australiasoutheast",
    "+12:00": "newzealandnorth",
}

UTC_OFFSETS: Mapping[str, str] = {
    region: offset
    for offset, regions in _REGIONS_BY_STANDARD_TIME.items()
    for region in regions.split()
}
"""Standard time where a region is, without daylight saving time; UTC where it is not listed."""


def normalise_region(region: str) -> str:
    """The name that ARM uses: `West Europe` and `westeurope` are one region."""
    return re.sub(r"\s+", "", region).lower()

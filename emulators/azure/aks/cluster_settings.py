"""Settings of a cluster that AKS checks and completes: upgrades, tier and who may reach it.

Recorded are the answers; the values on offer are those of the REST specification, and the
sentences of the refusals are assumed.
"""

from ipaddress import IPv4Network
from typing import Any

from emulators.azure.aks import errors

CHANNELS = ("none", "patch", "stable", "rapid", "node-image")
NODE_CHANNELS = ("None", "Unmanaged", "SecurityPatch", "NodeImage")
SKU_NAMES = ("Base", "Automatic")
TIERS = ("Free", "Standard", "Premium")
MAX_RANGES = 200

_CHANNEL = "properties.autoUpgradeProfile.upgradeChannel"
_NODE_CHANNEL = "properties.autoUpgradeProfile.nodeOSUpgradeChannel"
_RANGES = "properties.apiServerAccessProfile.authorizedIPRanges"

Settings = dict[str, Any]


def check_settings(body: Settings) -> None:
    """Check what a PUT asks for, be the cluster new or not."""
    properties = body.get("properties") or {}
    _check_sku(body.get("sku") or {})
    _check_upgrades(properties.get("autoUpgradeProfile") or {})
    _check_access(properties.get("apiServerAccessProfile") or {})


def sku(requested: Settings | None, present: Settings | None = None) -> Settings:
    return {**(present or {"name": "Base", "tier": "Free"}), **_given(requested)}


def upgrade_profile(requested: Settings | None) -> Settings:
    given = _given(requested)
    channels = {"nodeOSUpgradeChannel": "NodeImage", **given}
    return {name: channels[name] for name in ("upgradeChannel", *channels) if name in channels}


def access_profile(requested: Settings | None) -> Settings | None:
    """None where nothing is left: an empty list of ranges takes the whole profile away."""
    given = _given(requested)
    if not given.get("authorizedIPRanges"):
        given.pop("authorizedIPRanges", None)
    if given.get("enablePrivateCluster"):
        given = {
            **given,
            "privateDNSZone": given.get("privateDNSZone") or "system",
            "enablePrivateClusterPublicFQDN": given.get("enablePrivateClusterPublicFQDN", True),
        }
    return given or None


def _given(requested: Settings | None) -> Settings:
    return {name: value for name, value in (requested or {}).items() if value not in (None, "")}


def _check_sku(requested: Settings) -> None:
    _check_choice("sku.name", requested.get("name"), SKU_NAMES)
    _check_choice("sku.tier", requested.get("tier"), TIERS)


def _check_upgrades(requested: Settings) -> None:
    channel = requested.get("upgradeChannel")
    node_channel = requested.get("nodeOSUpgradeChannel")
    _check_choice(_CHANNEL, channel, CHANNELS)
    _check_choice(_NODE_CHANNEL, node_channel, NODE_CHANNELS)
    if channel == "node-image" and node_channel not in (None, "", "NodeImage"):
        raise errors.invalid_parameter(_NODE_CHANNEL, errors.AUTO_UPGRADE_HELP)


def _check_access(requested: Settings) -> None:
    ranges = requested.get("authorizedIPRanges") or []
    is_private = bool(requested.get("enablePrivateCluster"))
    too_many = len(ranges) > MAX_RANGES or (ranges and is_private)
    if too_many or not all(_is_range(each) for each in ranges):
        raise errors.invalid_parameter(_RANGES, errors.AUTHORIZED_RANGES_HELP)


def _is_range(text: str) -> bool:
    try:
        IPv4Network(text, strict=False)
    except ValueError:
        return False
    return True


def _check_choice(name: str, value: str | None, choices: tuple[str, ...]) -> None:
    if value and value not in choices:
        raise errors.invalid_parameter(name, "https://aka.ms/aks")

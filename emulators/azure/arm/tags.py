"""Names of tags ignore case and keep the spelling that they came with."""

from collections.abc import Mapping
from typing import Any

TAGGED_TYPES = frozenset(
    {
        "microsoft.resources/subscriptions/resourcegroups",
        "microsoft.containerservice/managedclusters",
        "microsoft.cdn/profiles",
        "microsoft.cdn/profiles/afdendpoints",
        "microsoft.network/frontdoorwebapplicationfirewallpolicies",
    }
)
"""The simulated types with tags of their own: ARM keeps track of these, and of no others."""


def one_of_each(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags of one request with each name once.

    That ARM keeps one pair of several spellings is reported; that it is the first spelling with
    the last value is assumed.
    """
    spellings: dict[str, str] = {}
    kept: dict[str, str] = {}
    for name, value in tags.items():
        kept[spellings.setdefault(name.lower(), name)] = value
    return kept


def spelling_of(tags: Mapping[str, str], name: str) -> str | None:
    """How the tags spell a name, or None when they do not have it."""
    return next((each for each in tags if each.lower() == name.lower()), None)


def with_each_tag_once(body: dict[str, Any]) -> dict[str, Any]:
    """The body of a request with the tags of the resource itself and of its agent pools so."""
    changed = _cleaned(body)
    properties = changed.get("properties")
    if not isinstance(properties, dict):
        return changed
    properties = _cleaned(properties)
    pools = properties.get("agentPoolProfiles")
    if isinstance(pools, list):
        cleaned = [_cleaned(each) if isinstance(each, dict) else each for each in pools]
        properties["agentPoolProfiles"] = cleaned
    return {**changed, "properties": properties}


def _cleaned(holder: dict[str, Any]) -> dict[str, Any]:
    """What has tags with each of them once; the services refuse what is no object."""
    tags = holder.get("tags")
    return {**holder, "tags": one_of_each(tags)} if isinstance(tags, dict) else dict(holder)

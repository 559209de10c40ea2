"""The `$filter` of lists: the few comparisons that ARM documents for groups and resources."""

import re
from collections.abc import Callable

from emulators.azure.arm.answers import ArmError
from emulators.azure.arm.errors import gateway_error
from emulators.azure.arm.resources import Resource

Predicate = Callable[[Resource], bool]

_NAMES = "tagName|tagValue|resourceType|resourceGroup|name|location"
_COMPARISON = re.compile(rf"\s*({_NAMES})\s+eq\s+'([^']*)'\s*", re.IGNORECASE)
"""Names ignore case: the Azure CLI writes `tagname`."""


def matching(text: str | None, resources: list[Resource]) -> list[Resource]:
    """The resources that a `$filter` lets through; raises when it cannot be read."""
    if not text:
        return resources
    wanted: dict[str, str] = {}
    for part in re.split(r"\s+and\s+", text.strip()):
        comparison = _COMPARISON.fullmatch(part)
        if comparison is None:
            raise invalid_filter(text)
        wanted[comparison[1].lower()] = comparison[2]
    if "tagvalue" in wanted and "tagname" not in wanted:
        raise invalid_filter(text)
    return [each for each in resources if _matches(each, wanted)]


def invalid_filter(text: str) -> ArmError:
    return gateway_error(
        400,
        "InvalidFilterInQueryString",
        f"Invalid $filter '{text}' specified in the query string.",
    )


def _matches(resource: Resource, wanted: dict[str, str]) -> bool:
    # Names of tags ignore case, values do not.
    tags = {name.lower(): value for name, value in (resource.body.get("tags") or {}).items()}
    given = {
        "resourcetype": resource.type.lower(),
        "resourcegroup": resource.group,
        "name": resource.name.lower(),
        "location": str(resource.body.get("location")).lower(),
    }
    same = all(given[name] == wanted[name].lower() for name in given.keys() & wanted.keys())
    tag_name = wanted.get("tagname", "").lower()
    has_tag = not tag_name or tag_name in tags
    return same and has_tag and wanted.get("tagvalue") in (None, tags.get(tag_name))

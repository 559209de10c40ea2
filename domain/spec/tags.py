"""Tags of one's own on all Azure resources of an environment.

learn.microsoft.com/azure/azure-resource-manager/management/tag-resources: names of tags ignore
case, values have up to 256 characters, and some prefixes are reserved. Resources of Microsoft.Cdn,
as Front Door's are, and DNS records take 15 tags, DNS zones no blanks in names and no digit first,
Front Door neither `#` nor `:`.
"""

from typing import Annotated

from pydantic import Field
from pydantic_core import PydanticCustomError

TAG_NAME_PATTERN = r"^[A-Za-z_][A-Za-z0-9_.-]*$"
TAG_VALUE_PATTERN = r"^[^\x00-\x1f\x7f]*$"

OWN_TAGS = frozenset(
    {"gridplane-environment", "cost-center", "owner", "environment", "managed-by"}
)
"""Those that Gridplane sets."""

MAX_TAGS = 15 - len(OWN_TAGS)

_RESERVED_PREFIXES = ("microsoft", "azure", "windows")

TagName = Annotated[str, Field(pattern=TAG_NAME_PATTERN, max_length=128)]
TagValue = Annotated[str, Field(pattern=TAG_VALUE_PATTERN, min_length=1, max_length=256)]

TAG_FIX = (
    "Use names of letters, digits, '_', '-' and '.', without a digit first, and values without "
    "control characters."
)


def check_tags(tags: dict[str, str]) -> dict[str, str]:
    """Raises PydanticCustomError."""
    folded = [name.lower() for name in tags]
    if len(set(folded)) != len(folded):
        raise PydanticCustomError("DuplicateTag", "Write each tag once: Azure ignores their case.")
    for name in folded:
        if name in OWN_TAGS:
            raise PydanticCustomError(
                "ReservedTag", "'{name}' is set by Gridplane: leave it out.", {"name": name}
            )
        if name.startswith(_RESERVED_PREFIXES):
            raise PydanticCustomError(
                "ReservedTag",
                "'{name}' has a prefix that Azure reserves: use another name.",
                {"name": name},
            )
    return tags

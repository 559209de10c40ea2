"""Takes an ARM resource id apart."""

from typing import NamedTuple

EXTENDS_ANYTHING = "Microsoft.Authorization"
"""A provider whose resources extend others, also resource groups and subscriptions."""
RESOURCE_GROUP_TYPE = "Microsoft.Resources/resourceGroups"


class ResourcePath(NamedTuple):
    resource_type: str
    """With its provider, such as `Microsoft.Cdn/profiles/afdEndpoints`."""

    names: tuple[str, ...]
    """The resource group, the resource's ancestors and the resource itself, from the outside in:
    the order in which the operations of Azure's management packages take them. Of an extension of
    another resource, such as a role assignment: that resource's id, and its own name."""

    @property
    def provider(self) -> str:
        return self.resource_type.partition("/")[0]


def parse_resource_id(resource_id: str) -> ResourcePath:
    """Raises ValueError for what is no id of a resource or resource group."""
    scope, _, extension = resource_id.rpartition("/providers/")
    match extension.split("/"):
        case [provider, kind, name] if "/providers/" in scope or provider == EXTENDS_ANYTHING:
            return ResourcePath(f"{provider}/{kind}", (scope, name))
        case _:
            pass
    match resource_id.split("/"):
        case ["", "subscriptions", _, "resourceGroups", group]:
            return ResourcePath(RESOURCE_GROUP_TYPE, (group,))
        case ["", "subscriptions", _, "resourceGroups", group, "providers", provider, *rest] if (
            rest and len(rest) % 2 == 0
        ):
            return ResourcePath("/".join([provider, *rest[::2]]), (group, *rest[1::2]))
        case _:
            raise ValueError(f"'{resource_id}' is no resource id.")

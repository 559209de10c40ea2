"""Takes an ARM resource id apart."""

from typing import NamedTuple

RESOURCE_GROUP_TYPE = "Microsoft.Resources/resourceGroups"


class ResourcePath(NamedTuple):
    resource_type: str
    """With its provider, such as `Microsoft.Cdn/profiles/afdEndpoints`."""

    names: tuple[str, ...]
    """The resource group, the resource's ancestors and the resource itself, from the outside in:
    the order in which the operations of Azure's management packages take them."""

    @property
    def provider(self) -> str:
        return self.resource_type.partition("/")[0]


def parse_resource_id(resource_id: str) -> ResourcePath:
    """Raises ValueError for what is no id of a resource or resource group."""
    match resource_id.split("/"):
        case ["", "subscriptions", _, "resourceGroups", group]:
            return ResourcePath(RESOURCE_GROUP_TYPE, (group,))
        case ["", "subscriptions", _, "resourceGroups", group, "providers", provider, *rest] if (
            rest and len(rest) % 2 == 0
        ):
            return ResourcePath("/".join([provider, *rest[::2]]), (group, *rest[1::2]))
        case _:
            raise ValueError(f"'{resource_id}' is no resource id.")

"""Every ARM resource of the subscription by its id, whatever service it belongs to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Resource:
    """One resource. `body` is what a GET shows, without the provisioning state."""

    id: str
    type: str
    name: str
    created_at: datetime
    state: str
    body: dict[str, Any]
    etag: str = ""
    on_removed: Callable[[], None] | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        return self.id.lower()

    @property
    def properties(self) -> dict[str, Any]:
        return self.body["properties"]

    @property
    def group(self) -> str:
        """The resource group's name in lower case."""
        return self.key.split("/")[4]


class Resources:
    """Finds resources by id, whose case does not matter."""

    def __init__(self) -> None:
        self._by_key: dict[str, Resource] = {}
        self._by_parent: dict[str, dict[str, Resource]] = {}

    def get(self, resource_id: str) -> Resource | None:
        return self._by_key.get(resource_id.lower())

    def holds(self, resource: Resource) -> bool:
        """True while exactly this resource, not a namesake created later, is there."""
        return self._by_key.get(resource.key) is resource

    def add(self, resource: Resource) -> None:
        self._by_key[resource.key] = resource
        self._by_parent.setdefault(_parent_of(resource.key), {})[resource.key] = resource

    def remove(self, resource: Resource) -> None:
        """Remove the resource with all that lies below it, children first."""
        doomed = [each for each in self._by_key.values() if _is_below(each, resource.key)]
        for each in [*reversed(doomed), resource]:
            if self._by_key.pop(each.key, None) is None:
                continue
            self._leave_parent(each.key)
            if each.on_removed is not None:
                each.on_removed()

    def _leave_parent(self, key: str) -> None:
        siblings = self._by_parent[_parent_of(key)]
        del siblings[key]
        if not siblings:
            del self._by_parent[_parent_of(key)]

    def children(self, parent_id: str, resource_type: str) -> list[Resource]:
        """The resources of a type that lie directly below `parent_id`."""
        found = self._by_parent.get(parent_id.rstrip("/").lower(), {}).values()
        return [each for each in found if each.type.lower() == resource_type.lower()]

    def below(self, ancestor_id: str) -> list[Resource]:
        prefix = ancestor_id.lower()
        return [each for each in self._by_key.values() if _is_below(each, prefix)]

    def of_type(self, resource_type: str) -> list[Resource]:
        wanted = resource_type.lower()
        return [each for each in self._by_key.values() if each.type.lower() == wanted]

    def all(self) -> Iterable[Resource]:
        return list(self._by_key.values())


def _is_below(resource: Resource, prefix: str) -> bool:
    return resource.key.startswith(prefix + "/")


def _parent_of(key: str) -> str:
    """Without the last type and name."""
    return key.rsplit("/", 2)[0]

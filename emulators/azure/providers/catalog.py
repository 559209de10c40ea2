"""What each resource provider offers: read off the routes of the simulated services."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from emulators.azure.arm.routing import Route
from emulators.azure.regions import REGIONS
from emulators.azure.subscriptions.locations import display_name

GLOBAL_NAMESPACES = ("microsoft.cdn", "microsoft.network")
"""Of the latter only the WAF policies of Front Door are simulated, and they are global."""

_NAMESPACE = re.compile(r"/providers/([^/{]+)/", re.IGNORECASE)


@dataclass(slots=True)
class Provider:
    """A namespace with the resource types in it and the api-versions of each, newest first."""

    namespace: str
    types: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


def namespace_of(pattern: str) -> str | None:
    """The provider that a route belongs to, or None for what ARM itself answers."""
    found = _NAMESPACE.search(pattern)
    return found[1] if found else None


class Catalog:
    """Finds providers by namespace, whose case does not matter."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._providers: dict[str, Provider] = {}
        for route in routes:
            namespace = namespace_of(route.pattern)
            if namespace is None:
                continue
            provider = self._providers.setdefault(namespace.lower(), Provider(namespace))
            if route.resource_type is not None:
                types = route.resource_type.partition("/")[2]
                versions = sorted(route.versions.named, reverse=True)
                provider.types.setdefault(types, tuple(versions))

    def find(self, namespace: str) -> Provider | None:
        return self._providers.get(namespace.lower())

    def all(self) -> list[Provider]:
        return list(self._providers.values())


def types_wire(provider: Provider) -> list[dict[str, Any]]:
    is_global = provider.namespace.lower() in GLOBAL_NAMESPACES
    places = ["global"] if is_global else [display_name(region) for region in REGIONS]
    return [
        {
            "resourceType": types,
            "locations": places,
            "apiVersions": list(versions),
            "defaultApiVersion": versions[0],
            "capabilities": "SupportsTags, SupportsLocation" if "/" not in types else "None",
        }
        for types, versions in provider.types.items()
    ]

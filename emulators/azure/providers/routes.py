"""Routes of resource providers: list, show, register and unregister."""

from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import unknown_namespace
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import SUBSCRIPTION, ApiVersions, Handler, Route
from emulators.azure.latency import Duration
from emulators.azure.providers import errors
from emulators.azure.providers.catalog import Catalog, Provider, types_wire
from emulators.azure.providers.registrations import ALWAYS_REGISTERED, Registrations

VERSIONS = ApiVersions("2014-04-01", "2025-04-01", ("2021-04-01", "2022-09-01", "2025-04-01"))

PROVIDERS = f"{SUBSCRIPTION}/providers"
PROVIDER = f"{PROVIDERS}/{{namespace}}"
READ_LATENCY = Duration(0.1, 0.2, 0.4)


class ProviderRoutes:
    """Parses requests for resource providers and formats what comes back."""

    def __init__(self, platform: Platform, catalog: Catalog, registrations: Registrations) -> None:
        self._platform = platform
        self._catalog = catalog
        self._registrations = registrations

    def routes(self) -> list[Route]:
        def provider(method: str, pattern: str, handler: Handler) -> Route:
            return Route(method, pattern, handler, VERSIONS)

        return [
            provider("GET", PROVIDERS, self.list),
            provider("GET", PROVIDER, self.get),
            provider("POST", f"{PROVIDER}/register", self.register),
            provider("POST", f"{PROVIDER}/unregister", self.unregister),
        ]

    async def list(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        return Answer(200, {"value": [self._wire(each) for each in self._catalog.all()]})

    async def get(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        return Answer(200, self._wire(self._find(request)))

    async def register(self, request: ArmRequest) -> Answer:
        provider = self._find(request)
        await self._platform.latencies.pause(READ_LATENCY)
        self._registrations.register(provider.namespace)
        return Answer(200, self._wire(provider))

    async def unregister(self, request: ArmRequest) -> Answer:
        provider = self._find(request)
        await self._platform.latencies.pause(READ_LATENCY)
        prefix = f"{provider.namespace}/".lower()
        for each in self._platform.resources.all():
            if each.type.lower().startswith(prefix):
                raise errors.in_use(provider.namespace, each.id)
        self._registrations.unregister(provider.namespace)
        return Answer(200, self._wire(provider))

    def _find(self, request: ArmRequest) -> Provider:
        provider = self._catalog.find(request.params["namespace"])
        if provider is None:
            raise unknown_namespace(request.params["namespace"])
        return provider

    def _wire(self, provider: Provider) -> dict[str, Any]:
        namespace = provider.namespace
        free = namespace.lower() in ALWAYS_REGISTERED
        return {
            "id": f"/subscriptions/{self._platform.subscription_id}/providers/{namespace}",
            "namespace": namespace,
            "registrationPolicy": "RegistrationFree" if free else "RegistrationRequired",
            "registrationState": self._registrations.state(namespace),
            "resourceTypes": types_wire(provider),
        }

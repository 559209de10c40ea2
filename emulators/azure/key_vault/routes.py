"""Routes of vaults in ARM, all of them synchronous."""

from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import resource_not_found
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.routing import GROUP, SUBSCRIPTION, ApiVersions, Handler, Route
from emulators.azure.key_vault.models import HOST_SUFFIX, VAULT_TYPE, Vaults
from emulators.azure.latency import Duration

VERSIONS = ApiVersions("2016-10-01", "2026-02-01", ("2022-07-01", "2023-07-01", "2024-11-01"))
VAULTS = f"{GROUP}/providers/{VAULT_TYPE}"
VAULT = f"{VAULTS}/{{vault}}"

READ = Duration(0.1, 0.2, 0.5)
WRITE = Duration(0.5, 1.0, 2.0)


class VaultRoutes:
    """A PUT is answered 200 for a new vault as well, without an operation to follow."""

    def __init__(self, platform: Platform, vaults: Vaults) -> None:
        self._platform = platform
        self._vaults = vaults

    def routes(self) -> list[Route]:
        def route(method: str, pattern: str, handler: Handler) -> Route:
            return Route(method, pattern, handler, VERSIONS, VAULT_TYPE)

        return [
            route("GET", f"{SUBSCRIPTION}/providers/{VAULT_TYPE}", self.list_all),
            route("GET", VAULTS, self.list),
            route("GET", VAULT, self.get),
            route("PUT", VAULT, self.put),
            route("DELETE", VAULT, self.delete),
        ]

    async def list_all(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        return Answer(200, {"value": [self._wire(each) for each in self._vaults.all()]})

    async def list(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        group = request.group.lower()
        found = [each for each in self._vaults.all() if each.group == group]
        return Answer(200, {"value": [self._wire(each) for each in found]})

    async def get(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        vault = self._vaults.find(request)
        if vault is None:
            raise resource_not_found(request.path)
        return Answer(200, self._wire(vault))

    async def put(self, request: ArmRequest) -> Answer:
        """Its vaultUri has no slash at the end, that of a GET has one: recorded."""
        vault = self._vaults.put(request)
        body = self._wire(vault, slash="")
        await self._platform.latencies.wait(f"ARM PUT vault {vault.name}", WRITE)
        return Answer(200, body)

    async def delete(self, request: ArmRequest) -> Answer:
        vault = self._vaults.find(request)
        if vault is None:
            return Answer(204)
        self._vaults.remove(vault)
        await self._platform.latencies.wait(f"ARM DELETE vault {vault.name}", WRITE)
        return Answer(200)

    def _wire(self, vault: Resource, slash: str = "/") -> dict[str, Any]:
        return {
            "id": vault.id,
            "name": vault.name,
            "type": VAULT_TYPE,
            "location": vault.body["location"],
            "tags": vault.body["tags"],
            "properties": {
                **vault.properties,
                "vaultUri": f"https://{vault.name.lower()}{HOST_SUFFIX}{slash}",
                "provisioningState": self._vaults.state_of(vault),
            },
        }

"""Routes of user-assigned identities and their federated credentials, all of them synchronous."""

from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import resource_not_found
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.routing import GROUP, ApiVersions, Handler, Route
from emulators.azure.identities import errors
from emulators.azure.identities.models import CREDENTIAL_TYPE, IDENTITY_TYPE, Identities, shown_id
from emulators.azure.latency import Duration

VERSIONS = ApiVersions("2018-11-30", "2024-11-30", ("2018-11-30", "2023-01-31", "2024-11-30"))
IDENTITIES = f"{GROUP}/providers/{IDENTITY_TYPE}"
IDENTITY = f"{IDENTITIES}/{{identity}}"
CREDENTIALS = f"{IDENTITY}/federatedIdentityCredentials"
CREDENTIAL = f"{CREDENTIALS}/{{credential}}"

READ = Duration(0.1, 0.2, 0.5)
WRITE = Duration(0.5, 1.0, 2.0)
"""Recorded: below two seconds."""


class IdentityRoutes:
    """A 201 has the path of the resource itself as its `Location`, which is no operation."""

    def __init__(self, platform: Platform, identities: Identities) -> None:
        self._platform = platform
        self._identities = identities

    def routes(self) -> list[Route]:
        def route(method: str, pattern: str, handler: Handler) -> Route:
            is_credential = pattern.startswith(CREDENTIALS)
            kind = CREDENTIAL_TYPE if is_credential else IDENTITY_TYPE
            return Route(method, pattern, handler, VERSIONS, kind)

        return [
            route("GET", IDENTITIES, self.list),
            route("GET", IDENTITY, self.get),
            route("PUT", IDENTITY, self.put),
            route("DELETE", IDENTITY, self.delete),
            route("GET", CREDENTIALS, self.list_credentials),
            route("GET", CREDENTIAL, self.get_credential),
            route("PUT", CREDENTIAL, self.put_credential),
            route("DELETE", CREDENTIAL, self.delete_credential),
        ]

    async def list(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        found = self._identities.of_group(request.group)
        return Answer(200, {"value": [_wire(each) for each in found]})

    async def get(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        identity = self._identities.find(request)
        if identity is None:
            raise resource_not_found(request.path)
        return Answer(200, _wire(identity))

    async def put(self, request: ArmRequest) -> Answer:
        identity, is_new = self._identities.put(request)
        await self._platform.latencies.wait(f"ARM PUT identity {identity.name}", WRITE)
        return _written(identity, is_new)

    async def delete(self, request: ArmRequest) -> Answer:
        identity = self._identities.find(request)
        if identity is None:
            return Answer(204)
        self._identities.remove(identity)
        await self._platform.latencies.wait(f"ARM DELETE identity {identity.name}", WRITE)
        return Answer(200)

    async def list_credentials(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        identity = self._identities.find(request)
        found = self._identities.credentials(identity) if identity else []
        return Answer(200, {"value": [_wire(each) for each in found]})

    async def get_credential(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        credential = self._identities.find_credential(request)
        if credential is None:
            raise errors.credential_not_found(shown_id(request.path))
        return Answer(200, _wire(credential))

    async def put_credential(self, request: ArmRequest) -> Answer:
        writing = self._identities.begin_write(request)
        try:
            credential, is_new = self._identities.put_credential(request)
            name = f"ARM PUT federated credential {credential.name}"
            await self._platform.latencies.wait(name, WRITE)
        finally:
            self._identities.end_write(writing)
        return _written(credential, is_new)

    async def delete_credential(self, request: ArmRequest) -> Answer:
        writing = self._identities.begin_write(request)
        try:
            credential = self._identities.find_credential(request)
            if credential is None:
                return Answer(204)
            self._identities.remove(credential)
            name = f"ARM DELETE federated credential {credential.name}"
            await self._platform.latencies.wait(name, WRITE)
        finally:
            self._identities.end_write(writing)
        return Answer(200)


def _written(resource: Resource, is_new: bool) -> Answer:
    if not is_new:
        return Answer(200, _wire(resource))
    return Answer(201, _wire(resource), {"Location": shown_id(resource.id)})


def _wire(resource: Resource) -> dict[str, Any]:
    return {
        **resource.body,
        "id": shown_id(resource.id),
        "name": resource.name,
        "type": resource.type,
    }

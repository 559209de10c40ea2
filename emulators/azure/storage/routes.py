"""Storage accounts in ARM: what role assignments are at."""

import re
from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import location_required, provider_error, resource_not_found
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.routing import GROUP, ApiVersions, Route
from emulators.azure.latency import Duration
from emulators.azure.resource_groups.models import ResourceGroups

ACCOUNT_TYPE = "Microsoft.Storage/storageAccounts"
VERSIONS = ApiVersions("2019-06-01", "2026-04-01", ("2023-05-01", "2024-01-01", "2025-06-01"))
ACCOUNT = f"{GROUP}/providers/{ACCOUNT_TYPE}/{{account}}"

READ = Duration(0.1, 0.2, 0.5)
WRITE = Duration(15.0, 20.0, 30.0)
"""Until a new account is there: what an operation would be polled for is waited for here."""

_NAME = re.compile(r"[a-z0-9]{3,24}")


class StorageRoutes:
    def __init__(self, platform: Platform, groups: ResourceGroups) -> None:
        self._platform = platform
        self._groups = groups

    def routes(self) -> list[Route]:
        handlers = (("GET", self.get), ("PUT", self.put), ("DELETE", self.delete))
        return [
            Route(method, ACCOUNT, handler, VERSIONS, ACCOUNT_TYPE) for method, handler in handlers
        ]

    async def get(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        found = self._find(request)
        if found is None:
            raise resource_not_found(request.path)
        return Answer(200, _wire(found))

    async def put(self, request: ArmRequest) -> Answer:
        found = self._find(request)
        if found is None:
            found = self._new(request)
            await self._platform.latencies.wait(f"ARM PUT storage account {found.name}", WRITE)
            self._platform.resources.add(found)
        else:
            found.body = {**found.body, **request.body}
        return Answer(200, _wire(found))

    async def delete(self, request: ArmRequest) -> Answer:
        found = self._find(request)
        if found is None:
            return Answer(204)
        self._platform.resources.remove(found)
        return Answer(200)

    def _find(self, request: ArmRequest) -> Resource | None:
        return self._platform.resources.get(self._id(request))

    def _new(self, request: ArmRequest) -> Resource:
        name = request.params["account"]
        if not _NAME.fullmatch(name):
            raise provider_error(
                400, "AccountNameInvalid", f"{name} is not a valid storage account name."
            )
        if not request.body.get("location"):
            raise location_required()
        return Resource(
            id=self._id(request),
            type=ACCOUNT_TYPE,
            name=name,
            created_at=self._platform.clock.now(),
            state="Succeeded",
            body={"tags": None, "properties": {}, **request.body},
        )

    def _id(self, request: ArmRequest) -> str:
        group = self._groups.id_of(request.group)
        return f"{group}/providers/{ACCOUNT_TYPE}/{request.params['account']}"


def _wire(account: Resource) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "type": ACCOUNT_TYPE,
        "kind": account.body.get("kind", "StorageV2"),
        "location": account.body["location"],
        "tags": account.body["tags"],
        "properties": {
            **account.properties,
            "primaryEndpoints": {"blob": f"https://{account.name}.blob.core.windows.net/"},
            "provisioningState": account.state,
        },
    }

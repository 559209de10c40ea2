"""User-assigned managed identities and their federated credentials.

By azure-mgmt-resource, which takes any resource by its id: two types that are written as they are
are not worth a package, which ADR 0023 measures.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from azure.mgmt.resource.resources.aio import ResourceManagementClient

from clients.answers import ArmAnswer
from clients.arm import ArmConnection
from clients.resource_client import ResourceClient, SdkCall, begin, call_raw

IDENTITY_VERSION = "2024-11-30"


class IdentitiesClient(ResourceClient):
    def __init__(self, arm: ArmConnection) -> None:
        package = arm.connect(ResourceManagementClient)
        super().__init__(package, {})
        resources = package.resources
        self._get, self._put, self._delete = (
            partial(call, api_version=IDENTITY_VERSION)
            for call in (
                resources.get_by_id,
                begin(resources.begin_create_or_update_by_id),
                begin(resources.begin_delete_by_id),
            )
        )

    async def get(self, resource_id: str) -> ArmAnswer:
        return await _call(self._get, resource_id)

    async def begin_put(self, resource_id: str, body: Mapping[str, Any]) -> ArmAnswer:
        return await _call(self._put, resource_id, body)

    async def begin_delete(self, resource_id: str) -> ArmAnswer:
        return await _call(self._delete, resource_id)


async def _call(call: SdkCall, resource_id: str, *arguments: object) -> ArmAnswer:
    """The package puts the slash before the id."""
    return await call_raw(call, resource_id.removeprefix("/"), *arguments)

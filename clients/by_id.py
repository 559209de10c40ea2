"""Resources by their ids, by azure-mgmt-resource, which takes any: a few types that are written as
they are are not worth a package, which ADR 0023 measures."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from azure.mgmt.resource.resources.aio import ResourceManagementClient

from clients.answers import ArmAnswer
from clients.arm import ArmConnection
from clients.resource_client import ResourceClient, begin, call_raw

PRIVATE_LINK_VERSION = "2024-05-01"
DNS_VERSION = "2018-05-01"


class ByIdClient(ResourceClient):
    def __init__(self, arm: ArmConnection, api_version: str) -> None:
        package = arm.connect(ResourceManagementClient)
        super().__init__(package, {})
        self._resources = package.resources
        self._api_version = api_version

    async def get(self, resource_id: str) -> ArmAnswer:
        call = partial(self._resources.get_by_id, api_version=self._api_version)
        return await call_raw(call, resource_id)

    async def begin_put(self, resource_id: str, body: Mapping[str, Any]) -> ArmAnswer:
        call = partial(self._resources.begin_create_or_update_by_id, api_version=self._api_version)
        return await call_raw(begin(call), resource_id, body)

    async def begin_delete(self, resource_id: str) -> ArmAnswer:
        call = partial(self._resources.begin_delete_by_id, api_version=self._api_version)
        return await call_raw(begin(call), resource_id)

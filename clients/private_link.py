"""Private Link services and the connections to them.

By their ids: the package for Microsoft.Network is larger than all others of the app together.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from azure.mgmt.resource.resources.aio import ResourceManagementClient

from clients.answers import ArmAnswer
from clients.arm import ArmConnection
from clients.resource_client import ResourceClient, begin, call_raw

NETWORK_API_VERSION = "2024-05-01"


class PrivateLinkClient(ResourceClient):
    def __init__(self, arm: ArmConnection) -> None:
        package = arm.connect(ResourceManagementClient)
        super().__init__(package, {})
        self._resources = package.resources

    async def get(self, resource_id: str) -> ArmAnswer:
        call = partial(self._resources.get_by_id, api_version=NETWORK_API_VERSION)
        return await call_raw(call, resource_id)

    async def begin_put(self, resource_id: str, body: Mapping[str, Any]) -> ArmAnswer:
        call = partial(
            self._resources.begin_create_or_update_by_id, api_version=NETWORK_API_VERSION
        )
        return await call_raw(begin(call), resource_id, body)

    async def begin_delete(self, resource_id: str) -> ArmAnswer:
        call = partial(self._resources.begin_delete_by_id, api_version=NETWORK_API_VERSION)
        return await call_raw(begin(call), resource_id)

"""Resource groups and the resources in them."""

from collections.abc import AsyncGenerator
from functools import partial

from azure.mgmt.resource.resources.aio import ResourceManagementClient

from clients.answers import ArmAnswer
from clients.arm import ArmConnection
from clients.resource_client import Operations, ResourceClient, begin, list_raw_pages
from domain.arm.resource_id import RESOURCE_GROUP_TYPE, parse_resource_id


class ResourceGroupsClient(ResourceClient):
    def __init__(self, arm: ArmConnection) -> None:
        package = arm.connect(ResourceManagementClient)
        self._resources, self._groups = package.resources, package.resource_groups
        groups = self._groups
        operations = Operations(groups.get, groups.create_or_update, begin(groups.begin_delete))
        super().__init__(package, {RESOURCE_GROUP_TYPE: operations})

    def list_groups(self) -> AsyncGenerator[ArmAnswer]:
        """The resource groups of the subscription, page by page. Raises NoAnswer."""
        return list_raw_pages(self._groups.list)

    def list_by_type(self, resource_type: str) -> AsyncGenerator[ArmAnswer]:
        """All resources of one type, page by page. Raises NoAnswer.

        With their tags, which ARM leaves out of a list that is filtered by tag.
        """
        return list_raw_pages(
            partial(self._resources.list, filter=f"resourceType eq '{resource_type}'")
        )

    def list_resources(self, group_id: str) -> AsyncGenerator[ArmAnswer]:
        """The resources of the group, page by page. Raises NoAnswer."""
        return list_raw_pages(
            self._resources.list_by_resource_group, *parse_resource_id(group_id).names
        )

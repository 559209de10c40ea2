"""Role assignments at any resource, by the operations on resources whose type has no package."""

from typing import Any

from azure.core.rest import HttpRequest
from azure.mgmt.resource.resources.aio import ResourceManagementClient

from clients.answering import read_answer
from clients.answers import ArmAnswer
from clients.arm import ArmConnection
from clients.resource_client import Operations, ResourceClient, SdkCall, begin
from domain.arm.naming import ROLE_ASSIGNMENT_TYPE

ROLES_API_VERSION = "2022-04-01"


class RoleAssignmentsClient(ResourceClient):
    def __init__(self, arm: ArmConnection) -> None:
        package = arm.connect(ResourceManagementClient)
        resources = package.resources
        operations = Operations(
            _by_id(resources.get_by_id),
            _by_id(begin(resources.begin_create_or_update_by_id)),
            _by_id(begin(resources.begin_delete_by_id)),
        )
        super().__init__(package, {ROLE_ASSIGNMENT_TYPE: operations})

    async def list_of_principal(self, scope: str, principal_id: str) -> ArmAnswer:
        """The principal's assignments at the scope and above it, on one page. Raises NoAnswer."""
        request = HttpRequest(
            "GET",
            f"{scope}/providers/{ROLE_ASSIGNMENT_TYPE}",
            params={
                "$filter": f"principalId eq '{principal_id}'",
                "api-version": ROLES_API_VERSION,
            },
        )
        return await read_answer(self._package.send_request(request))


def _by_id(call: SdkCall) -> SdkCall:
    """`call`, which takes an id, as one that takes the scope and the name."""

    async def called(scope: str, name: str, *arguments: object, **options: Any) -> object:
        resource_id = f"{scope}/providers/{ROLE_ASSIGNMENT_TYPE}/{name}"
        return await call(resource_id, *arguments, api_version=ROLES_API_VERSION, **options)

    return called

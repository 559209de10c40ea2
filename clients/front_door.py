"""Front Door profiles, their child resources, and the WAF policies that protect them."""

from typing import Protocol

from azure.mgmt.cdn.aio import CdnManagementClient
from azure.mgmt.frontdoor.aio import FrontDoorManagementClient

from clients.arm import ArmConnection
from clients.resource_client import Operations, ResourceClient, SdkCall, begin

CDN_PROVIDER = "Microsoft.Cdn"
WAF_PROVIDER = "Microsoft.Network"


class OperationGroup(Protocol):
    """The operations of azure-mgmt-cdn on one resource type."""

    @property
    def get(self) -> SdkCall: ...
    @property
    def begin_create(self) -> SdkCall: ...
    @property
    def begin_delete(self) -> SdkCall: ...


class FrontDoorClient(ResourceClient):
    def __init__(self, arm: ArmConnection) -> None:
        package = arm.connect(CdnManagementClient)
        groups: dict[str, OperationGroup] = {
            "profiles": package.profiles,
            "profiles/afdEndpoints": package.afd_endpoints,
            "profiles/afdEndpoints/routes": package.routes,
            "profiles/originGroups": package.afd_origin_groups,
            "profiles/originGroups/origins": package.afd_origins,
            "profiles/securityPolicies": package.security_policies,
        }
        policies = arm.connect(FrontDoorManagementClient).policies
        super().__init__(
            package,
            {f"{CDN_PROVIDER}/{each}": _operations(group) for each, group in groups.items()}
            | {
                f"{WAF_PROVIDER}/frontDoorWebApplicationFirewallPolicies": Operations(
                    policies.get,
                    begin(policies.begin_create_or_update),
                    begin(policies.begin_delete),
                )
            },
        )


def _operations(group: OperationGroup) -> Operations:
    return Operations(group.get, begin(group.begin_create), begin(group.begin_delete))

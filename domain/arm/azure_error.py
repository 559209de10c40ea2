"""One error of Azure, with the service and the operation that it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

START_GPU_NODE = "start a GPU node"
"""The cluster autoscaler's request to Azure Compute, with the cluster's own identity."""

CREATE_ADDRESS = "create the Service's address"
"""The cloud controller's request to Azure Network, with the cluster's own identity."""


class Service(StrEnum):
    """Whose wording an error can be in."""

    AKS = "aks"
    """Passes on errors of Compute and Network as well."""
    FRONT_DOOR = "frontDoor"
    """With the WAF policies of Microsoft.Network."""
    RESOURCE_MANAGER = "resourceManager"
    IDENTITY = "identity"
    AUTHORIZATION = "authorization"
    COMPUTE = "compute"
    NETWORK = "network"


_KINDS_BY_SERVICE: Mapping[Service, frozenset[str]] = {
    Service.AKS: frozenset(
        {
            "managedCluster",
            "managedClusters",
            "agentPool",
            "autoUpgradeSchedule",
            "nodeOSUpgradeSchedule",
            "listClusterUserCredential",
        }
    ),
    Service.FRONT_DOOR: frozenset(
        {
            "profile",
            "endpoint",
            "originGroup",
            "origin",
            "route",
            "wafPolicy",
            "securityPolicy",
        }
    ),
    Service.RESOURCE_MANAGER: frozenset({"resourceGroup", "resourceGroups", "resources"}),
    Service.IDENTITY: frozenset({"identity", "federatedCredential"}),
    Service.AUTHORIZATION: frozenset({"roleAssignment", "roleAssignments"}),
    Service.COMPUTE: frozenset({START_GPU_NODE}),
    Service.NETWORK: frozenset({CREATE_ADDRESS, "privateLink", "dnsRecord"}),
}
_SERVICES = {kind: service for service, kinds in _KINDS_BY_SERVICE.items() for kind in kinds}
_METHODS = frozenset({"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"})
_READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class AzureError:
    """One error. `http_status`: None for an operation that failed after it was accepted."""

    http_status: int | None
    code: str
    """The outermost code; those of its details are part of the message."""
    message: str
    operation: str
    """HTTP method and kind of resource, such as `PUT managedCluster`."""

    @property
    def text(self) -> str:
        return f"{self.code} {self.message}"

    @property
    def method(self) -> str:
        """Empty where the operation does not say."""
        first = self.operation.partition(" ")[0]
        return first if first in _METHODS else ""

    @property
    def kind(self) -> str:
        """The kind of resource, such as `managedCluster`."""
        return self.operation.partition(" ")[2] if self.method else self.operation

    @property
    def service(self) -> Service | None:
        """None for a kind that belongs to no service known here."""
        return _SERVICES.get(self.kind)

    @property
    def only_reads(self) -> bool:
        return self.method in _READS

"""What the Blob CSI driver of AKS does for a pod: it signs in as the identity that the pod's
service account stands for, and asks Storage for the container."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulators.azure.aks.state import ManagedCluster
from emulators.azure.arm.resources import Resource, Resources
from emulators.azure.authorization.models import RoleAssignments
from emulators.azure.identities.models import Identities, NotExchanged
from emulators.azure.storage.blobs import Blobs
from emulators.azure.storage.routes import ACCOUNT_TYPE

READERS = (
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
)
"""Storage Blob Data Reader, Contributor and Owner, by the names of their definitions."""

_AUDIENCE = "api://AzureADTokenExchange"
_NO_DRIVER = (
    "kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name blob.csi.azure.com "
    "not found in the list of registered CSI drivers"
)


@dataclass(frozen=True, slots=True)
class BlobDriver:
    """Of all clusters."""

    identities: Identities
    assignments: RoleAssignments
    resources: Resources
    clusters: Callable[[], list[ManagedCluster]]
    blobs: Blobs

    def read(self, attributes: Mapping[str, str]) -> Mapping[str, bytes]:
        """What is in the container of a volume that is mounted, now."""
        return self._find_container(attributes) or {}

    def refuse(
        self, kubernetes: object, service_account: tuple[str, str], attributes: Mapping[str, str]
    ) -> str | None:
        """What the driver says of a mount that fails; None: it is mounted."""
        cluster = next((each for each in self.clusters() if each.kubernetes is kubernetes), None)
        if cluster is None or not _has_driver(cluster):
            return _NO_DRIVER
        if attributes.get("mountWithWorkloadIdentityToken") != "true":
            return _failed("KeyBasedAuthenticationNotPermitted")
        try:
            principal = self._sign_in(cluster, service_account, attributes.get("clientID", ""))
        except NotExchanged as refusal:
            return _failed(str(refusal))
        account = self._find_account(attributes.get("storageAccount", ""))
        if account is None:
            host = f"{attributes.get('storageAccount')}.blob.core.windows.net"
            return _failed(f"dial tcp: lookup {host}: no such host")
        if not any(self.assignments.has_role(principal, each, account.id) for each in READERS):
            return _failed("RESPONSE 403: ERROR CODE: AuthorizationPermissionMismatch")
        if self._find_container(attributes) is None:
            return _failed("RESPONSE 404: ERROR CODE: ContainerNotFound")
        return None

    def _find_container(self, attributes: Mapping[str, str]) -> Mapping[str, bytes] | None:
        account = attributes.get("storageAccount", "")
        return self.blobs.find(account, attributes.get("containerName", ""))

    def _sign_in(
        self, cluster: ManagedCluster, service_account: tuple[str, str], client_id: str
    ) -> str:
        profile = cluster.resource.properties.get("oidcIssuerProfile") or {}
        token = {
            "issuer": profile.get("issuerURL", ""),
            "subject": f"system:serviceaccount:{':'.join(service_account)}",
            "audience": _AUDIENCE,
        }
        return self.identities.exchange(client_id, token)

    def _find_account(self, name: str) -> Resource | None:
        found = self.resources.of_type(ACCOUNT_TYPE)
        return next((each for each in found if each.name == name), None)


def _has_driver(cluster: ManagedCluster) -> bool:
    profile = cluster.resource.properties.get("storageProfile") or {}
    return bool((profile.get("blobCSIDriver") or {}).get("enabled"))


def _failed(cause: str) -> str:
    return (
        "rpc error: code = Internal desc = Mount failed with error: rpc error: code = Unknown "
        f"desc = exit status 1, output: Error: failed to initialize new pipeline: {cause}"
    )

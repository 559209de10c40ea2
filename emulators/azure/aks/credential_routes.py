"""Routes that hand out the kubeconfig of a cluster, for administrators and for users."""

from typing import Any

from emulators.azure.aks import durations, errors
from emulators.azure.aks.kubeconfig import (
    LOCAL_ACCOUNT_SECONDS,
    entra_user,
    kubeconfig,
    make_local_account,
    static_user,
)
from emulators.azure.aks.models import ManagedClusters
from emulators.azure.aks.state import ManagedCluster
from emulators.azure.arm.answers import JSON, Answer
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.identity import KUBERNETES_AUDIENCE, Tokens


class CredentialRoutes:
    """Nothing changes here, though throttling counts a write."""

    def __init__(
        self, platform: Platform, clusters: ManagedClusters, tokens: Tokens, ca_pem: bytes
    ) -> None:
        self._platform = platform
        self._clusters = clusters
        self._tokens = tokens
        self._ca_pem = ca_pem

    async def user(self, request: ArmRequest) -> Answer:
        cluster = self._clusters.get(request)
        with_entra = bool(cluster.resource.properties.get("aadProfile"))
        user = entra_user(self._platform.tenant_id) if with_entra else self._local_user(cluster)
        return await self._answer(request, cluster, "clusterUser", user)

    async def admin(self, request: ArmRequest) -> Answer:
        cluster = self._clusters.get(request)
        if cluster.resource.properties.get("disableLocalAccounts"):
            raise errors.local_accounts_disabled()
        return await self._answer(request, cluster, "clusterAdmin", self._local_user(cluster))

    async def _answer(
        self, request: ArmRequest, cluster: ManagedCluster, name: str, user: dict[str, Any]
    ) -> Answer:
        await self._platform.latencies.pause(durations.CREDENTIALS)
        resource = cluster.resource
        user_name = f"{name}_{request.group}_{resource.name}"
        server = f"{request.base_url}/kubernetes/{cluster.api_id}"
        value = kubeconfig(resource.name, user_name, user, server, self._ca_pem)
        return Answer(200, {"kubeconfigs": [{"name": name, "value": value}]}, content_type=JSON)

    def _local_user(self, cluster: ManagedCluster) -> dict[str, Any]:
        if cluster.local_account is None:
            token = self._tokens.issue(KUBERNETES_AUDIENCE, lifetime_seconds=LOCAL_ACCOUNT_SECONDS)
            cluster.local_account = make_local_account(token.value)
        return static_user(cluster.local_account)

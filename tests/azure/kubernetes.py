"""The Kubernetes API of the cluster, asked over HTTP so that its answers are recorded."""

import base64
import json
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from clients.answers import ArmAnswer, NoAnswer
from clients.kubernetes import AKS_SERVER_SCOPE, FIELD_MANAGER
from domain import deadlines
from domain.arm.naming import GPU_NODE_LABEL
from tests.azure.azure import Azure, describe
from tests.azure.cluster import need_cluster
from tests.azure.seen import NotTried

PATHS = {
    "Namespace": "/api/v1/namespaces",
    "ConfigMap": "/api/v1/namespaces/{namespace}/configmaps",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies",
    "PodDisruptionBudget": "/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets",
    "Service": "/api/v1/namespaces/{namespace}/services",
    "DaemonSet": "/apis/apps/v1/namespaces/{namespace}/daemonsets",
    "Deployment": "/apis/apps/v1/namespaces/{namespace}/deployments",
}
PAUSE = 15.0
FORBIDDEN = (
    "Kubernetes refuses the caller; grant `Azure Kubernetes Service RBAC Cluster Admin` on the "
    "subscription and run the command again"
)


@dataclass(frozen=True, slots=True)
class Kubernetes:
    azure: Azure
    server: str
    context: ssl.SSLContext

    async def get(self, path: str) -> ArmAnswer:
        return await self._send("GET", path)

    async def apply(self, manifest: Mapping[str, Any]) -> ArmAnswer:
        """Server-side apply, as the product's client sends it."""
        metadata = manifest["metadata"]
        path = PATHS[manifest["kind"]].format(namespace=metadata.get("namespace"))
        query = f"fieldManager={FIELD_MANAGER}&force=true"
        return await self._send(
            "PATCH",
            f"{path}/{metadata['name']}?{query}",
            data=json.dumps(manifest).encode(),
            content_type="application/apply-patch+yaml",
        )

    async def gpu_nodes(self) -> list[dict[str, Any]]:
        answer = await self.get(f"/api/v1/nodes?labelSelector={GPU_NODE_LABEL}%3Dtrue")
        return answer.body["items"] if answer.is_success else []

    async def _send(
        self, method: str, path: str, content_type: str = "application/json", data: bytes = b""
    ) -> ArmAnswer:
        token = await self.azure.clients.token(AKS_SERVER_SCOPE)
        return await self.azure.clients.send(
            method,
            f"{self.server}{path}",
            data=data or None,
            headers={"Authorization": f"Bearer {token}", "Content-Type": content_type},
            ssl=self.context,
        )


async def connect(azure: Azure) -> Kubernetes:
    """Once its API answers the caller, which takes minutes for DNS and roles. Raises NotTried."""
    await need_cluster(azure)
    found = await azure.clients.aks.list_user_credentials(azure.subject.id_of("managedCluster"))
    if not found.is_success:
        raise NotTried(f"no kubeconfig: {describe(found)}")
    kubeconfig = yaml.safe_load(base64.b64decode(found.body["kubeconfigs"][0]["value"]))
    cluster = kubeconfig["clusters"][0]["cluster"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    context = ssl.create_default_context(cadata=authority)
    kubernetes = Kubernetes(azure, cluster["server"].rstrip("/"), context)
    await _await_access(kubernetes)
    return kubernetes


async def _await_access(kubernetes: Kubernetes) -> None:
    azure, began, seen = kubernetes.azure, kubernetes.azure.clock.now(), ""
    while azure.seconds_since(began) < deadlines.WORKLOAD:
        try:
            answer = await kubernetes.get("/api/v1/nodes?limit=1")
        except NoAnswer as error:
            seen = str(error)
        else:
            if answer.is_success:
                return
            seen = FORBIDDEN if answer.status == 403 else describe(answer)
        await azure.clock.sleep(PAUSE)
    raise NotTried(seen)


def named_groups(status: object) -> Iterable[str]:
    """The node groups of the autoscaler's status, as the product reads it."""
    groups = status.get("nodeGroups") if isinstance(status, dict) else None
    return [str(each.get("name")) for each in groups or [] if isinstance(each, dict)]

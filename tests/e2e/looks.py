"""Looks at what simulated Azure and its clusters have, by their own APIs."""

from dataclasses import dataclass
from typing import Any

from local_stack.api import SimulatedAzure
from local_stack.kubeconfig import ARM_RESOURCE, fetch_kubeconfig, fetch_token
from local_stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Look:
    """Reads what simulated Azure has, as somebody with a token does."""

    azure: SimulatedAzure
    stack: Stack

    def at_arm(self, resource_id: str, api_version: str) -> dict[str, Any]:
        token = fetch_token(self.azure, self.stack.describe(), ARM_RESOURCE)
        return self._get(resource_id, token, {"api-version": api_version})

    def at_gpu_pool(self, cluster_id: str) -> dict[str, Any]:
        return self.at_arm(f"{cluster_id}/agentPools/gpu", "2026-08-01")["properties"]

    def into_cluster(self, cluster_id: str, path: str) -> dict[str, Any]:
        config = fetch_kubeconfig(self.stack.describe(), cluster_id)
        token = config["users"][0]["user"]["token"]
        return self._get(f"{config['clusters'][0]['cluster']['server']}{path}", token, {})

    def _get(self, url: str, token: str, query: dict[str, str]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        return self.azure.get(url, params=query, headers=headers).raise_for_status().json()

"""Looks at what simulated Azure and its clusters have, by their own APIs."""

import time
from dataclasses import dataclass
from typing import Any

from emulators.stack.api import SimulatedAzure
from emulators.stack.kubeconfig import ARM_RESOURCE, fetch_kubeconfig, fetch_token
from emulators.stack.stack import Stack

AKS = "2026-08-01"
SETTLED_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Look:
    """Reads and changes what simulated Azure has, as somebody with a token does."""

    azure: SimulatedAzure
    stack: Stack

    def at_arm(self, resource_id: str, api_version: str) -> dict[str, Any]:
        return self._get(resource_id, self._arm_token(), {"api-version": api_version})

    def exists(self, resource_id: str, api_version: str) -> bool:
        answer = self.azure.get(
            resource_id,
            params={"api-version": api_version},
            headers={"Authorization": f"Bearer {self._arm_token()}"},
        )
        return answer.status_code != 404

    def change_at_arm(self, resource_id: str, api_version: str, **properties: Any) -> None:
        """Read, change, write: returns when the resource has settled."""
        body = self.at_arm(resource_id, api_version)
        body["properties"] |= properties
        self.azure.put(
            resource_id,
            json=body,
            params={"api-version": api_version},
            headers={"Authorization": f"Bearer {self._arm_token()}"},
        ).raise_for_status()
        end = time.monotonic() + SETTLED_SECONDS
        while (
            self.at_arm(resource_id, api_version)["properties"]["provisioningState"] != "Succeeded"
        ):
            assert time.monotonic() < end, f"{resource_id} does not settle"
            time.sleep(0.2)

    def send_to_arm(
        self, method: str, resource_id: str, api_version: str, body: dict[str, Any] | None = None
    ) -> None:
        """As a person does with a portal or the CLI: returns when Azure has accepted it."""
        self.azure.request(
            method,
            resource_id,
            json=body,
            params={"api-version": api_version},
            headers={"Authorization": f"Bearer {self._arm_token()}"},
        ).raise_for_status()

    def send_into_cluster(
        self, method: str, cluster_id: str, path: str, body: dict[str, Any] | None = None
    ) -> None:
        server, token = self._open_cluster(cluster_id)
        headers = {"Authorization": f"Bearer {token}"}
        answer = self.azure.request(method, f"{server}{path}", json=body, headers=headers)
        answer.raise_for_status()

    def stop_cluster(self, cluster_id: str) -> None:
        """Returns when it has stopped."""
        self.send_to_arm("POST", f"{cluster_id}/stop", AKS)
        end = time.monotonic() + SETTLED_SECONDS
        while self.power_of(cluster_id) != "Stopped":
            assert time.monotonic() < end, f"{cluster_id} does not stop"
            time.sleep(0.2)

    def power_of(self, cluster_id: str) -> str:
        """`Running` or `Stopped`, or the provisioning state of what is under way."""
        properties = self.at_arm(cluster_id, AKS)["properties"]
        is_settled = properties["provisioningState"] == "Succeeded"
        return properties["powerState"]["code"] if is_settled else properties["provisioningState"]

    def at_gpu_pool(self, cluster_id: str) -> dict[str, Any]:
        return self.at_arm(f"{cluster_id}/agentPools/gpu", AKS)["properties"]

    def into_cluster(self, cluster_id: str, path: str) -> dict[str, Any]:
        server, token = self._open_cluster(cluster_id)
        return self._get(f"{server}{path}", token, {})

    def _open_cluster(self, cluster_id: str) -> tuple[str, str]:
        """The API server's URL, and a token for it."""
        config = fetch_kubeconfig(self.stack.describe(), cluster_id)
        server = config["clusters"][0]["cluster"]["server"]
        return server, config["users"][0]["user"]["token"]

    def _arm_token(self) -> str:
        return fetch_token(self.azure, self.stack.describe(), ARM_RESOURCE)

    def _get(self, url: str, token: str, query: dict[str, str]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        return self.azure.get(url, params=query, headers=headers).raise_for_status().json()

"""AKS, as it hands out kubeconfigs of an environment's clusters."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from clients.answers import ArmAnswer, CredentialRefused, NoAnswer
from clients.cluster_access import ClusterAccessClient
from clients.factory import ClientFactory
from domain.serving.cluster_access import ClusterAnswer
from tests.support.fake_clients import error_of

TENANT = "22222222-3333-4444-5555-666666666666"
AUTHORITY = base64.b64encode(b"-----BEGIN CERTIFICATE-----\n").decode()
SECRETS = {"token": "a-token", "client-key-data": "a-key", "password": "a-password"}
"""What a cluster with local accounts would hand out."""


@dataclass
class FakeClusters:
    """It stands for the factory of clients; without a region among `regions` there is no cluster
    in it."""

    regions: Sequence[str] = ("westeurope",)
    user: dict[str, Any] = field(
        default_factory=lambda: {
            "exec": {
                "command": "kubelogin",
                "args": ["get-token", "--server-id", "aks-server", "--tenant-id", TENANT],
            }
        }
    )
    refusal: ArmAnswer | None = None
    is_silent: bool = False
    settings: Any = field(default_factory=lambda: SimpleNamespace(subscription_id="0"))

    async def read(self, environment: str, regions: Sequence[str]) -> Sequence[ClusterAnswer]:
        return await ClusterAccessClient(cast("ClientFactory", self)).read(environment, regions)

    async def fetch_kubeconfig(self, cluster_id: str) -> dict[str, Any]:
        if self.is_silent:
            raise NoAnswer("connection refused")
        name = cluster_id.rpartition("/")[2]
        if self.refusal or not any(name.endswith(f"-{each}") for each in self.regions):
            raise CredentialRefused(self.refusal or error_of(404, "ResourceNotFound"))
        server = f"https://{name}.hcp.azmk8s.io:443"
        return {
            "clusters": [
                {
                    "name": name,
                    "cluster": {"server": server, "certificate-authority-data": AUTHORITY},
                }
            ],
            "users": [{"name": f"clusterUser_{name}", "user": self.user}],
        }

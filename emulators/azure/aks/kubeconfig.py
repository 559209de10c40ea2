"""The kubeconfig that AKS hands out."""

import base64
from typing import Any

import yaml

from emulators.azure.identity import KUBERNETES_AUDIENCE

PUBLIC_CLIENT = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
"""The application id of the AKS client application, the same in every tenant."""


def entra_user(tenant_id: str) -> dict[str, Any]:
    """A user of a cluster with Entra authentication: kubelogin gets the token."""
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "args": [
                "get-token",
                "--environment",
                "AzurePublicCloud",
                "--server-id",
                KUBERNETES_AUDIENCE,
                "--client-id",
                PUBLIC_CLIENT,
                "--tenant-id",
                tenant_id,
                "--login",
                "devicecode",
            ],
            "command": "kubelogin",
            "env": None,
            "installHint": "\nkubelogin is not installed which is required to connect to AAD "
            "enabled cluster.\n\nTo learn more, please go to https://aka.ms/aks/kubelogin\n",
            "provideClusterInfo": False,
        }
    }


def static_user(token: str) -> dict[str, Any]:
    """A local account, for clusters that still have them."""
    return {"token": token}


def kubeconfig(
    cluster: str, user_name: str, user: dict[str, Any], server: str, ca_pem: bytes
) -> str:
    """The file as base64."""
    config = {
        "apiVersion": "v1",
        "clusters": [
            {
                "cluster": {
                    "certificate-authority-data": base64.b64encode(ca_pem).decode(),
                    "server": server,
                },
                "name": cluster,
            }
        ],
        "contexts": [{"context": {"cluster": cluster, "user": user_name}, "name": cluster}],
        "current-context": cluster,
        "kind": "Config",
        "preferences": {},
        "users": [{"name": user_name, "user": user}],
    }
    return base64.b64encode(yaml.dump(config, Dumper=yaml.CSafeDumper).encode()).decode()

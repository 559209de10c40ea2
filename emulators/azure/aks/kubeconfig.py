"""The kubeconfig that AKS hands out."""

import base64
from dataclasses import dataclass
from typing import Any

import trustme
import yaml

from emulators.azure.identity import KUBERNETES_AUDIENCE

PUBLIC_CLIENT = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
"""The application id of the AKS client application, the same in every tenant."""

LOCAL_ACCOUNT_SECONDS = 2 * 365 * 24 * 60 * 60
"""The certificates of a cluster are documented to last two years."""


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


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """What opens a cluster without Entra: the same in every read of its kubeconfigs."""

    certificate: bytes
    key: bytes
    token: str


def make_local_account(token: str) -> LocalAccount:
    """The API server asks nobody for the certificate: it takes the token."""
    authority = trustme.CA(organization_name="ca")
    issued = authority.issue_cert(common_name="masterclient", organization_name="system:masters")
    return LocalAccount(issued.cert_chain_pems[0].bytes(), issued.private_key_pem.bytes(), token)


def static_user(account: LocalAccount) -> dict[str, Any]:
    """The user of a cluster that still has local accounts."""
    return {
        "client-certificate-data": base64.b64encode(account.certificate).decode(),
        "client-key-data": base64.b64encode(account.key).decode(),
        "token": account.token,
    }


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

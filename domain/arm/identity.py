"""Request bodies of the identity that reads a cell's secrets, and of its credential."""

from collections.abc import Mapping
from typing import Any

from domain.arm import naming
from domain.arm.merge_existing import merge_tags
from domain.spec.model import EnvironmentSpec

TOKEN_EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"
"""The audience that tokens of service accounts have in a token exchange with Entra ID."""


def build_identity(
    spec: EnvironmentSpec, region: str, existing: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """An existing identity cannot move."""
    location = existing["location"] if existing else region
    return merge_tags({"location": location, "tags": naming.environment_tags(spec)}, existing)


def build_federated_credential(
    spec: EnvironmentSpec, cluster: Mapping[str, Any]
) -> dict[str, Any]:
    """Lets the workload's service account, in tokens of this cluster, stand for the identity.

    `cluster`: as Azure shows it; a cluster that was built again has another issuer.
    """
    return {
        "properties": {
            "issuer": cluster["properties"]["oidcIssuerProfile"]["issuerURL"],
            "subject": naming.service_account_subject(spec.name),
            "audiences": [TOKEN_EXCHANGE_AUDIENCE],
        }
    }

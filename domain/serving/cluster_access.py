"""Where the Kubernetes API of an environment's clusters is, for people with tokens of their own.

Of what AKS hands out the address and the certificate authority pass, and what a token has to be
for. A user of that file never does: on a cluster with local accounts it would hold a key.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pydantic import Field

from domain.arm import naming
from domain.wire import WireModel

AKS_SERVER_APPLICATION = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""Of AKS in every tenant: the audience of tokens for the Kubernetes API."""


class ClusterAccess(WireModel):
    """Where one cluster is, and what a token for it has to be for."""

    region: str = Field(description="Azure region.", examples=["westeurope"])
    cluster_name: str = Field(
        description="Name of the AKS cluster.", examples=["gp-fraud-llm-westeurope"]
    )
    cluster_id: str = Field(
        description="ARM id of the AKS cluster.",
        examples=[naming.cluster_id("SUBSCRIPTION", "fraud-llm", "westeurope")],
    )
    server_url: str = Field(
        description="URL of the Kubernetes API.",
        examples=["https://gp-fraud-llm-westeurope-5k1x2y3z.hcp.westeurope.azmk8s.io:443"],
    )
    certificate_authority_data: str | None = Field(
        default=None,
        description="Certificates that the API's own is signed by, PEM in Base64; absent if AKS "
        "names none.",
    )
    server_application_id: str = Field(
        description="Application in Entra ID that tokens have to be for.",
        examples=[AKS_SERVER_APPLICATION],
    )
    tenant_id: str | None = Field(
        default=None, description="Tenant of the tokens; absent if AKS names none."
    )


class KubernetesAccess(WireModel):
    """Where the clusters of an environment are, without any credential."""

    environment: str = Field(description="Name of the environment.", examples=["fraud-llm"])
    namespace: str = Field(
        description="Namespace of the model, its gateway and their Services.",
        examples=[naming.INFERENCE_NAMESPACE],
    )
    value: tuple[ClusterAccess, ...] = Field(description="By region.")
    unread: dict[str, str] = Field(description="Why clusters are missing in `value`, by region.")


@dataclass(frozen=True, slots=True)
class UnreadCluster:
    """Why a cluster cannot be told."""

    region: str
    reason: str
    is_missing: bool
    """Whether it does not exist."""


type ClusterAnswer = ClusterAccess | UnreadCluster
type ClusterAccessReader = Callable[[str, Sequence[str]], Awaitable[Sequence[ClusterAnswer]]]
"""Asks AKS for the clusters of an environment, by its name, in these regions."""


def read_kubeconfig(region: str, cluster_id: str, kubeconfig: Mapping[str, Any]) -> ClusterAnswer:
    """`kubeconfig`: as AKS returns it for a user of Entra ID."""
    try:
        cluster: Mapping[str, Any] = kubeconfig["clusters"][0]["cluster"]
        server_url = str(cluster["server"])
    except (LookupError, TypeError):
        return UnreadCluster(region, "AKS returned no kubeconfig", is_missing=False)
    arguments = _arguments(kubeconfig)
    return ClusterAccess(
        region=region,
        cluster_name=cluster_id.rpartition("/")[2],
        cluster_id=cluster_id,
        server_url=server_url,
        certificate_authority_data=cluster.get("certificate-authority-data"),
        server_application_id=arguments.get("--server-id", AKS_SERVER_APPLICATION),
        tenant_id=arguments.get("--tenant-id"),
    )


def _arguments(kubeconfig: Mapping[str, Any]) -> dict[str, str]:
    """Those of kubelogin, by which AKS names audience and tenant."""
    users: Sequence[Mapping[str, Any]] = kubeconfig.get("users") or ()
    user: Mapping[str, Any] = users[0].get("user") or {} if users else {}
    plugin: Mapping[str, Any] = user.get("exec") or {}
    found: Sequence[str] = plugin.get("args") or ()
    return dict(pairwise(found))


def build_access(environment: str, answers: Sequence[ClusterAnswer]) -> KubernetesAccess:
    return KubernetesAccess(
        environment=environment,
        namespace=naming.INFERENCE_NAMESPACE,
        value=tuple(each for each in answers if isinstance(each, ClusterAccess)),
        unread={each.region: each.reason for each in answers if isinstance(each, UnreadCluster)},
    )

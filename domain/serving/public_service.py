"""The Service by which Front Door reaches the gateways of a cell."""

from dataclasses import dataclass
from typing import Any

from domain.arm import naming
from domain.spec.model import EnvironmentSpec

AZURE_ANNOTATION = "service.beta.kubernetes.io/azure-"


@dataclass(frozen=True, slots=True)
class PublicPort:
    """Of the Service; the containers' port has its name."""

    name: str
    number: int


HTTP = PublicPort("http", 80)
HTTPS = PublicPort("https", 443)


def find_public_port(spec: EnvironmentSpec) -> PublicPort:
    """The one that there is."""
    return HTTPS if spec.edge.origin_certificate else HTTP


def build_public_service(
    spec: EnvironmentSpec, region: str, subscription_id: str, selector: dict[str, str]
) -> dict[str, Any]:
    wanted = (
        _private_link(spec)
        if spec.edge.has_private_origins
        else _public_address(spec, region, subscription_id)
    )
    port = find_public_port(spec)
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": spec.name,
            "namespace": naming.INFERENCE_NAMESPACE,
            "labels": naming.kubernetes_labels(spec, spec.name),
            "annotations": {f"{AZURE_ANNOTATION}{name}": text for name, text in wanted.items()},
        },
        "spec": {
            "type": "LoadBalancer",
            "selector": selector,
            # The load balancer then probes each node for a ready pod: a node that is removed
            # drops out at once, and no request is forwarded by another node.
            "externalTrafficPolicy": "Local",
            "ports": [
                {
                    "name": port.name,
                    "protocol": "TCP",
                    "port": port.number,
                    "targetPort": port.name,
                }
            ],
        },
    }


def _public_address(spec: EnvironmentSpec, region: str, subscription_id: str) -> dict[str, str]:
    return {
        "dns-label-name": naming.dns_label(spec.name, region, subscription_id),
        # Only Front Door reaches the public IP.
        "allowed-service-tags": "AzureFrontDoor.Backend",
    }


def _private_link(spec: EnvironmentSpec) -> dict[str, str]:
    """Visible to all subscriptions, because Front Door asks from one of its own, which nobody
    knows; for the same reason nothing is approved automatically."""
    return {
        "load-balancer-internal": "true",
        "pls-create": "true",
        "pls-name": naming.private_link_service(spec.name),
        "pls-visibility": "*",
    }

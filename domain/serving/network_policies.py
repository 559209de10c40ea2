"""Who may connect to the pods of a gateway and its model, and where the model may connect to.

Cilium enforces them. To it an `ipBlock` is what lies outside of the cluster: pods and nodes need
rules of their own (docs.cilium.io, Kubernetes policy: known missing features). Probes of the
kubelet come from the pod's own node, which is always admitted.
"""

from typing import Any

from domain.arm import naming
from domain.serving.gateway.settings import GatewayPorts
from domain.spec.egress import EgressMode
from domain.spec.model import EnvironmentSpec

INSTANCE_METADATA = "169.254.169.254/32"
"""Gives out tokens of the node's identities, which are not the model's."""

ANYWHERE = "0.0.0.0/0"
DNS_PORT = 53

FROM_API_SERVER: dict[str, Any] = {
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": naming.SYSTEM_NAMESPACE}}
}
"""Requests of the API server's pod proxy arrive through a pod of the system's namespace."""


def build_network_policies(spec: EnvironmentSpec, ports: GatewayPorts) -> list[dict[str, Any]]:
    return [_of_gateway(spec, ports), _of_model(spec, spec.name)]


def build_model_policy(spec: EnvironmentSpec, version: str) -> dict[str, Any]:
    """Of one of two versions; `version`: the name of its objects."""
    return _of_model(spec, version)


def _of_gateway(spec: EnvironmentSpec, ports: GatewayPorts) -> dict[str, Any]:
    """Open at its public port alone; its counters are read through the pod proxy."""
    name = naming.gateway_name(spec.name)
    ingress = [
        {"ports": [_port(ports.public)]},
        {"from": [FROM_API_SERVER], "ports": [_port(ports.stats)]},
    ]
    return _policy(spec, name, name, {"policyTypes": ["Ingress"], "ingress": ingress})


def _of_model(spec: EnvironmentSpec, version: str) -> dict[str, Any]:
    """Reached through the gateway, and by the pod proxy for its metrics."""
    gateway = {"matchLabels": {"app.kubernetes.io/name": naming.gateway_name(spec.name)}}
    sources = [{"podSelector": gateway}, FROM_API_SERVER]
    rules = {
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": sources, "ports": [_port(spec.workload.port)]}],
        "egress": [_to_dns(), *_to_outside(spec)],
    }
    return _policy(spec, naming.model_service(version), version, rules)


def _policy(spec: EnvironmentSpec, name: str, pods: str, rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": name,
            "namespace": naming.INFERENCE_NAMESPACE,
            "labels": naming.kubernetes_labels(spec, name),
        },
        "spec": {"podSelector": {"matchLabels": {"app.kubernetes.io/name": pods}}, **rules},
    }


def _to_dns() -> dict[str, Any]:
    dns = {**FROM_API_SERVER, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
    return {"to": [dns], "ports": [_port(DNS_PORT, "UDP"), _port(DNS_PORT)]}


def _to_outside(spec: EnvironmentSpec) -> list[dict[str, Any]]:
    egress = spec.workload.egress
    if egress.mode is EgressMode.ANY:
        anywhere = {"cidr": ANYWHERE, "except": [INSTANCE_METADATA]}
        return [{"to": [{"ipBlock": anywhere}]}]
    blocks = [{"ipBlock": {"cidr": cidr}} for cidr in egress.cidrs]
    return [{"to": blocks}] if blocks else []


def _port(number: int, protocol: str = "TCP") -> dict[str, Any]:
    return {"protocol": protocol, "port": number}

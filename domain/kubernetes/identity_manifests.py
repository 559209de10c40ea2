"""The service account by which drivers on the nodes read secrets and weights for a pod."""

from dataclasses import dataclass
from typing import Any

from domain.arm import naming
from domain.spec.model import EnvironmentSpec


@dataclass(frozen=True, slots=True)
class CellIdentity:
    """The identity that the service account stands for."""

    client_id: str
    tenant_id: str


def pod_settings(spec: EnvironmentSpec) -> dict[str, Any]:
    """Without the label by which the workload identity webhook gives containers the token of the
    identity: the drivers need none, and a container that had one could read all that they may."""
    workload = spec.workload
    if not workload.secrets and workload.weights_access is None:
        return {}
    return {"serviceAccountName": naming.service_account(spec.name)}


def build_service_account(spec: EnvironmentSpec) -> dict[str, Any]:
    name = naming.service_account(spec.name)
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {
            "name": name,
            "namespace": naming.INFERENCE_NAMESPACE,
            "labels": naming.kubernetes_labels(spec, name),
        },
        "automountServiceAccountToken": False,
    }

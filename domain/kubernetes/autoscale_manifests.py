"""The ScaledObject by which KEDA sets the number of a cell's replicas."""

from typing import Any

from domain.arm import naming
from domain.spec.autoscale import Autoscale
from domain.spec.model import EnvironmentSpec

PAUSED_REPLICAS = "autoscaling.keda.sh/paused-replicas"
PAUSED = "autoscaling.keda.sh/paused"
"""Annotations: KEDA keeps so many replicas, or leaves them as they are."""

POLLING_SECONDS = 15
SCALE_DOWN_WINDOW_SECONDS = 600
SCALE_DOWN_PERIOD_SECONDS = 300
"""A replica that is gone takes minutes to come back, so few are taken away at a time."""

_WAITING_METRIC = "vllm:num_requests_waiting"


def build_scaled_objects(spec: EnvironmentSpec, replicas: int) -> list[dict[str, Any]]:
    """None without `autoscale`. Asleep, it holds the replicas at zero."""
    autoscale = spec.workload.autoscale
    if autoscale is None:
        return []
    asleep = {"annotations": {PAUSED_REPLICAS: "0"}} if replicas == 0 else {}
    return [
        {
            "apiVersion": "keda.sh/v1alpha1",
            "kind": "ScaledObject",
            "metadata": {
                "name": spec.name,
                "namespace": naming.INFERENCE_NAMESPACE,
                "labels": naming.kubernetes_labels(spec, spec.name),
                **asleep,
            },
            "spec": {
                "scaleTargetRef": {"name": spec.name},
                "minReplicaCount": autoscale.min,
                "maxReplicaCount": autoscale.max,
                "pollingInterval": POLLING_SECONDS,
                "advanced": {"horizontalPodAutoscalerConfig": {"behavior": _behavior()}},
                "triggers": [_trigger(spec, autoscale)],
            },
        }
    ]


def clamp_replicas(spec: EnvironmentSpec, wanted: int, present: int | None) -> int:
    """What a Deployment is applied with: an update under load takes no replica away."""
    autoscale = spec.workload.autoscale
    if autoscale is None or wanted == 0 or not present:
        return wanted
    return min(max(present, autoscale.min), autoscale.max)


def _trigger(spec: EnvironmentSpec, autoscale: Autoscale) -> dict[str, Any]:
    """KEDA asks each address behind the Service itself; there is no Prometheus."""
    host = f"{naming.model_service(spec.name)}.{naming.INFERENCE_NAMESPACE}.svc.cluster.local"
    return {
        "type": "metrics-api",
        "metricType": "AverageValue",
        "metadata": {
            "url": f"http://{host}:{spec.workload.port}/metrics",
            "format": "prometheus",
            "valueLocation": _WAITING_METRIC,
            "aggregateFromKubeServiceEndpoints": "true",
            "aggregationType": "sum",
            "targetValue": str(autoscale.target_waiting),
        },
    }


def _behavior() -> dict[str, Any]:
    slowly = {"type": "Pods", "value": 1, "periodSeconds": SCALE_DOWN_PERIOD_SECONDS}
    return {
        "scaleDown": {
            "stabilizationWindowSeconds": SCALE_DOWN_WINDOW_SECONDS,
            "policies": [slowly],
        }
    }

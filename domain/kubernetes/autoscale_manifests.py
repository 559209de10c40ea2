"""The ScaledObject by which KEDA sets the number of a cell's replicas."""

from typing import Any

from domain.arm import naming
from domain.spec.autoscale import Autoscale
from domain.spec.model import EnvironmentSpec

PAUSED_REPLICAS = "autoscaling.keda.sh/paused-replicas"
PAUSED = "autoscaling.keda.sh/paused"
"""Annotations: KEDA keeps so many replicas, or leaves them as they are. The second is written as
`false`, too: to leave it out would not take back what a patch has written."""

POLLING_SECONDS = 15
SCALE_DOWN_WINDOW_SECONDS = 600
SCALE_DOWN_PERIOD_SECONDS = 300
"""A replica that is gone takes minutes to come back, so few are taken away at a time."""

_WAITING_METRIC = "vllm:num_requests_waiting"


def build_scaled_objects(
    spec: EnvironmentSpec, replicas: int, name: str | None = None, *, held: bool = False
) -> list[dict[str, Any]]:
    """None without `autoscale`. Asleep, it holds the replicas at zero. `name`: of the Deployment,
    if it is not the usual one. `held`: takes none of the replicas away, as while two versions
    serve side by side: what a version is sent does not say what it will be."""
    autoscale, name = spec.workload.autoscale, name or spec.name
    if autoscale is None:
        return []
    least = min(max(autoscale.min, replicas), autoscale.max) if held else autoscale.min
    asleep = {PAUSED_REPLICAS: "0"} if replicas == 0 else {}
    return [
        {
            "apiVersion": "keda.sh/v1alpha1",
            "kind": "ScaledObject",
            "metadata": {
                "name": name,
                "namespace": naming.INFERENCE_NAMESPACE,
                "labels": naming.kubernetes_labels(spec, name),
                "annotations": {PAUSED: "false", **asleep},
            },
            "spec": {
                "scaleTargetRef": {"name": name},
                "minReplicaCount": least,
                "maxReplicaCount": autoscale.max,
                "pollingInterval": POLLING_SECONDS,
                "advanced": {"horizontalPodAutoscalerConfig": {"behavior": _behavior()}},
                "triggers": [_trigger(spec, autoscale, name)],
            },
        }
    ]


def clamp_replicas(spec: EnvironmentSpec, wanted: int, present: int | None) -> int:
    """What a Deployment is applied with: an update under load takes no replica away."""
    autoscale = spec.workload.autoscale
    if autoscale is None or wanted == 0 or not present:
        return wanted
    return min(max(present, autoscale.min), autoscale.max)


def _trigger(spec: EnvironmentSpec, autoscale: Autoscale, name: str) -> dict[str, Any]:
    """KEDA asks each address behind the Service itself; there is no Prometheus."""
    host = f"{naming.model_service(name)}.{naming.INFERENCE_NAMESPACE}.svc.cluster.local"
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

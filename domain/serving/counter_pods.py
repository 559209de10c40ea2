"""Which pods of a cell are asked for their counters, and where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.arm import naming
from domain.serving.gateway.listeners import PUBLIC_LISTENER
from domain.serving.gateway.routes import MODEL_CLUSTER
from domain.serving.gateway.settings import GatewayPorts
from domain.wire import JsonObject

_COUNTERS = (
    rf"cluster\.{MODEL_CLUSTER}\.upstream_rq_(total|active|completed|5xx)",
    rf"http\.{PUBLIC_LISTENER}\.downstream_rq_active",
)
GATEWAY_PATH = f"stats/prometheus?filter=^({'|'.join(_COUNTERS)})$"
"""Five counters of some six hundred: half a kilobyte instead of 42 KB."""

METRICS_PATH = "metrics"

MAX_ENGINES = 8
"""Pods of one cell whose engines are asked. The gateways count every invocation of all of them."""

GPU_EXPORTERS = ("nvidia-dcgm-exporter", "dcgm-exporter")
"""As NVIDIA's operator and its chart name the pods' app."""
GPU_EXPORTER_PORT = 9400

_FINISHED = ("Succeeded", "Failed")
"""Pods that were evicted stay listed for long."""
_NAME_LABELS = ("app.kubernetes.io/name", "app")


class CounterSource(StrEnum):
    """What the counters of a pod are about."""

    GATEWAY = "gateway"
    ENGINE = "engine"
    GPU = "gpu"


@dataclass(frozen=True, slots=True)
class CounterPod:
    """A pod that is asked for its counters."""

    source: CounterSource
    namespace: str
    name: str
    port: int
    path: str
    restarts: int


def find_counter_pods(pods: Iterable[JsonObject], environment: str) -> list[CounterPod]:
    """Gateways, whether they are ready or not, and what else may have metrics."""
    unfinished = [each for each in pods if _status(each).get("phase") not in _FINISHED]
    running = [each for each in unfinished if _status(each).get("phase") == "Running"]
    return [
        *_gateways(unfinished, naming.gateway_name(environment)),
        *_sorted(_engines(running, environment))[:MAX_ENGINES],
        *_sorted(_gpu_exporters(running))[:MAX_ENGINES],
    ]


def _gateways(pods: Iterable[JsonObject], name: str) -> Iterator[CounterPod]:
    for pod in _in_namespace(pods):
        if _labels(pod).get("app.kubernetes.io/name") == name:
            port = GatewayPorts().stats
            yield _counter_pod(pod, CounterSource.GATEWAY, port, GATEWAY_PATH)


def _engines(pods: Iterable[JsonObject], environment: str) -> Iterator[CounterPod]:
    for pod in _in_namespace(pods):
        port = _first_port(pod)
        if _labels(pod).get("app.kubernetes.io/name") == environment and port:
            yield _counter_pod(pod, CounterSource.ENGINE, port, METRICS_PATH)


def _gpu_exporters(pods: Iterable[JsonObject]) -> Iterator[CounterPod]:
    for pod in pods:
        labels = _labels(pod)
        if any(labels.get(each) in GPU_EXPORTERS for each in _NAME_LABELS):
            port = _first_port(pod) or GPU_EXPORTER_PORT
            yield _counter_pod(pod, CounterSource.GPU, port, METRICS_PATH)


def _in_namespace(pods: Iterable[JsonObject]) -> Iterator[JsonObject]:
    return (p for p in pods if p["metadata"]["namespace"] == naming.INFERENCE_NAMESPACE)


def _sorted(pods: Iterable[CounterPod]) -> list[CounterPod]:
    return sorted(pods, key=lambda pod: pod.name)


def _counter_pod(pod: JsonObject, source: CounterSource, port: int, path: str) -> CounterPod:
    metadata: Mapping[str, Any] = pod["metadata"]
    return CounterPod(
        source=source,
        namespace=metadata["namespace"],
        name=metadata["name"],
        port=port,
        path=path,
        restarts=count_restarts(pod),
    )


def count_restarts(pod: JsonObject) -> int:
    statuses: Sequence[Mapping[str, Any]] = _status(pod).get("containerStatuses") or ()
    return sum(each.get("restartCount") or 0 for each in statuses)


def _first_port(pod: JsonObject) -> int | None:
    containers: Sequence[Mapping[str, Any]] = pod["spec"]["containers"]
    ports = [port for each in containers for port in each.get("ports") or ()]
    return ports[0]["containerPort"] if ports else None


def _labels(pod: JsonObject) -> Mapping[str, str]:
    return pod["metadata"].get("labels") or {}


def _status(pod: JsonObject) -> Mapping[str, Any]:
    return pod.get("status") or {}

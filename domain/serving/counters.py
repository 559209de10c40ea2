"""What the counters of a cell's pods say, and one look at all of them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from domain.environment.counters import (
    COUNTERS_MISSING,
    GATEWAY_UNREACHABLE,
    CounterLook,
    EngineFigures,
    GatewayCounters,
)
from domain.serving.counter_pods import CounterPod, CounterSource
from domain.serving.gateway.listeners import PUBLIC_LISTENER
from domain.serving.gateway.routes import MODEL_CLUSTER
from domain.serving.prometheus_text import MetricSample, read_samples

REQUESTS = "envoy_cluster_upstream_rq_total"
ANSWERED = "envoy_cluster_upstream_rq_completed"
ACTIVE = "envoy_cluster_upstream_rq_active"
BY_CLASS = "envoy_cluster_upstream_rq_xx"
SERVER_ERROR = ("envoy_response_code_class", "5")
RECEIVED = "envoy_http_downstream_rq_active"
"""Also those whose body is still arriving: the gateway holds it back until it is complete."""

COUNTED = {
    ("envoy_cluster_name", MODEL_CLUSTER),
    ("envoy_http_conn_manager_prefix", PUBLIC_LISTENER),
}
"""Labels of the samples that count: others are of probes, and of the keys of tokens."""

RUNNING = ("vllm:num_requests_running", "sglang:num_running_reqs")
WAITING = ("vllm:num_requests_waiting", "sglang:num_queue_reqs")
TOKENS_IN = ("vllm:prompt_tokens_total", "sglang:prompt_tokens_total")
TOKENS_OUT = ("vllm:generation_tokens_total", "sglang:generation_tokens_total")

GPU_UTILISATION = "DCGM_FI_DEV_GPU_UTIL"


class PodAnswer(NamedTuple):
    """What a pod answered; None if it did not."""

    pod: CounterPod
    text: str | None


def build_look(answers: Iterable[PodAnswer]) -> CounterLook:
    """Gateways have to answer. Any other pod that does not, or has no such metrics, says
    nothing."""
    gateways, engines = dict[str, GatewayCounters](), dict[str, EngineFigures]()
    unread, gpus = dict[str, str](), list[float]()
    for pod, text in answers:
        if pod.source is CounterSource.GATEWAY:
            counters = None if text is None else read_gateway(text, pod.restarts)
            if counters:
                gateways[pod.name] = counters
            else:
                unread[pod.name] = GATEWAY_UNREACHABLE if text is None else COUNTERS_MISSING
        elif text and pod.source is CounterSource.ENGINE:
            engine = read_engine(text, pod.restarts)
            engines |= {pod.name: engine} if engine else {}
        elif text and (percent := read_gpu_percent(text)) is not None:
            gpus.append(percent)
    percent = max(gpus, default=None)
    return CounterLook(gateways=gateways, unread=unread, engines=engines, gpu_percent=percent)


def read_gateway(text: str, restarts: int) -> GatewayCounters | None:
    """None if a counter is missing. A gateway that has answered nothing does not list the count
    of answers, nor that of errors before the first; the others are there from its start."""
    found = {
        name: int(sample.value)
        for name, sample in read_samples(text, (REQUESTS, ANSWERED, ACTIVE, RECEIVED, BY_CLASS))
        if COUNTED & sample.labels.items() and sample.value >= 0 and _is_counted(name, sample)
    }
    if not found.keys() >= {REQUESTS, ACTIVE, RECEIVED}:
        return None
    return GatewayCounters(
        restarts=restarts,
        requests=found[REQUESTS],
        answered=found.get(ANSWERED, 0),
        active=max(found[ACTIVE], found[RECEIVED]),
        errors=found.get(BY_CLASS, 0),
    )


def _is_counted(name: str, sample: MetricSample) -> bool:
    return name != BY_CLASS or SERVER_ERROR in sample.labels.items()


def read_engine(text: str, restarts: int) -> EngineFigures | None:
    """None for what is no engine's metrics. Those of several engines in one pod are added up."""
    running = _total(text, RUNNING)
    if running is None:
        return None
    tokens = [_total(text, names) for names in (TOKENS_IN, TOKENS_OUT)]
    told = [each for each in tokens if each is not None]
    return EngineFigures(
        restarts=restarts,
        running=running,
        waiting=_total(text, WAITING) or 0,
        tokens=sum(told) if told else None,
        tokens_in=tokens[0],
        tokens_out=tokens[1],
    )


def read_gpu_percent(text: str) -> float | None:
    """Of the busiest GPU of a node."""
    found = (sample.value for _, sample in read_samples(text, (GPU_UTILISATION,)))
    return max(found, default=None)


def _total(text: str, names: Sequence[str]) -> float | None:
    """Some builds replace the colon, which Prometheus reserves for rules."""
    spellings = {spelling for name in names for spelling in (name, name.replace(":", "_"))}
    values = [sample.value for _, sample in read_samples(text, spellings)]
    return sum(values) if values else None

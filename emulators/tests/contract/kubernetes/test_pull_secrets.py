"""Images of registries that ask for a login: pulled with the pod's pull secret alone."""

import base64
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from emulators.azure.container_registry.private_hosts import PrivateHosts
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import SECRET
from emulators.azure.kubernetes.secret_volumes import DRIVER, SecretFiles
from emulators.tests.contract.kubernetes.clients import Api
from emulators.tests.contract.kubernetes.workloads import (
    NAMESPACE,
    eventually,
    messages,
    namespace,
    pods_of,
    ready_pod,
    small_deployment,
)

HOST = "registry.example.com"
IMAGE = f"{HOST}/team/llm:1"
TYPE = "kubernetes.io/dockerconfigjson"
SECRETS = f"/api/v1/namespaces/{NAMESPACE}/secrets"
CLASSES = f"/apis/secrets-store.csi.x-k8s.io/v1/namespaces/{NAMESPACE}/secretproviderclasses"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"


def docker_config(password: str = "right", host: str = HOST) -> str:
    login = base64.b64encode(f"puller:{password}".encode()).decode()
    return json.dumps({"auths": {host: {"auth": login}}})


def pull_secret(written: str, name: str = "registry") -> dict[str, Any]:
    data = {".dockerconfigjson": base64.b64encode(written.encode()).decode()}
    return {"metadata": {"name": name}, "type": TYPE, "data": data}


def pulling(image: str = IMAGE, **pod: Any) -> dict[str, Any]:
    manifest = small_deployment(image)
    manifest["spec"]["template"]["spec"] |= {"imagePullSecrets": [{"name": "registry"}], **pod}
    return manifest


@pytest.fixture(autouse=True)
async def place(api: Api, cluster: Cluster) -> None:
    hosts = PrivateHosts()
    hosts.set(HOST, "puller:right")
    cluster.faults.find_pull_refusal = hosts.refuse_pull
    await api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())


@pytest.mark.parametrize(
    "written",
    [
        docker_config(),
        docker_config(host=f"https://{HOST}/v1/"),
        json.dumps({"auths": {HOST: {"username": "puller", "password": "right"}}}),
    ],
    ids=["host", "address", "in two fields"],
)
async def test_an_image_is_pulled_with_the_login_for_its_host(
    api: Api, cluster: Cluster, written: str
):
    await api.call("POST", SECRETS, pull_secret(written))
    await api.call("POST", DEPLOYMENTS, pulling())
    await eventually(lambda: ready_pod(cluster))
    assert messages(cluster, "FailedToRetrieveImagePullSecret") == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (docker_config("wrong"), "failed to fetch oauth token: unexpected status from POST"),
        (docker_config(host="other.example.com"), "failed to fetch anonymous token"),
        ('{"auths": "none"}', "failed to fetch anonymous token"),
    ],
    ids=["wrong", "for another host", "no logins"],
)
async def test_another_login_is_refused(api: Api, cluster: Cluster, written: str, expected: str):
    await api.call("POST", SECRETS, pull_secret(written))
    await api.call("POST", DEPLOYMENTS, pulling())
    await eventually(lambda: any(expected in each for each in messages(cluster, "Failed")))
    (pod,) = pods_of(cluster)
    assert pod["status"]["phase"] == "Pending"


async def test_without_its_secret_the_pull_is_tried_and_repeated_until_it_is_there(
    api: Api, cluster: Cluster
):
    await api.call("POST", DEPLOYMENTS, pulling())
    await eventually(lambda: bool(messages(cluster, "FailedToRetrieveImagePullSecret")))
    assert messages(cluster, "FailedToRetrieveImagePullSecret")[0] == (
        "Unable to retrieve some image pull secrets (registry); attempting to pull the image may "
        "not succeed."
    )
    await eventually(lambda: any("anonymous token" in e for e in messages(cluster, "Failed")))
    await api.call("POST", SECRETS, pull_secret(docker_config()))
    await eventually(lambda: ready_pod(cluster))


@pytest.mark.parametrize("written", ["hf_token", "[]", ""])
async def test_what_is_no_docker_config_becomes_no_secret(api: Api, written: str):
    refused = await api.call("POST", SECRETS, pull_secret(written))
    assert refused.status == 422
    assert written not in refused.body["message"] or not written
    assert "data[.dockerconfigjson]: Invalid value" in refused.body["message"]


def read_files(
    content: bytes, cluster: object, account: tuple[str, str], parameters: Mapping[str, str]
) -> SecretFiles | None:
    return {"config": content}


def mounting_class() -> dict[str, Any]:
    data = [{"objectName": "config", "key": ".dockerconfigjson"}]
    synced = [{"secretName": "registry", "type": TYPE, "data": data}]
    return {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClass",
        "metadata": {"name": "kv"},
        "spec": {"provider": "azure", "parameters": {}, "secretObjects": synced},
    }


def volume() -> dict[str, Any]:
    attributes = {"secretProviderClass": "kv"}
    return {"name": "kv", "csi": {"driver": DRIVER, "volumeAttributes": attributes}}


async def test_a_volume_that_no_container_mounts_makes_no_secret(api: Api, cluster: Cluster):
    cluster.secrets.read = partial(read_files, docker_config().encode())
    await api.call("POST", CLASSES, mounting_class())
    await api.call("POST", DEPLOYMENTS, pulling(volumes=[volume()]))
    await eventually(lambda: bool(messages(cluster, "FailedToRetrieveImagePullSecret")))
    assert cluster.store.get(SECRET, NAMESPACE, "registry") is None


@pytest.mark.parametrize(
    ("content", "is_synced"), [(docker_config().encode(), True), (b"no json", False)]
)
async def test_another_pod_that_mounts_it_keeps_the_secret(
    api: Api, cluster: Cluster, content: bytes, is_synced: bool
):
    cluster.secrets.read = partial(read_files, content)
    await api.call("POST", CLASSES, mounting_class())
    holder = pulling("pause:1", volumes=[volume()], imagePullSecrets=[])
    container = holder["spec"]["template"]["spec"]["containers"][0]
    container["volumeMounts"] = [{"name": "kv", "mountPath": "/mnt/kv"}]
    await api.call("POST", DEPLOYMENTS, holder)
    await eventually(lambda: ready_pod(cluster))
    assert (cluster.store.get(SECRET, NAMESPACE, "registry") is not None) is is_synced
    failed = messages(cluster, "FailedToCreateSecret")
    assert failed == ([] if is_synced else ["timed out waiting for the condition"])

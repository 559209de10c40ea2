"""Volumes of the Secrets Store CSI driver: files, Secrets, variables, and what rotates of them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from emulators.azure.clock import Clock
from emulators.azure.kubernetes import durations
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import SECRET, Object
from emulators.azure.kubernetes.secret_volumes import DRIVER, NotMounted, SecretFiles
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

CLASSES = f"/apis/secrets-store.csi.x-k8s.io/v1/namespaces/{NAMESPACE}/secretproviderclasses"
ACCOUNTS = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
FILE = "/mnt/secrets/HF_TOKEN"


@dataclass
class Vault:
    """What the provider reads for `fraud-llm` in the namespace; None: the add-on is off."""

    files: SecretFiles | None = field(default_factory=lambda: {"HF_TOKEN": b"old"})
    refusal: str = ""

    def read(
        self, cluster: object, account: tuple[str, str], parameters: Mapping[str, str]
    ) -> SecretFiles | None:
        assert account == (NAMESPACE, NAME)
        assert parameters["keyvaultName"] == "fraud-team"
        if self.refusal:
            raise NotMounted(self.refusal)
        return self.files and dict(self.files)


@pytest.fixture
def vault(cluster: Cluster) -> Vault:
    vault = Vault()
    cluster.secrets.read = vault.read
    return vault


@pytest.fixture(autouse=True)
async def place(api: Api) -> None:
    await api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())
    await api.call("POST", ACCOUNTS, {"metadata": {"name": NAME}})


def provider_class() -> Object:
    data = [{"objectName": "HF_TOKEN", "key": "HF_TOKEN"}]
    return {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClass",
        "metadata": {"name": "kv"},
        "spec": {
            "provider": "azure",
            "parameters": {"keyvaultName": "fraud-team"},
            "secretObjects": [{"secretName": "synced", "type": "Opaque", "data": data}],
        },
    }


def mounting(secret: str = "synced", key: str = "HF_TOKEN") -> Object:
    manifest = small_deployment()
    spec = manifest["spec"]["template"]["spec"]
    attributes = {"secretProviderClass": "kv"}
    source = {"driver": DRIVER, "readOnly": True, "volumeAttributes": attributes}
    spec["serviceAccountName"] = NAME
    spec["volumes"] = [{"name": "secrets", "csi": source}]
    container = spec["containers"][0]
    container["volumeMounts"] = [{"name": "secrets", "mountPath": "/mnt/secrets"}]
    reference = {"secretKeyRef": {"name": secret, "key": key}}
    container["env"] = [{"name": "HF_TOKEN", "valueFrom": reference}]
    return manifest


def inside(cluster: Cluster) -> tuple[str | None, bytes | None]:
    """The variable and the file."""
    (pod,) = pods_of(cluster)
    seen = cluster.inside_of(pod, pod["spec"]["containers"][0])
    return seen.variables.get("HF_TOKEN"), seen.files.get(FILE)


def synced(cluster: Cluster) -> str | None:
    found = cluster.store.get(SECRET, NAMESPACE, "synced")
    return base64.b64decode(found["data"]["HF_TOKEN"]).decode() if found else None


async def start(api: Api, manifest: Object | None = None) -> None:
    assert (await api.call("POST", CLASSES, provider_class())).status == 201
    assert (await api.call("POST", DEPLOYMENTS, manifest or mounting())).status == 201


async def test_a_secret_is_a_file_a_secret_and_a_variable(
    api: Api, cluster: Cluster, vault: Vault
):
    await start(api)
    await eventually(lambda: ready_pod(cluster))
    assert inside(cluster) == ("old", b"old")
    assert synced(cluster) == "old"


async def test_a_rotation_reaches_file_and_secret_but_no_variable_of_a_running_container(
    api: Api, cluster: Cluster, vault: Vault, clock: Clock
):
    await start(api)
    await eventually(lambda: ready_pod(cluster))
    vault.files = {"HF_TOKEN": b"new"}
    changed_at = clock.now()
    await eventually(lambda: inside(cluster)[1] == b"new")
    assert clock.now() - changed_at <= timedelta(seconds=2 * durations.SECRET_ROTATION_SECONDS)
    assert inside(cluster) == ("old", b"new")
    assert synced(cluster) == "new"


async def test_a_refusal_of_a_rotation_leaves_the_files_and_makes_no_event(
    api: Api, cluster: Cluster, vault: Vault, clock: Clock
):
    await start(api)
    await eventually(lambda: ready_pod(cluster))
    vault.refusal = "forbidden"
    rotated = clock.now() + timedelta(seconds=2 * durations.SECRET_ROTATION_SECONDS)
    await eventually(lambda: clock.now() > rotated)
    assert inside(cluster) == ("old", b"old")
    assert messages(cluster, "FailedMount") == []


async def test_a_refusal_is_an_event_until_the_secret_is_there(
    api: Api, cluster: Cluster, vault: Vault
):
    vault.refusal = "failed to get objectType:secret, objectName:hf-token, objectVersion:: no"
    await start(api)
    await eventually(lambda: bool(messages(cluster, "FailedMount")))
    (pod,) = pods_of(cluster)
    assert messages(cluster, "FailedMount")[0] == (
        'MountVolume.SetUp failed for volume "secrets" : rpc error: code = Unknown desc = failed '
        f"to mount secrets store objects for pod {NAMESPACE}/{pod['metadata']['name']}, err: rpc "
        "error: code = Unknown desc = failed to mount objects, error: failed to get "
        "objectType:secret, objectName:hf-token, objectVersion:: no"
    )
    assert pod["status"]["phase"] == "Pending"
    vault.refusal = ""
    await eventually(lambda: ready_pod(cluster))


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        pytest.param("class", "failed to get secretproviderclass inference/kv", id="no class"),
        pytest.param("add-on", f"driver name {DRIVER} not found", id="no add-on"),
    ],
)
async def test_what_the_driver_needs_is_missed_in_its_words(
    api: Api, cluster: Cluster, vault: Vault, missing: str, expected: str
):
    if missing == "class":
        await api.call("POST", DEPLOYMENTS, mounting())
    else:
        vault.files = None
        await start(api)
    await eventually(lambda: bool(messages(cluster, "FailedMount")))
    assert expected in messages(cluster, "FailedMount")[0]


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (mounting(secret="other"), 'secret "other" not found'),
        (mounting(key="OTHER"), "couldn't find key OTHER in Secret inference/synced"),
    ],
)
async def test_a_container_waits_for_what_its_variables_refer_to(
    api: Api, cluster: Cluster, vault: Vault, manifest: Any, expected: str
):
    await start(api, manifest)

    def waiting() -> Any:
        found = [each["status"].get("containerStatuses") or [{}] for each in pods_of(cluster)]
        return found[0][0].get("state", {}).get("waiting") if found else None

    await eventually(lambda: (waiting() or {}).get("reason") == "CreateContainerConfigError")
    assert waiting()["message"] == expected
    assert f"Error: {expected}" in messages(cluster, "Failed")


async def test_the_secret_goes_with_the_last_pod_that_mounts_it(
    api: Api, cluster: Cluster, vault: Vault
):
    await start(api)
    await eventually(lambda: ready_pod(cluster))
    await api.call("DELETE", f"{DEPLOYMENTS}/{NAME}")
    await eventually(lambda: not pods_of(cluster))
    await eventually(lambda: synced(cluster) is None)


async def test_kubectl_knows_both_kinds(kubectl: Kubectl, api: Api, cluster: Cluster):
    await api.call("POST", CLASSES, provider_class())
    listed = await kubectl.run("get", "secretproviderclasses,sa", "-n", NAMESPACE, "-o", "name")
    assert listed.splitlines() == [
        "secretproviderclass.secrets-store.csi.x-k8s.io/kv",
        f"serviceaccount/{NAME}",
    ]

"""How pods get secrets: by the names of things, never by their values."""

from typing import Any

import pytest
import yaml
from lightkube.codecs import from_dict

import clients.kubernetes  # noqa: F401  # it makes the custom resource known
from domain.kubernetes.identity_manifests import CellIdentity
from domain.kubernetes.manifests import build_workload
from domain.spec.model import EnvironmentSpec
from tests.support.specs import a_spec

READER = CellIdentity("client-id", "tenant-id")
VAULT = "https://fraud-team.vault.azure.net/secrets"
SECRETS = {
    "HF_TOKEN": {"keyVaultSecretId": f"{VAULT}/hf-token"},
    "NO": {"keyVaultSecretId": f"{VAULT}/license/{'0' * 32}"},
}


def spec_with(secrets: dict[str, Any] | None = None, **workload: Any) -> EnvironmentSpec:
    wanted = SECRETS if secrets is None else secrets
    return a_spec(workload={"image": "llm:1", "secrets": wanted, **workload})


def objects(spec: EnvironmentSpec) -> dict[str, dict[str, Any]]:
    return {each["kind"]: each for each in build_workload(spec, 1, READER)}


def pod_of(spec: EnvironmentSpec) -> dict[str, Any]:
    return objects(spec)["Deployment"]["spec"]["template"]["spec"]


def test_service_account_and_class_come_before_the_pods_that_need_them() -> None:
    kinds = [each["kind"] for each in build_workload(spec_with(), 1, READER)]
    wanted = ["Namespace", "ServiceAccount", "SecretProviderClass", "Deployment"]
    assert [kind for kind in kinds if kind in wanted] == wanted


def test_the_class_reads_as_the_identity_and_keeps_a_secret_for_variables() -> None:
    found = objects(spec_with())["SecretProviderClass"]
    parameters = found["spec"]["parameters"]
    assert (parameters["clientID"], parameters["tenantId"]) == ("client-id", "tenant-id")
    assert (parameters["keyvaultName"], parameters["usePodIdentity"]) == ("fraud-team", "false")
    listed = [yaml.safe_load(each) for each in yaml.safe_load(parameters["objects"])["array"]]
    assert listed == [
        {
            "objectName": "hf-token",
            "objectType": "secret",
            "objectVersion": "",
            "objectAlias": "HF_TOKEN",
        },
        {
            "objectName": "license",
            "objectType": "secret",
            "objectVersion": "0" * 32,
            "objectAlias": "NO",
        },
    ]
    (synced,) = found["spec"]["secretObjects"]
    assert synced["secretName"] == found["metadata"]["name"]
    assert synced["data"] == [
        {"objectName": "HF_TOKEN", "key": "HF_TOKEN"},
        {"objectName": "NO", "key": "NO"},
    ]


def test_a_pod_has_secrets_as_files_and_as_variables() -> None:
    spec = spec_with(env={"MAX_BATCH": "16"})
    pod, name = pod_of(spec), objects(spec)["SecretProviderClass"]["metadata"]["name"]
    assert pod["serviceAccountName"] == "fraud-llm"
    assert pod["automountServiceAccountToken"] is False
    assert pod["volumes"] == [
        {
            "name": "secrets",
            "csi": {
                "driver": "secrets-store.csi.k8s.io",
                "readOnly": True,
                "volumeAttributes": {"secretProviderClass": name},
            },
        }
    ]
    container = pod["containers"][0]
    assert container["volumeMounts"] == [
        {"name": "secrets", "mountPath": "/mnt/secrets", "readOnly": True}
    ]
    assert container["env"] == [
        {"name": "MAX_BATCH", "value": "16"},
        {"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {"name": name, "key": "HF_TOKEN"}}},
        {"name": "NO", "valueFrom": {"secretKeyRef": {"name": name, "key": "NO"}}},
    ]


def test_a_secret_replaces_the_variable_of_the_model_that_has_its_name() -> None:
    model = {"name": "fraud-llm", "version": "7"}
    secrets = {"MODEL_NAME": SECRETS["HF_TOKEN"]}
    env = pod_of(spec_with(secrets, model=model))["containers"][0]["env"]
    assert [each["name"] for each in env] == ["MODEL_VERSION", "MODEL_NAME"]
    assert "valueFrom" in env[1]


def test_no_container_gets_the_token_of_the_identity() -> None:
    template = objects(spec_with())["Deployment"]["spec"]["template"]
    assert "azure.workload.identity/use" not in template["metadata"]["labels"]
    assert objects(spec_with())["ServiceAccount"]["automountServiceAccountToken"] is False


@pytest.mark.parametrize(
    "secrets",
    [
        {"HF_TOKEN": SECRETS["NO"]},
        {"OTHER": SECRETS["HF_TOKEN"]},
        {"HF_TOKEN": {"keyVaultSecretId": f"{VAULT}/hf-token/{'1' * 32}"}},
    ],
    ids=["another secret", "another name", "another version"],
)
def test_other_references_are_other_objects_and_other_pods(secrets: dict[str, Any]) -> None:
    one, other = (
        objects(spec_with(each)) for each in ({"HF_TOKEN": SECRETS["HF_TOKEN"]}, secrets)
    )
    names = {each["SecretProviderClass"]["metadata"]["name"] for each in (one, other)}
    labels = {
        each["Deployment"]["spec"]["template"]["metadata"]["labels"]["gridplane.io/template"]
        for each in (one, other)
    }
    assert (len(names), len(labels)) == (2, 2)


def test_the_order_of_secrets_makes_no_other_objects() -> None:
    turned = dict(reversed(SECRETS.items()))
    names = {
        objects(spec_with(each))["SecretProviderClass"]["metadata"]["name"]
        for each in (SECRETS, turned)
    }
    assert len(names) == 1


def test_without_secrets_nothing_of_it_is_in_a_cell() -> None:
    spec = a_spec(workload={"image": "llm:1"})
    built = {each["kind"]: each for each in build_workload(spec, 1)}
    pod = built["Deployment"]["spec"]["template"]["spec"]
    assert not {"ServiceAccount", "SecretProviderClass"} & built.keys()
    assert not {"serviceAccountName", "volumes"} & pod.keys()
    assert "volumeMounts" not in pod["containers"][0]


def test_shared_memory_and_secrets_are_mounted_side_by_side() -> None:
    pod = pod_of(spec_with(sharedMemory="16Gi"))
    assert [each["name"] for each in pod["volumes"]] == ["shared-memory", "secrets"]
    paths = [each["mountPath"] for each in pod["containers"][0]["volumeMounts"]]
    assert paths == ["/dev/shm", "/mnt/secrets"]


def test_the_client_of_the_api_can_apply_all_of_them() -> None:
    for each in build_workload(spec_with(), 1, READER):
        assert from_dict(each)

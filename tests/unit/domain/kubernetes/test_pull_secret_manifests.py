"""How nodes get the credentials for a registry, and the model's container does not."""

import json
from typing import Any

import yaml
from lightkube.codecs import from_dict

import clients.kubernetes  # noqa: F401  # it makes the custom resource known
from domain.arm.managed_cluster import build_managed_cluster
from domain.kubernetes.identity_manifests import CellIdentity
from domain.kubernetes.manifests import build_workload
from domain.spec.model import EnvironmentSpec
from tests.support.specs import a_spec

READER = CellIdentity("client-id", "tenant-id")
VAULT = "https://fraud-team.vault.azure.net/secrets"
PULL = {"keyVaultSecretId": f"{VAULT}/registry"}
TOKEN = {"HF_TOKEN": {"keyVaultSecretId": f"{VAULT}/hf-token"}}
IMAGE = "registry.example.com/llm:1"
HOLDER = "fraud-llm-pull-secret"


def spec_with(**workload: Any) -> EnvironmentSpec:
    return a_spec(workload={"image": IMAGE, "imagePullSecret": PULL, **workload})


def objects(spec: EnvironmentSpec, kind: str) -> dict[str, dict[str, Any]]:
    found = build_workload(spec, 1, READER)
    return {each["metadata"]["name"]: each for each in found if each["kind"] == kind}


def pod_of(deployment: dict[str, Any]) -> dict[str, Any]:
    return deployment["spec"]["template"]["spec"]


def pull_secret(spec: EnvironmentSpec) -> str:
    (reference,) = pod_of(objects(spec, "Deployment")["fraud-llm"])["imagePullSecrets"]
    return reference["name"]


def test_a_pod_on_the_system_pool_keeps_the_secret_by_which_nodes_pull() -> None:
    spec = spec_with()
    ((name, found),) = objects(spec, "SecretProviderClass").items()
    assert pull_secret(spec) == name
    assert found["spec"]["secretObjects"] == [
        {
            "secretName": name,
            "type": "kubernetes.io/dockerconfigjson",
            "data": [{"objectName": "dockerconfigjson", "key": ".dockerconfigjson"}],
        }
    ]
    parameters = found["spec"]["parameters"]
    (listed,) = [yaml.safe_load(each) for each in yaml.safe_load(parameters["objects"])["array"]]
    assert (listed["objectName"], listed["objectAlias"]) == ("registry", "dockerconfigjson")
    assert (parameters["clientID"], parameters["keyvaultName"]) == ("client-id", "fraud-team")

    holder = pod_of(objects(spec, "Deployment")[HOLDER])
    assert holder["volumes"][0]["csi"]["volumeAttributes"] == {"secretProviderClass": name}
    assert holder["containers"][0]["volumeMounts"][0]["name"] == holder["volumes"][0]["name"]
    assert holder["serviceAccountName"] == "fraud-llm"
    assert holder["nodeSelector"] == {"kubernetes.azure.com/mode": "system"}
    assert "imagePullSecrets" not in holder
    assert holder["automountServiceAccountToken"] is False
    assert holder["securityContext"]["runAsNonRoot"] is True
    assert holder["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert holder["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_a_deployment_finds_the_pod_that_holds_the_secret() -> None:
    spec = objects(spec_with(), "Deployment")[HOLDER]["spec"]
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"].items() <= labels.items()


def test_the_models_container_sees_neither_credentials_nor_token() -> None:
    pod = pod_of(objects(spec_with(), "Deployment")["fraud-llm"])
    assert "volumes" not in pod
    assert "serviceAccountName" not in pod
    assert "volumeMounts" not in pod["containers"][0]
    assert pod["containers"][0]["env"] == []


def test_beside_secrets_each_pod_mounts_its_own() -> None:
    spec = spec_with(secrets=TOKEN)
    model = pod_of(objects(spec, "Deployment")["fraud-llm"])
    mounted = model["volumes"][0]["csi"]["volumeAttributes"]["secretProviderClass"]
    assert objects(spec, "SecretProviderClass").keys() == {mounted, pull_secret(spec)}
    assert mounted != pull_secret(spec)


def test_what_the_pod_needs_is_applied_before_it_and_it_before_the_model() -> None:
    kinds = [
        (each["kind"], each["metadata"]["name"]) for each in build_workload(spec_with(), 1, READER)
    ]
    wanted = [
        ("ServiceAccount", "fraud-llm"),
        ("SecretProviderClass", pull_secret(spec_with())),
        ("Deployment", HOLDER),
        ("Deployment", "fraud-llm"),
    ]
    assert [each for each in kinds if each in wanted] == wanted


def test_another_secret_is_another_object() -> None:
    other = {"keyVaultSecretId": f"{VAULT}/registry/{'1' * 32}"}
    assert pull_secret(spec_with()) != pull_secret(spec_with(imagePullSecret=other))


def test_without_it_nothing_of_it_is_in_a_cell() -> None:
    spec = a_spec(workload={"image": IMAGE, "secrets": TOKEN})
    text = json.dumps(build_workload(spec, 1, READER))
    assert "imagePullSecrets" not in text
    assert HOLDER not in text


def test_kubernetes_takes_the_objects() -> None:
    for manifest in build_workload(spec_with(secrets=TOKEN), 1, READER):
        assert from_dict(manifest)


def test_it_alone_brings_the_driver_into_the_cluster() -> None:
    with_it, without = (
        build_managed_cluster(spec, "westeurope")["properties"].get("addonProfiles") or {}
        for spec in (spec_with(), a_spec())
    )
    assert "azureKeyvaultSecretsProvider" in with_it
    assert "azureKeyvaultSecretsProvider" not in without

"""How a pod gets the weights of its model: read-only, its own folder, by a token of its cell."""

from typing import Any

from domain.kubernetes.identity_manifests import CellIdentity
from domain.kubernetes.manifests import build_workload
from domain.spec.model import EnvironmentSpec
from tests.support.specs import a_spec

IDENTITY = CellIdentity("client-id", "tenant-id")
MODEL = {"name": "fraud-llm", "version": "7", "source": "az://acmemodels/weights/fraud-llm/7"}


def spec_with(**workload: Any) -> EnvironmentSpec:
    return a_spec(workload={"image": "llm:1", "model": MODEL, **workload})


def objects(spec: EnvironmentSpec) -> dict[str, dict[str, Any]]:
    return {each["kind"]: each for each in build_workload(spec, 1, IDENTITY)}


def pod_of(spec: EnvironmentSpec) -> dict[str, Any]:
    return objects(spec)["Deployment"]["spec"]["template"]["spec"]


def test_the_node_mounts_the_container_with_a_token_and_never_a_key() -> None:
    (volume,) = pod_of(spec_with())["volumes"]
    assert (volume["csi"]["driver"], volume["csi"]["readOnly"]) == ("blob.csi.azure.com", True)
    attributes = volume["csi"]["volumeAttributes"]
    assert attributes["storageAccount"] == "acmemodels"
    assert attributes["containerName"] == "weights"
    assert attributes["clientID"] == "client-id"
    assert attributes["mountWithWorkloadIdentityToken"] == "true"
    assert not {"secretName", "keyVaultURL", "resourceGroup"} & attributes.keys()


def test_the_container_sees_the_folder_of_its_weights_alone_and_cannot_write() -> None:
    pod = pod_of(spec_with())
    (container,) = pod["containers"]
    assert container["volumeMounts"] == [
        {
            "name": "weights",
            "mountPath": "/mnt/weights",
            "subPath": "fraud-llm/7",
            "readOnly": True,
        }
    ]
    assert {"name": "MODEL_PATH", "value": "/mnt/weights"} in container["env"]


def test_the_pod_has_the_service_account_of_the_cells_identity_and_no_token() -> None:
    spec = spec_with()
    kinds = [each["kind"] for each in build_workload(spec, 1, IDENTITY)]
    assert kinds.index("ServiceAccount") < kinds.index("Deployment")
    assert "SecretProviderClass" not in kinds
    pod = pod_of(spec)
    assert pod["serviceAccountName"] == "fraud-llm"
    assert pod["automountServiceAccountToken"] is False
    labels = objects(spec)["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert "azure.workload.identity/use" not in labels


def test_the_specification_may_name_the_path_itself() -> None:
    (container,) = pod_of(spec_with(env={"MODEL_PATH": "/mnt/weights/fp8"}))["containers"]
    paths = [each["value"] for each in container["env"] if each["name"] == "MODEL_PATH"]
    assert paths == ["/mnt/weights/fp8"]


def test_secrets_and_weights_share_the_service_account() -> None:
    secret = {"keyVaultSecretId": "https://fraud-team.vault.azure.net/secrets/hf-token"}
    spec = spec_with(secrets={"HF_TOKEN": secret})
    assert [each["name"] for each in pod_of(spec)["volumes"]] == ["secrets", "weights"]
    kinds = [each["kind"] for each in build_workload(spec, 1, IDENTITY)]
    assert kinds.count("ServiceAccount") == 1
    assert "SecretProviderClass" in kinds


def test_without_a_source_nothing_is_mounted() -> None:
    pod = pod_of(a_spec())
    assert "volumes" not in pod
    assert "serviceAccountName" not in pod
    assert "MODEL_PATH" not in {each["name"] for each in pod["containers"][0]["env"]}


REFERENCE = f"registry.example.com/weights@sha256:{'0123456789abcdef' * 4}"


def test_an_image_is_a_volume_of_its_files_that_needs_no_identity() -> None:
    spec = spec_with(model={**MODEL, "source": f"oci://{REFERENCE}"})
    deployment = {each["kind"]: each for each in build_workload(spec, 1)}["Deployment"]
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["volumes"] == [
        {"name": "weights", "image": {"reference": REFERENCE, "pullPolicy": "IfNotPresent"}}
    ]
    assert container["volumeMounts"] == [
        {"name": "weights", "mountPath": "/mnt/weights", "readOnly": True}
    ]
    assert {"name": "MODEL_PATH", "value": "/mnt/weights"} in container["env"]
    assert "serviceAccountName" not in pod
    assert "initContainers" not in pod

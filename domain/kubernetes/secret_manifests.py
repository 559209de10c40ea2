"""How the workload gets its secrets: Kubernetes objects and the parts of its pods.

The Secrets Store CSI driver reads them from Key Vault for each pod, in the name of the pod's
service account, writes them into files and copies them into a Kubernetes Secret, from which
environment variables come. After a rotation it replaces the content of both; a variable of a
container that runs does not change, and has the new value once the container starts again.

The objects are named by what they refer to: other references are other objects, so that pods of
the previous specification keep theirs, and a Secret never has the content of two specifications.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from domain.arm import naming
from domain.kubernetes.identity_manifests import CellIdentity
from domain.spec.model import EnvironmentSpec
from domain.spec.secrets import SecretReference

SECRETS_FOLDER = "/mnt/secrets"
VOLUME = "secrets"
DRIVER = "secrets-store.csi.k8s.io"
VOLUME_MOUNT: dict[str, Any] = {"name": VOLUME, "mountPath": SECRETS_FOLDER, "readOnly": True}


@dataclass(frozen=True, slots=True)
class SyncedSecret:
    """A SecretProviderClass and the Secret of its name; `references` by the keys of the Secret."""

    name: str
    type: str
    references: Mapping[str, SecretReference]


@dataclass(frozen=True, slots=True)
class VaultObject:
    """What is read of a vault as a secret; the latest version, unless one is named."""

    name: str
    version: str = ""


def build_secret_objects(spec: EnvironmentSpec, reader: CellIdentity) -> list[dict[str, Any]]:
    if not spec.workload.secrets:
        return []
    synced = SyncedSecret(objects_name(spec), "Opaque", spec.workload.secrets)
    return [build_provider_class(spec, reader, synced)]


def volumes(spec: EnvironmentSpec) -> list[dict[str, Any]]:
    return [build_volume(objects_name(spec))] if spec.workload.secrets else []


def build_volume(provider_class: str, name: str = VOLUME) -> dict[str, Any]:
    attributes = {"secretProviderClass": provider_class}
    driver = {"driver": DRIVER, "readOnly": True, "volumeAttributes": attributes}
    return {"name": name, "csi": driver}


def volume_mounts(spec: EnvironmentSpec) -> list[dict[str, Any]]:
    return [VOLUME_MOUNT] if spec.workload.secrets else []


def variables(spec: EnvironmentSpec) -> list[dict[str, Any]]:
    secret = objects_name(spec)
    return [
        {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name}}}
        for name in spec.workload.secrets
    ]


def objects_name(spec: EnvironmentSpec) -> str:
    """Of the SecretProviderClass and of the Secret that the driver makes."""
    references = sorted(
        f"{name}={secret.key_vault_secret_id}" for name, secret in spec.workload.secrets.items()
    )
    digest = sha256("\n".join(references).encode()).hexdigest()
    return f"{spec.name}-{digest[:10]}"


def build_provider_class(
    spec: EnvironmentSpec, reader: CellIdentity, synced: SyncedSecret
) -> dict[str, Any]:
    references = synced.references
    vault = next(iter(references.values())).vault
    data = [{"objectName": _file_name(key), "key": key} for key in references]
    files = {
        _file_name(key): VaultObject(secret.name, secret.version)
        for key, secret in references.items()
    }
    built = build_file_class(spec, reader, synced.name, vault, files)
    secret = {"secretName": synced.name, "type": synced.type, "data": data}
    return {**built, "spec": {**built["spec"], "secretObjects": [secret]}}


def build_file_class(
    spec: EnvironmentSpec,
    reader: CellIdentity,
    name: str,
    vault: str,
    files: Mapping[str, VaultObject],
) -> dict[str, Any]:
    """A SecretProviderClass of which no Secret is made. `files`: by their names."""
    return {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClass",
        "metadata": _metadata(spec, name),
        "spec": {
            "provider": "azure",
            "parameters": {
                "usePodIdentity": "false",
                "clientID": reader.client_id,
                "tenantId": reader.tenant_id,
                "keyvaultName": vault,
                "cloudName": "",
                "objects": _objects(files),
            },
        },
    }


def _objects(files: Mapping[str, VaultObject]) -> str:
    """YAML in YAML, as the provider takes it. Quoted: a variable may be called `NO`."""
    entries = [
        "  - |\n"
        f'    objectName: "{each.name}"\n'
        "    objectType: secret\n"
        f'    objectVersion: "{each.version}"\n'
        f'    objectAlias: "{file}"\n'
        for file, each in files.items()
    ]
    return "".join(["array:\n", *entries])


def _file_name(key: str) -> str:
    """The driver keeps names with dots in front for itself."""
    return key.removeprefix(".")


def _metadata(spec: EnvironmentSpec, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": naming.INFERENCE_NAMESPACE,
        "labels": naming.kubernetes_labels(spec, name),
    }

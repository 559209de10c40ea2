"""How nodes get the credentials for the registry of the image.

The Secrets Store CSI driver keeps a Secret only while a pod mounts it, and a kubelet mounts only
what a container has. In the model's pod, the model would see the credentials, and the first pull
would come before the Secret: so a small pod on the system pool mounts them, whose image needs no
credentials. It stays while the model sleeps, and the driver renews the Secret after a rotation.
"""

from hashlib import sha256
from typing import Any

from domain.arm import naming
from domain.kubernetes.identity_manifests import CellIdentity
from domain.kubernetes.secret_manifests import (
    VOLUME_MOUNT,
    SyncedSecret,
    build_provider_class,
    build_volume,
)
from domain.spec.model import EnvironmentSpec
from domain.spec.secrets import SecretReference

HOLDER_IMAGE = "mcr.microsoft.com/oss/kubernetes/pause:3.6"
"""Of a registry that the nodes of AKS have to reach anyway."""

SECRET_KEY = ".dockerconfigjson"
SECRET_TYPE = "kubernetes.io/dockerconfigjson"

_RESOURCES = {"requests": {"cpu": "5m", "memory": "16Mi"}, "limits": {"memory": "32Mi"}}
_NOBODY = 65534


def build_pull_secret_objects(spec: EnvironmentSpec, reader: CellIdentity) -> list[dict[str, Any]]:
    """In the order in which they are applied, after the service account."""
    reference = spec.workload.image_pull_secret
    if reference is None:
        return []
    name = secret_name(spec.name, reference)
    synced = SyncedSecret(name, SECRET_TYPE, {SECRET_KEY: reference})
    return [build_provider_class(spec, reader, synced), _holder(spec, name)]


def pull_settings(spec: EnvironmentSpec) -> dict[str, Any]:
    reference = spec.workload.image_pull_secret
    if reference is None:
        return {}
    return {"imagePullSecrets": [{"name": secret_name(spec.name, reference)}]}


def secret_name(environment: str, reference: SecretReference) -> str:
    """Of the Secret and of its class: those of another reference are others."""
    digest = sha256(reference.key_vault_secret_id.encode()).hexdigest()
    return f"{naming.pull_secret_holder(environment)}-{digest[:10]}"


def _holder(spec: EnvironmentSpec, provider_class: str) -> dict[str, Any]:
    name = naming.pull_secret_holder(spec.name)
    labels = naming.kubernetes_labels(spec, name)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": naming.INFERENCE_NAMESPACE, "labels": labels},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app.kubernetes.io/name": name}},
            "template": {"metadata": {"labels": labels}, "spec": _pod(spec, provider_class)},
        },
    }


def _pod(spec: EnvironmentSpec, provider_class: str) -> dict[str, Any]:
    return {
        "serviceAccountName": naming.service_account(spec.name),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "nodeSelector": {"kubernetes.azure.com/mode": "system"},
        "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _NOBODY,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "terminationGracePeriodSeconds": 1,
        "containers": [_container()],
        "volumes": [build_volume(provider_class)],
    }


def _container() -> dict[str, Any]:
    return {
        "name": "holder",
        "image": HOLDER_IMAGE,
        "resources": _RESOURCES,
        "volumeMounts": [VOLUME_MOUNT],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }

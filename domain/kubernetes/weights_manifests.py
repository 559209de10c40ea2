"""How the container gets the weights of its model: the parts of its pod.

Blobs: the Blob CSI driver mounts the container of blobs on the node, in the name of the pod's
service account and with a token of its own, never a key of the account. It connects from the node:
no network policy of the pod has to admit it. The pod sees the folder of its weights alone;
Kubernetes refuses to start the container where there is none.

An image: the kubelet pulls it like that of a container, with the node's identity or the pod's pull
secrets, and the container sees its files. The node keeps it, so that later pods start without a
pull. Its root is mounted: AKS mounts no subPath of an image (Azure/AKS#5730).
"""

from typing import Any

from domain.kubernetes.identity_manifests import CellIdentity
from domain.spec.model import EnvironmentSpec
from domain.spec.weights import WEIGHTS_FOLDER, BlobFolder, Weights, WeightsImage

WEIGHTS_VOLUME = "weights"
BLOB_DRIVER = "blob.csi.azure.com"

MOUNT_OPTIONS = "--allow-other --virtual-directory=true"
"""Containers need not run as root; folders are prefixes of names, without a blob of their own."""


def find_weights(spec: EnvironmentSpec) -> Weights | None:
    model = spec.workload.model
    return model.weights if model else None


def weights_volumes(spec: EnvironmentSpec, identity: CellIdentity | None) -> list[dict[str, Any]]:
    match find_weights(spec):
        case WeightsImage(reference):
            return [_image_volume(reference)]
        case BlobFolder() as folder if identity is not None:
            return [_blob_volume(folder, identity)]
        case _:
            return []


def _image_volume(reference: str) -> dict[str, Any]:
    image = {"reference": reference, "pullPolicy": "IfNotPresent"}
    return {"name": WEIGHTS_VOLUME, "image": image}


def _blob_volume(folder: BlobFolder, identity: CellIdentity) -> dict[str, Any]:
    attributes = {
        "protocol": "fuse2",
        "storageAccount": folder.account,
        "containerName": folder.container,
        "clientID": identity.client_id,
        "mountWithWorkloadIdentityToken": "true",
        "mountOptions": MOUNT_OPTIONS,
    }
    driver = {"driver": BLOB_DRIVER, "readOnly": True, "volumeAttributes": attributes}
    return {"name": WEIGHTS_VOLUME, "csi": driver}


def weights_volume_mounts(spec: EnvironmentSpec) -> list[dict[str, Any]]:
    weights = find_weights(spec)
    if weights is None:
        return []
    mount: dict[str, Any] = {"name": WEIGHTS_VOLUME, "mountPath": WEIGHTS_FOLDER}
    if isinstance(weights, BlobFolder):
        mount["subPath"] = weights.prefix
    return [{**mount, "readOnly": True}]


def weights_variables(spec: EnvironmentSpec) -> dict[str, str]:
    """Variables that tell the container where the weights are."""
    return {"MODEL_PATH": WEIGHTS_FOLDER} if find_weights(spec) else {}

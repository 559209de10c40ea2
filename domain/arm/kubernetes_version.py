"""Whether the Kubernetes of a cluster can mount an image as a volume."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from domain.arm.merge_existing import as_mapping
from domain.arm.naming import GPU_POOL
from domain.outcomes import Failure

IMAGE_VOLUMES_SINCE = (1, 35)
"""With the feature gate ImageVolume on by default, which AKS does not let anyone change. Before
it, the API server takes such a volume and its mounts out of a pod without a word."""


def refuse_image_volumes(cluster: Mapping[str, Any]) -> Failure | None:
    """`cluster`: as Azure shows it, with the version of its nodes, which may be an older one."""
    for what, shown in _versions(as_mapping(cluster.get("properties"))):
        found = re.match(r"(\d+)\.(\d+)", shown)
        if found and (int(found[1]), int(found[2])) < IMAGE_VOLUMES_SINCE:
            return _too_old(str(cluster.get("name", "")), what, shown)
    return None


def _versions(properties: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "the control plane", str(properties.get("currentKubernetesVersion", ""))
    pools: list[Any] = properties.get("agentPoolProfiles") or []
    for pool in map(as_mapping, pools):
        if pool.get("name") == GPU_POOL:
            yield "the GPU pool", str(pool.get("currentOrchestratorVersion", ""))


def _too_old(cluster: str, what: str, shown: str) -> Failure:
    wanted = ".".join(map(str, IMAGE_VOLUMES_SINCE))
    return Failure(
        reason="KubernetesTooOld",
        message=f"workload.model.source is an image, which Kubernetes mounts from {wanted} on, "
        f"but {what} of the cluster {cluster} runs {shown}.",
        retryable=False,
        suggested_action=f"Upgrade the cluster with its pools (az aks upgrade "
        f"--kubernetes-version {wanted}) and retry the operation, or replace the specification by "
        "PUT with weights in Azure Storage, az://<account>/<container>/<prefix>.",
    )

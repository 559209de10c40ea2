"""Request bodies of resource groups and AKS clusters for Azure Resource Manager."""

from typing import Any

from domain.spec import EnvironmentSpec


def gpus_needed(spec: EnvironmentSpec) -> int:
    """GPUs that all replicas of one cell hold together."""
    raise NotImplementedError


def first_gpu_node_count(spec: EnvironmentSpec) -> int:
    raise NotImplementedError


def build_resource_group(spec: EnvironmentSpec, region: str) -> dict[str, Any]:
    raise NotImplementedError


def build_managed_cluster(
    spec: EnvironmentSpec,
    region: str,
    subscription_id: str,
    existing: dict[str, Any] | None = None,
) -> dict[str, Any]:
    raise NotImplementedError


def is_cluster_current(existing: dict[str, Any], body: dict[str, Any]) -> bool:
    raise NotImplementedError

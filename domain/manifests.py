"""Kubernetes objects of a cell: NVIDIA device plugin, workload and its public Service."""

from typing import Any

from domain.spec import EnvironmentSpec


def build_manifests(
    spec: EnvironmentSpec, region: str, subscription_id: str
) -> list[dict[str, Any]]:
    raise NotImplementedError

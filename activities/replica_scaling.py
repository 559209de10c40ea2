"""Replicas of a cell's versions where KEDA sets their number, and the end of the one beside."""

from typing import TYPE_CHECKING

from domain.arm import naming
from domain.kubernetes.autoscale_manifests import PAUSED, build_scaled_objects, clamp_replicas
from domain.spec.model import EnvironmentSpec

if TYPE_CHECKING:
    from clients.kubernetes import KubernetesClient


async def adjust_replicas(
    kubernetes: "KubernetesClient", spec: EnvironmentSpec, wanted: int, like: str
) -> int:
    """How many replicas to apply: as many as KEDA has set for the version `like`, where it sets
    them."""
    if spec.workload.autoscale is None:
        await kubernetes.pause_scaling(naming.INFERENCE_NAMESPACE, spec.name, PAUSED)
        return wanted
    return clamp_replicas(
        spec, wanted, await kubernetes.count_replicas(naming.INFERENCE_NAMESPACE, like)
    )


async def hold_replicas(
    kubernetes: "KubernetesClient", serving: EnvironmentSpec, coming: EnvironmentSpec, wanted: int
) -> int:
    """How many replicas the version that comes beside the serving one needs to take over: as many
    as that has, which from now on keeps them."""
    if serving.workload.autoscale is None and coming.workload.autoscale is None:
        return wanted
    present = await kubernetes.count_replicas(naming.INFERENCE_NAMESPACE, serving.name)
    await kubernetes.apply(build_scaled_objects(serving, present or wanted, held=True))
    return clamp_replicas(coming, wanted, present)


async def release_replicas(kubernetes: "KubernetesClient", serving: EnvironmentSpec) -> None:
    """Of the version that answers all requests: their number follows them again."""
    await kubernetes.apply(build_scaled_objects(serving, serving.workload.replicas))


async def end_version_beside(kubernetes: "KubernetesClient", environment: str) -> None:
    """To zero replicas, as the app may not delete objects; KEDA would bring them back."""
    name = naming.next_version(environment)
    await kubernetes.pause_scaling(naming.INFERENCE_NAMESPACE, name, PAUSED)
    await kubernetes.scale_deployment(naming.INFERENCE_NAMESPACE, name, 0)

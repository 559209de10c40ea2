"""Applies a cell's device plugin and workload, and tells its gateway the state of the model."""

from typing import TYPE_CHECKING, Any

from activities.arm_outcomes import failed
from activities.cluster_outcomes import CLUSTER_ERRORS, cluster_failed
from activities.identities import find_reader
from activities.recorded_spec import RecordedSpecs, RecordReader, read_specs
from clients.factory import ClientFactory
from domain.arm import naming
from domain.arm.failures import cluster_missing
from domain.arm.kubernetes_version import refuse_image_volumes
from domain.durable.inputs import DeployedVersion, WorkloadInput
from domain.kubernetes.autoscale_manifests import PAUSED, clamp_replicas
from domain.kubernetes.manifests import build_next_version, build_workload
from domain.kubernetes.weights_manifests import find_weights
from domain.outcomes import Outcome
from domain.serving.gateway.bootstrap import render_routes
from domain.serving.gateway.settings import ROUTES_FILE, Installation
from domain.serving.manifests import build_route_settings
from domain.serving.network_policies import build_model_policy
from domain.spec.model import EnvironmentSpec
from domain.spec.weights import WeightsImage

if TYPE_CHECKING:
    from clients.kubernetes import KubernetesClient


async def apply_workload(
    value: dict[str, Any], clients: ClientFactory, hub: RecordReader
) -> Outcome:
    cell = WorkloadInput.from_wire(value)
    specs = await read_specs(hub, cell.environment, cell.operation_id)
    spec = cell.offer.apply(_find_version(cell, specs))
    settings = clients.settings
    identity = await find_reader(
        cell.environment, cell.offer.region, clients, is_needed=spec.workload.needs_identity
    )
    if isinstance(identity, Outcome):
        return identity
    cluster_id = naming.cluster_id(settings.subscription_id, cell.environment, cell.offer.region)
    if isinstance(find_weights(spec), WeightsImage):
        refused = await _refuse_image_volumes(cluster_id, clients)
        if refused is not None:
            return refused
    try:
        async with clients.kubernetes(cluster_id) as kubernetes:
            if cell.version is DeployedVersion.NEXT:
                policy = build_model_policy(spec, naming.next_version(spec.name))
                beside = build_next_version(spec, cell.replicas, identity)
                await kubernetes.apply([policy, *beside])
            else:
                await _prepare_gateway(kubernetes, spec, cell, settings.installation)
                replicas = await _adjust_scaling(kubernetes, spec, cell.replicas)
                await kubernetes.apply(build_workload(spec, replicas, identity))
                await _end_unneeded(kubernetes, spec, cell)
    except CLUSTER_ERRORS as error:
        return cluster_failed(error, "apply workload")
    return Outcome.succeeded()


def _find_version(cell: WorkloadInput, specs: RecordedSpecs) -> EnvironmentSpec:
    if cell.version is DeployedVersion.RESTORED and specs.former:
        return specs.serving.pinned_to(specs.former.image_digest)
    return specs.wanted.pinned_to(cell.image_digest)


async def _prepare_gateway(
    kubernetes: "KubernetesClient",
    spec: EnvironmentSpec,
    cell: WorkloadInput,
    installation: Installation,
) -> None:
    """Of two versions, the gateway was applied for the one that served then, and goes on sending
    requests to the other. A cell that is being built has no gateway yet, whose own step writes
    the same."""
    if cell.version:
        await kubernetes.apply([build_model_policy(spec, spec.name)])
        return
    routes = render_routes(build_route_settings(spec, installation), cell.state)
    gateway = naming.gateway_name(spec.name)
    await kubernetes.patch_config_map(naming.INFERENCE_NAMESPACE, gateway, {ROUTES_FILE: routes})


async def _end_unneeded(
    kubernetes: "KubernetesClient", spec: EnvironmentSpec, cell: WorkloadInput
) -> None:
    """Also a version that an update has left beside the one that serves."""
    unneeded = [] if cell.version else [naming.next_version(spec.name)]
    if spec.workload.image_pull_secret is None:
        unneeded.append(naming.pull_secret_holder(spec.name))
    for each in unneeded:
        await kubernetes.scale_deployment(naming.INFERENCE_NAMESPACE, each, 0)


async def _adjust_scaling(
    kubernetes: "KubernetesClient", spec: EnvironmentSpec, wanted: int
) -> int:
    """How many replicas to apply: as many as KEDA has set, where it goes on setting them."""
    namespace, name = naming.INFERENCE_NAMESPACE, spec.name
    if spec.workload.autoscale is None:
        await kubernetes.pause_scaling(namespace, name, PAUSED)
        return wanted
    return clamp_replicas(spec, wanted, await kubernetes.count_replicas(namespace, name))


async def _refuse_image_volumes(cluster_id: str, clients: ClientFactory) -> Outcome | None:
    cluster = await clients.resources.get(cluster_id)
    if cluster.status == 404:
        return Outcome.failed(cluster_missing(cluster_id))
    if not cluster.is_success:
        return failed(cluster, "GET managedCluster")
    failure = refuse_image_volumes(cluster.body)
    return Outcome.failed(failure) if failure else None

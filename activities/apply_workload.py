"""Applies a cell's device plugin and workload, and tells its gateway the state of the model."""

from typing import TYPE_CHECKING, Any

from activities.arm_outcomes import failed
from activities.cluster_outcomes import CLUSTER_ERRORS, cluster_failed
from activities.identities import find_reader
from activities.recorded_spec import RecordedSpecs, RecordReader, read_specs
from activities.replica_scaling import adjust_replicas, end_version_beside, hold_replicas
from clients.factory import ClientFactory
from domain.arm import naming
from domain.arm.failures import cluster_missing
from domain.arm.kubernetes_version import refuse_image_volumes
from domain.durable.inputs import DeployedVersion, WorkloadInput
from domain.kubernetes.identity_manifests import CellIdentity
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
                serving = cell.offer.apply(specs.serving)
                replicas = await hold_replicas(kubernetes, serving, spec, cell.replicas)
                policy = build_model_policy(spec, naming.next_version(spec.name))
                beside = build_next_version(spec, replicas, identity)
                await kubernetes.apply([policy, *beside])
            else:
                await _prepare_gateway(kubernetes, spec, cell, settings.installation)
                await _deploy_in_place(kubernetes, spec, cell, identity)
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


async def _deploy_in_place(
    kubernetes: "KubernetesClient",
    spec: EnvironmentSpec,
    cell: WorkloadInput,
    identity: CellIdentity | None,
) -> None:
    """With as many replicas as the version that answers the requests has."""
    is_beside = cell.version is not None
    like = naming.next_version(spec.name) if is_beside else spec.name
    replicas = await adjust_replicas(kubernetes, spec, cell.replicas, like)
    await kubernetes.apply(build_workload(spec, replicas, identity, held=is_beside))


async def _end_unneeded(
    kubernetes: "KubernetesClient", spec: EnvironmentSpec, cell: WorkloadInput
) -> None:
    """Also a version that an update has left beside the one that serves."""
    if cell.version is None:
        await end_version_beside(kubernetes, spec.name)
    if spec.workload.image_pull_secret is None:
        holder = naming.pull_secret_holder(spec.name)
        await kubernetes.scale_deployment(naming.INFERENCE_NAMESPACE, holder, 0)


async def _refuse_image_volumes(cluster_id: str, clients: ClientFactory) -> Outcome | None:
    cluster = await clients.resources.get(cluster_id)
    if cluster.status == 404:
        return Outcome.failed(cluster_missing(cluster_id))
    if not cluster.is_success:
        return failed(cluster, "GET managedCluster")
    failure = refuse_image_volumes(cluster.body)
    return Outcome.failed(failure) if failure else None

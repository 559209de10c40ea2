"""Applies a cell's device plugin and workload, and tells its gateway the state of the model."""

from typing import TYPE_CHECKING, Any

from activities.arm_outcomes import failed
from activities.cluster_outcomes import CLUSTER_ERRORS, cluster_failed
from activities.identities import find_reader
from activities.recorded_spec import RecordReader, read_spec
from clients.factory import ClientFactory
from domain.arm import naming
from domain.arm.failures import cluster_missing
from domain.arm.kubernetes_version import refuse_image_volumes
from domain.durable.inputs import WorkloadInput
from domain.kubernetes.autoscale_manifests import PAUSED, clamp_replicas
from domain.kubernetes.manifests import build_workload
from domain.kubernetes.weights_manifests import find_weights
from domain.outcomes import Outcome
from domain.serving.gateway.bootstrap import render_routes
from domain.serving.gateway.settings import ROUTES_FILE
from domain.serving.manifests import build_route_settings
from domain.spec.model import EnvironmentSpec
from domain.spec.weights import WeightsImage

if TYPE_CHECKING:
    from clients.kubernetes import KubernetesClient


async def apply_workload(
    value: dict[str, Any], clients: ClientFactory, hub: RecordReader
) -> Outcome:
    cell = WorkloadInput.from_wire(value)
    recorded = await read_spec(hub, cell.environment, cell.operation_id)
    spec = cell.offer.apply(recorded.pinned_to(cell.image_digest))
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
    routing = build_route_settings(spec, settings.installation)
    routes = {ROUTES_FILE: render_routes(routing, cell.state)}
    gateway = naming.gateway_name(cell.environment)
    try:
        async with clients.kubernetes(cluster_id) as kubernetes:
            # A cell that is being built has no gateway yet, whose own step writes the same.
            await kubernetes.patch_config_map(naming.INFERENCE_NAMESPACE, gateway, routes)
            replicas = await _adjust_scaling(kubernetes, spec, cell.replicas)
            await kubernetes.apply(build_workload(spec, replicas, identity))
            if spec.workload.image_pull_secret is None:
                holder = naming.pull_secret_holder(cell.environment)
                await kubernetes.scale_deployment(naming.INFERENCE_NAMESPACE, holder, 0)
    except CLUSTER_ERRORS as error:
        return cluster_failed(error, "apply workload")
    return Outcome.succeeded()


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

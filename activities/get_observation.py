"""Reads the Kubernetes objects that determine whether a cell is ready."""

import asyncio
from typing import TYPE_CHECKING, Any

from activities.cluster_outcomes import CLUSTER_ERRORS, cluster_failed
from clients.factory import ClientFactory
from domain.arm import naming
from domain.durable.inputs import ObservationInput
from domain.kubernetes.observe import build_observation
from domain.outcomes import Outcome

if TYPE_CHECKING:
    from clients.kubernetes import KubernetesClient


async def get_observation(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    cell = ObservationInput.from_wire(value)
    subscription_id = clients.settings.subscription_id
    cluster_id = naming.cluster_id(subscription_id, cell.environment, cell.region)
    try:
        async with clients.kubernetes(cluster_id) as kubernetes:
            return Outcome.succeeded(**await _observe(kubernetes, cell.environment))
    except CLUSTER_ERRORS as error:
        return cluster_failed(error, "read readiness")


async def _observe(kubernetes: "KubernetesClient", name: str) -> dict[str, Any]:
    namespace = naming.INFERENCE_NAMESPACE
    nodes, pods, deployment, service, plugin, events = await asyncio.gather(
        kubernetes.list_nodes({naming.GPU_NODE_LABEL: "true"}),
        kubernetes.list_pods(namespace, {"app.kubernetes.io/name": name}),
        kubernetes.get_deployment(namespace, name),
        kubernetes.get_service(namespace, name),
        kubernetes.get_daemon_set(naming.DEVICE_PLUGIN_NAMESPACE, naming.DEVICE_PLUGIN),
        kubernetes.list_events(namespace),
    )
    return build_observation(nodes, pods, deployment, service, plugin, events).to_wire()

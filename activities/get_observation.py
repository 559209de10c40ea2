"""Reads the Kubernetes objects that determine whether a cell is ready."""

import asyncio
from itertools import chain
from typing import TYPE_CHECKING, Any

from activities.cluster_outcomes import CLUSTER_ERRORS, cluster_failed
from activities.gateway_certificates import read_certificates
from clients.factory import ClientFactory
from domain.arm import naming
from domain.durable.inputs import ObservationInput
from domain.kubernetes.autoscaler_status import STATUS_CONFIG_MAP, STATUS_KEY
from domain.kubernetes.observe import ClusterObjects, build_observation
from domain.outcomes import Outcome
from domain.spec.origin_certificate import host_of

if TYPE_CHECKING:
    from clients.kubernetes import KubernetesClient


async def get_observation(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    cell = ObservationInput.from_wire(value)
    subscription_id = clients.settings.subscription_id
    cluster_id = naming.cluster_id(subscription_id, cell.environment, cell.region)
    try:
        async with clients.kubernetes(cluster_id) as kubernetes:
            return Outcome.succeeded(**await _observe(kubernetes, cell))
    except CLUSTER_ERRORS as error:
        return cluster_failed(error, "read readiness")


async def _observe(kubernetes: "KubernetesClient", cell: ObservationInput) -> dict[str, Any]:
    inference, system = naming.INFERENCE_NAMESPACE, naming.SYSTEM_NAMESPACE
    name = cell.environment
    workload, support = await asyncio.gather(
        asyncio.gather(
            kubernetes.list_pods(inference, {"app.kubernetes.io/name": name}),
            kubernetes.get_deployment(inference, name),
            kubernetes.get_service(inference, name),
            kubernetes.list_events(inference),
            kubernetes.list_pods(inference, {"app.kubernetes.io/name": naming.gateway_name(name)}),
        ),
        asyncio.gather(
            kubernetes.list_nodes({naming.GPU_NODE_LABEL: "true"}),
            kubernetes.get_daemon_set(system, naming.DEVICE_PLUGIN),
            kubernetes.list_pods(system, {"app.kubernetes.io/name": naming.DEVICE_PLUGIN}),
            kubernetes.find_config_map_document(system, STATUS_CONFIG_MAP, STATUS_KEY),
            kubernetes.list_events(system),
            kubernetes.list_events(naming.NODE_EVENTS_NAMESPACE),
        ),
    )
    pods, deployment, service, events, gateway_pods = workload
    nodes, device_plugin, device_plugin_pods, autoscaler_status, *other_events = support
    seen = ClusterObjects(
        nodes=nodes,
        pods=pods,
        deployment=deployment,
        service=service,
        device_plugin=device_plugin,
        events=events,
        gateway_pods=gateway_pods,
        device_plugin_pods=device_plugin_pods,
        other_events=[*chain.from_iterable(other_events)],
        autoscaler_status=autoscaler_status,
    )
    observation = build_observation(seen)
    if cell.certificate_domain:
        host = host_of(cell.region, cell.certificate_domain)
        certificates = await read_certificates(kubernetes, host, gateway_pods)
        observation = observation.model_copy(update={"certificates": certificates})
    return observation.to_wire()

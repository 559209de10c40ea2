"""Reads the Kubernetes objects that determine whether a cell is ready."""

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
    version = naming.next_version(name) if cell.is_next else name
    # One after the other, over one connection: side by side each request opens its own, and a TLS
    # handshake costs more than the request.
    gateway_pods = await kubernetes.list_pods(inference, _named(naming.gateway_name(name)))
    seen = ClusterObjects(
        pods=await kubernetes.list_pods(inference, _named(version)),
        deployment=await kubernetes.get_deployment(inference, version),
        service=await kubernetes.get_service(inference, name),
        events=await kubernetes.list_events(inference),
        gateway_pods=gateway_pods,
        nodes=await kubernetes.list_nodes({naming.GPU_NODE_LABEL: "true"}),
        device_plugin=await kubernetes.get_daemon_set(system, naming.DEVICE_PLUGIN),
        device_plugin_pods=await kubernetes.list_pods(system, _named(naming.DEVICE_PLUGIN)),
        autoscaler_status=await kubernetes.find_config_map_document(
            system, STATUS_CONFIG_MAP, STATUS_KEY
        ),
        other_events=[
            *await kubernetes.list_events(system),
            *await kubernetes.list_events(naming.NODE_EVENTS_NAMESPACE),
        ],
    )
    observation = build_observation(seen)
    if cell.certificate_domain:
        host = host_of(cell.region, cell.certificate_domain)
        certificates = await read_certificates(kubernetes, host, gateway_pods)
        observation = observation.model_copy(update={"certificates": certificates})
    return observation.to_wire()


def _named(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name}

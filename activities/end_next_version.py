"""Ends the version beside the one that serves, and tells when none of its pods is left."""

from typing import Any

from activities.cluster_outcomes import CLUSTER_ERRORS, cluster_failed
from activities.replica_scaling import end_version_beside
from clients.factory import ClientFactory
from domain.arm import naming
from domain.durable.inputs import TrafficInput
from domain.kubernetes.failures import next_version_ending
from domain.outcomes import Outcome


async def end_next_version(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    """Its GPU node goes with its last pod."""
    traffic = TrafficInput.from_wire(value)
    subscription_id, namespace = clients.settings.subscription_id, naming.INFERENCE_NAMESPACE
    name = naming.next_version(traffic.environment)
    left: list[str] = []
    failed: list[Outcome] = []
    for region in traffic.regions:
        cluster_id = naming.cluster_id(subscription_id, traffic.environment, region)
        try:
            async with clients.kubernetes(cluster_id) as kubernetes:
                await end_version_beside(kubernetes, traffic.environment)
                pods = await kubernetes.list_pods(namespace, {"app.kubernetes.io/name": name})
        except CLUSTER_ERRORS as error:
            failed.append(cluster_failed(error, f"end a version in {region}"))
        else:
            left += [f"{region}/{pod['metadata']['name']}" for pod in pods]
    if failed:
        return failed[0]
    return Outcome.failed(next_version_ending(left)) if left else Outcome.succeeded()

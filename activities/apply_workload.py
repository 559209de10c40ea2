"""Applies a cell's Kubernetes objects: device plugin, responder, workload and Service."""

from typing import Any

from activities.cluster_outcomes import CLUSTER_ERRORS, cluster_failed
from activities.recorded_spec import RecordReader, read_spec
from clients.factory import ClientFactory
from domain.arm import naming
from domain.durable.inputs import WorkloadInput
from domain.kubernetes.manifests import build_manifests
from domain.outcomes import Outcome


async def apply_workload(
    value: dict[str, Any], clients: ClientFactory, hub: RecordReader
) -> Outcome:
    cell = WorkloadInput.from_wire(value)
    spec = cell.offer.apply(await read_spec(hub, cell.environment, cell.operation_id))
    region = cell.offer.region
    subscription_id = clients.settings.subscription_id
    cluster_id = naming.cluster_id(subscription_id, cell.environment, region)
    manifests = build_manifests(
        spec, region, subscription_id, replicas=cell.replicas, awake=cell.awake
    )
    try:
        async with clients.kubernetes(cluster_id) as kubernetes:
            await kubernetes.apply(manifests)
    except CLUSTER_ERRORS as error:
        return cluster_failed(error, "apply workload")
    return Outcome.succeeded()

"""Reads the usage of many cells; what cannot be read stays unknown."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from activities.many_clusters import read_clusters
from activities.pod_counters import read_counters
from clients.factory import ClientFactory
from domain.arm import naming
from domain.durable.sweep_inputs import UsageInput
from domain.environment.counters import CounterLook
from domain.outcomes import Outcome
from domain.serving.counter_pods import find_counter_pods
from domain.sweep.inventory import build_gpu_pods
from domain.sweep.usage import GpuPod, Sample, Usage
from domain.sweep.usage_queries import CellRef, UsageQuery

if TYPE_CHECKING:
    from clients.kubernetes import KubernetesClient

type Requests = Mapping[str, tuple[Sample, ...] | None]


class CellPods(NamedTuple):
    """What the pods of one cell show."""

    gpu_pods: tuple[GpuPod, ...]
    counters: CounterLook


async def get_usage(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    query = UsageInput.from_wire(value).query
    requests, pods = await asyncio.gather(
        _read_requests(query, clients), read_clusters(query.cells, clients, _read_cell)
    )
    usage = [
        _build_usage(query, cell, requests[cell.environment], found)
        for cell, found in zip(query.cells, pods, strict=True)
    ]
    # With null for what is unknown, which `to_wire` would leave out.
    return Outcome.succeeded(usage=[each.model_dump(mode="json", by_alias=True) for each in usage])


def _build_usage(
    query: UsageQuery, cell: CellRef, requests: tuple[Sample, ...] | None, pods: CellPods | None
) -> Usage:
    return Usage(
        environment=cell.environment,
        region=cell.region,
        observed_at=query.observed_at,
        requests=requests,
        gpu_pods=pods.gpu_pods if pods else None,
        counters=pods.counters if pods else None,
        interval_minutes=query.interval_minutes,
    )


async def _read_requests(query: UsageQuery, clients: ClientFactory) -> Requests:
    """By environment: the edge counts the requests of all its regions together."""
    subscription_id = clients.settings.subscription_id
    names = dict.fromkeys(cell.environment for cell in query.cells)
    ids = {name: naming.profile_id(subscription_id, name) for name in names}
    counts = await clients.metrics.request_counts(
        list(ids.values()), query.start, query.interval_minutes
    )
    return {name: counts[profile_id] for name, profile_id in ids.items()}


async def _read_cell(kubernetes: "KubernetesClient", cell: CellRef) -> CellPods:
    pods = await kubernetes.list_all_pods()
    look = await read_counters(kubernetes, find_counter_pods(pods, cell.environment))
    return CellPods(build_gpu_pods(pods, cell.environment), look)

"""Reads the usage of many cells; what cannot be read stays unknown."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from activities.cluster_outcomes import CLUSTER_ERRORS
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

logger = logging.getLogger("gridplane.activities")

CLUSTERS_AT_ONCE = 16
CLUSTER_TIMEOUT_SECONDS = 30.0

type Requests = Mapping[str, tuple[Sample, ...] | None]


class CellPods(NamedTuple):
    """What the pods of one cell show."""

    gpu_pods: tuple[GpuPod, ...] | None
    counters: CounterLook | None


async def get_usage(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    query = UsageInput.from_wire(value).query
    gate = asyncio.Semaphore(CLUSTERS_AT_ONCE)
    requests, pods = await asyncio.gather(
        _read_requests(query, clients),
        asyncio.gather(*(_read_cell(cell, clients, gate) for cell in query.cells)),
    )
    usage = [
        _build_usage(query, cell, requests[cell.environment], found)
        for cell, found in zip(query.cells, pods, strict=True)
    ]
    # With null for what is unknown, which `to_wire` would leave out.
    return Outcome.succeeded(usage=[each.model_dump(mode="json", by_alias=True) for each in usage])


def _build_usage(
    query: UsageQuery, cell: CellRef, requests: tuple[Sample, ...] | None, pods: CellPods
) -> Usage:
    return Usage(
        environment=cell.environment,
        region=cell.region,
        observed_at=query.observed_at,
        requests=requests,
        gpu_pods=pods.gpu_pods,
        counters=pods.counters,
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


async def _read_cell(cell: CellRef, clients: ClientFactory, gate: asyncio.Semaphore) -> CellPods:
    cluster_id = naming.cluster_id(clients.settings.subscription_id, cell.environment, cell.region)
    try:
        async with (
            gate,
            asyncio.timeout(CLUSTER_TIMEOUT_SECONDS),
            clients.kubernetes(cluster_id) as kubernetes,
        ):
            pods = await kubernetes.list_all_pods()
            look = await read_counters(kubernetes, find_counter_pods(pods, cell.environment))
        return CellPods(build_gpu_pods(pods, cell.environment), look)
    except (*CLUSTER_ERRORS, TimeoutError, LookupError, ValueError) as error:
        logger.warning(
            "get_usage: pods of %s in %s are unknown: %s: %s",
            cell.environment,
            cell.region,
            type(error).__name__,
            error,
            extra={"environment": cell.environment, "resource_id": cluster_id},
        )
        return CellPods(None, None)

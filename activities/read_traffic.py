"""Reads what the gateways of an environment have counted of two versions, and probes versions
through them."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from activities.many_clusters import read_clusters
from activities.pod_counters import POD_SECONDS
from clients.answers import KubernetesRefused, NoAnswer
from clients.factory import ClientFactory
from domain.arm import naming
from domain.durable.inputs import TrafficInput
from domain.outcomes import Outcome
from domain.serving.counter_pods import count_restarts
from domain.serving.failures import version_unreachable
from domain.serving.gateway.routes import MODEL_HEALTH_PATH, NEXT_HEALTH_PATH
from domain.serving.gateway.settings import GatewayPorts
from domain.serving.traffic import TRAFFIC_PATH, GatewayTraffic, TrafficLook, read_traffic
from domain.sweep.usage_queries import CellRef

if TYPE_CHECKING:
    from clients.kubernetes import KubernetesClient

type GatewayAnswers = dict[str, tuple[int, str | None]]
"""By pod: its restarts, and what it answered; None if it did not."""


async def get_traffic(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    traffic = TrafficInput.from_wire(value)
    answers = await _ask_gateways(traffic, clients, TRAFFIC_PATH)
    gateways: dict[str, GatewayTraffic] = {}
    unread: list[str] = []
    for name, (restarts, text) in answers.items():
        read = None if text is None else read_traffic(text, restarts)
        if read:
            gateways[name] = read
        else:
            unread.append(name)
    look = TrafficLook(gateways=gateways, unread=tuple(unread))
    return Outcome.succeeded(look=look.to_wire())


async def probe_version(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    """Each gateway has to reach it, also one that drains: it may be sent its share. The cluster
    that is probed resolves the name of the Service by itself, and later requests go by another."""
    traffic = TrafficInput.from_wire(value)
    is_next = not traffic.is_promoted
    path = NEXT_HEALTH_PATH if is_next else MODEL_HEALTH_PATH
    healthy = await _ask_gateways(traffic, clients, path.removeprefix("/"))
    counted = await _ask_gateways(traffic, clients, TRAFFIC_PATH)
    failed = [
        name
        for name, (_, text) in healthy.items()
        if text is None or not _has_addresses(counted.get(name), is_next=is_next)
    ]
    return Outcome.failed(version_unreachable(failed)) if failed else Outcome.succeeded()


def _has_addresses(answer: tuple[int, str | None] | None, *, is_next: bool) -> bool:
    restarts, text = answer or (0, None)
    read = read_traffic(text, restarts) if text else None
    return read is not None and (read.new_addresses if is_next else read.old_addresses) > 0


async def _ask_gateways(
    traffic: TrafficInput, clients: ClientFactory, path: str
) -> GatewayAnswers:
    """By region and pod; a region whose cluster does not answer is one that did not."""
    cells = [CellRef(environment=traffic.environment, region=each) for each in traffic.regions]

    async def ask(kubernetes: "KubernetesClient", cell: CellRef) -> GatewayAnswers:
        labels = {"app.kubernetes.io/name": naming.gateway_name(cell.environment)}
        pods = await kubernetes.list_pods(naming.INFERENCE_NAMESPACE, labels)
        texts = await asyncio.gather(*(_ask(kubernetes, pod, path) for pod in pods))
        return {
            f"{cell.region}/{pod['metadata']['name']}": (count_restarts(pod), text)
            for pod, text in zip(pods, texts, strict=True)
        }

    found = await read_clusters(cells, clients, ask)
    answers: GatewayAnswers = {}
    for cell, each in zip(cells, found, strict=True):
        answers |= each or {cell.region: (0, None)}
    return answers


async def _ask(kubernetes: "KubernetesClient", pod: Mapping[str, Any], path: str) -> str | None:
    metadata = pod["metadata"]
    try:
        async with asyncio.timeout(POD_SECONDS):
            return await kubernetes.read_from_pod(
                metadata["namespace"], metadata["name"], GatewayPorts().stats, path
            )
    except (KubernetesRefused, NoAnswer, TimeoutError):
        return None

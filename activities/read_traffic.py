"""Reads what the gateways of an environment have counted of two versions, and probes the new one
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
from domain.serving.failures import next_version_unreachable
from domain.serving.gateway.routes import NEXT_HEALTH_PATH
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


async def probe_next_version(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    """Each gateway has to reach it, also one that drains: it may be sent its share."""
    traffic = TrafficInput.from_wire(value)
    answers = await _ask_gateways(traffic, clients, NEXT_HEALTH_PATH.removeprefix("/"))
    failed = [name for name, (_, text) in answers.items() if text is None]
    return Outcome.failed(next_version_unreachable(failed)) if failed else Outcome.succeeded()


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

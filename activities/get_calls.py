"""Reads the counters of the gateways of sleeping environments."""

from typing import TYPE_CHECKING, Any

from activities.many_clusters import read_clusters
from activities.pod_counters import read_counters
from clients.factory import ClientFactory
from domain.arm import naming
from domain.durable.sweep_inputs import CallsInput, CellLook
from domain.environment.counters import CounterLook
from domain.outcomes import Outcome
from domain.serving.counter_pods import find_counter_pods
from domain.sweep.usage_queries import CellRef

if TYPE_CHECKING:
    from clients.kubernetes import KubernetesClient


async def get_calls(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    cells = CallsInput.from_wire(value).cells
    looks = await read_clusters(cells, clients, _read_gateways)
    found = [CellLook(cell=each, look=look) for each, look in zip(cells, looks, strict=True)]
    return Outcome.succeeded(looks=[each.to_wire() for each in found])


async def _read_gateways(kubernetes: "KubernetesClient", cell: CellRef) -> CounterLook:
    labels = {"app.kubernetes.io/name": naming.gateway_name(cell.environment)}
    pods = await kubernetes.list_pods(naming.INFERENCE_NAMESPACE, labels)
    return await read_counters(kubernetes, find_counter_pods(pods, cell.environment))

from typing import Any, cast

from activities.get_calls import get_calls
from clients.answers import NoAnswer
from clients.factory import ClientFactory
from domain.arm import naming
from domain.durable.sweep_inputs import CallsInput, CellLook
from domain.sweep.usage_queries import CellRef
from tests.unit.activities.test_get_usage import ENVOY, Clients, FakePods, a_pod, cluster_id


class FakeGateways(FakePods):
    """Lists as the API does: by namespace and labels."""

    async def list_pods(self, namespace: str, labels: dict[str, str]) -> list[dict[str, Any]]:
        pods = await self.list_all_pods()
        return [
            pod
            for pod in pods
            if pod["metadata"]["namespace"] == namespace
            and pod["metadata"]["labels"].items() >= labels.items()
        ]


async def look(clients: Clients, *names: str) -> list[CellLook]:
    cells = tuple(CellRef(environment=name, region="westeurope") for name in names)
    value = CallsInput(operation_id="wake-on-request", cells=cells).to_wire()
    outcome = await get_calls(value, cast("ClientFactory", clients))
    return [CellLook.from_wire(each) for each in outcome.to_wire()["result"]["looks"]]


async def test_the_gateways_of_each_cell_are_asked_and_nothing_else():
    pods = [a_pod("gateway", app=naming.gateway_name("a")), a_pod("model")]
    cluster = FakeGateways(pods, answers={"gateway": ENVOY})
    (found,) = await look(Clients(clusters={cluster_id("a"): cluster}), "a")
    assert found.look
    assert found.look.gateways["gateway"].requests == 12
    assert cluster.read == ["inference/gateway:8082/stats/prometheus"]


async def test_a_cell_that_cannot_be_read_hides_no_other():
    refused, empty = FakeGateways(error=NoAnswer("no route")), FakeGateways()
    clients = Clients(clusters={cluster_id("a"): refused, cluster_id("b"): empty})
    a, b = await look(clients, "a", "b")
    assert (a.look, a.cell.environment) == (None, "a")
    assert b.look
    assert b.look.gateways == {}

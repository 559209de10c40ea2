"""The product's own clients against a simulator with one environment's edge in it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clients.factory import ClientFactory
from domain.arm import naming
from emulators.azure.process import RunningSimulator
from emulators.tests.support.simulator import SimulatorAddress, simulator_in_process

SKU = {"name": "Standard_AzureFrontDoor"}


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[RunningSimulator, SimulatorAddress]]:
    async with simulator_in_process(tmp_path) as started:
        yield started


@dataclass(frozen=True, slots=True)
class Edge:
    """An endpoint that the edge knows, with no route: whatever is asked is answered 404."""

    profile_id: str
    host_name: str
    clients: ClientFactory

    async def ask(self, times: int) -> None:
        for _ in range(times):
            answer = await self.clients.edge.get(self.host_name, "/", 5)
            assert answer.status == 404


@pytest.fixture
async def edge(clients: ClientFactory, simulator: RunningSimulator) -> Edge:
    subscription = clients.settings.subscription_id
    group = naming.resource_group_id(subscription, naming.edge_resource_group("fraud-llm"))
    profile = naming.profile_id(subscription, "fraud-llm")
    endpoint = naming.endpoint_id(subscription, "fraud-llm")
    await put(clients, group, {"location": "westeurope"})
    await put(clients, profile, {"location": "global", "sku": SKU})
    body = await put(clients, endpoint, {"location": "global"})
    simulator.simulator.clock.set_scale(1)
    pass_minutes(simulator, 20)
    return Edge(profile, body["properties"]["hostName"], clients)


def pass_minutes(simulator: RunningSimulator, minutes: int) -> None:
    clock = simulator.simulator.clock
    clock.advance_to(clock.now() + timedelta(minutes=minutes))


async def put(clients: ClientFactory, resource_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Create it and wait until it is there."""
    answer = await clients.resources.begin_put(resource_id, body)
    while answer.body["properties"].get("provisioningState") not in {None, "Succeeded"}:
        assert answer.is_success, answer
        answer = await clients.resources.get(resource_id)
    assert answer.is_success, answer
    return answer.body

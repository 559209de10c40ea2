"""The costs of a simulated month against the log of machines of simulated Azure, to the cent."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from activities.begin_resource import begin_resource
from activities.list_gpu_pools import list_gpu_pools
from activities.poll_operation import poll_operation
from clients.factory import ClientFactory
from domain.arm import naming
from domain.arm.agent_pool import build_scaled_pool
from domain.catalog.prices import RegionPrices, read_retail_prices
from domain.durable.inputs import OperationPoll, ResourceInput
from domain.environment.gpu_observations import record_gpu_nodes
from domain.environment.gpu_usage import RecordGpuNodes
from domain.environment.record import EnvironmentRecord
from domain.environment.starts import start_operation
from domain.guard.billed_costs import SETTLED_AFTER, reconcile
from domain.guard.costs import build_cost_report
from domain.outcomes import Handle, Status
from domain.sweep.found import AzureListing, FoundCluster
from domain.sweep.gpu_nodes import find_gpu_nodes
from domain.sweep.health_facts import Found
from domain.sweep.record_notes import read_sweep_state
from emulators.azure.process import RunningSimulator
from tests.support.fake_hub import FakeHub
from tests.support.specs import a_request, a_spec

REGION = "westeurope"
T4 = "Standard_NC4as_T4_v3"
PRICES = (0.658, 0.7, 0.61)
"""Of the size, in turn: hours count at the price of their time."""
SLOW = 20.0
"""Of Azure's time to ours: at the tests' usual 2,000 a look would be minutes late."""
CHANGES = 16
CENT = 0.01
SYSTEM_PRICE = 0.272


@dataclass(slots=True)
class Month:
    """An environment, and what sweeps have recorded of it."""

    azure: RunningSimulator
    clients: ClientFactory
    record: EnvironmentRecord
    prices: RegionPrices | None = None

    @property
    def now(self) -> datetime:
        return self.azure.simulator.clock.now()

    async def build(self) -> None:
        hub = FakeHub()
        hub.add(self.record)
        operation_id = self.record.operations[-1].id
        for kind in ("resourceGroup", "managedCluster"):
            value = ResourceInput(
                operation_id=operation_id,
                environment=self.record.name,
                kind=kind,
                region=REGION,
            )
            outcome = await begin_resource(value.to_wire(), self.clients, hub)
            if outcome.handle:
                await self._finish(outcome.handle)
        await self.look()

    async def scale(self, nodes: int) -> None:
        pool_id = naming.agent_pool_id(
            self.clients.settings.subscription_id, self.record.name, REGION
        )
        existing = await self.clients.resources.get(pool_id)
        body = build_scaled_pool(existing.body, nodes)
        begun = await self.clients.resources.begin_put(pool_id, body)
        assert begun.is_success, begun
        await self._finish(
            Handle(kind="agentPool", resource_id=pool_id, operation_url=begun.operation_url)
        )
        await self.look()

    async def reprice(self, price: float) -> None:
        self.azure.simulator.azure.prices.set(REGION, T4, price, spot=False)
        rows = await self.clients.retail_prices.list_vm_prices(REGION, vm_size=T4)
        self.prices = read_retail_prices(rows, REGION, self.now)

    async def pass_time(self, hours: float) -> None:
        clock = self.azure.simulator.clock
        clock.advance_to(clock.now() + timedelta(hours=hours))

    async def look(self) -> None:
        """As a sweep does, at once after a change."""
        at = self.now
        outcome = await list_gpu_pools({"operationId": "sweep"}, self.clients)
        clusters = tuple(FoundCluster.from_wire(each) for each in outcome.result["clusters"])
        found = Found.of(AzureListing(listed_at=at, clusters=clusters))
        prices = {REGION: self.prices} if self.prices else {}
        seen = find_gpu_nodes(found, read_sweep_state(self.record), at, prices)
        if seen:
            self.record = record_gpu_nodes(self.record, RecordGpuNodes(seen=seen)) or self.record

    async def _finish(self, handle: Handle) -> None:
        poll = OperationPoll(operation_id="month.1", handle=handle)
        while True:
            await self.pass_time(0.2)
            await self.azure.simulator.clock.sleep(1)
            outcome = await poll_operation(poll.to_wire(), self.clients)
            if outcome.status is not Status.RUNNING:
                assert outcome.is_success, outcome
                return

    def logged(self) -> float:
        """USD of GPU machines, by simulated Azure's log."""
        return sum(
            hours * run.price
            for run in self.azure.simulator.azure.machine_hours.runs
            if run.vm_size == T4
            for _, hours in run.hours_by_day(self.now)
        )


@pytest.fixture
async def month(clients: ClientFactory, simulator: RunningSimulator) -> Month:
    simulator.simulator.clock.set_scale(SLOW)
    gpu = {"vmSize": T4, "maxNodes": 5}
    record = start_operation(
        None, a_request(spec=a_spec(regions=[REGION], gpu=gpu)), simulator.simulator.clock.now()
    )
    assert record
    return Month(simulator, clients, record)


async def test_a_month_costs_what_the_log_of_machines_says(month: Month):
    chance = random.Random(30)
    began = month.now
    await month.reprice(PRICES[0])
    await month.build()
    nodes = 1
    for change in range(CHANGES):
        await month.pass_time(chance.uniform(12, 72))
        if not nodes:
            await month.reprice(PRICES[change % len(PRICES)])
        nodes = 0 if nodes else chance.randint(1, 4)
        await month.scale(nodes)
    await month.pass_time(24)
    now = month.now
    assert now - began > timedelta(days=28)
    report = build_cost_report([month.record], {}, began.date(), now.date(), now)
    counted, logged = sum(each.gpu_usd for each in report.value), month.logged()
    assert logged > 100
    assert counted == pytest.approx(logged, abs=CENT)
    assert {run.price for run in month.azure.simulator.azure.machine_hours.runs} >= set(PRICES)

    billed = await month.clients.cost_management.read(began.date(), now.date())
    assert billed.unread is None
    (compared,) = reconcile([month.record], report.value, billed, now).value
    settled = [each for each in report.value if each.day <= (now - SETTLED_AFTER).date()]
    gpu = sum(each.gpu_usd for each in settled)
    system = compared.billed_usd - gpu
    hours = 24 * (len(settled) - 1) + (24 - began.hour - began.minute / 60)
    assert system == pytest.approx(2 * SYSTEM_PRICE * hours, rel=0.01)

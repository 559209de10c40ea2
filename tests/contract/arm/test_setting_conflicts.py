"""Updates of resources whose settings operators have changed, through the product's activity."""

import asyncio
from dataclasses import dataclass
from typing import Any

from activities.begin_resource import begin_resource
from clients.factory import ClientFactory
from domain.arm.resource_kinds import KINDS
from domain.environment.applied_spec import AppliedSpec
from domain.environment.operation import OperationKind
from domain.outcomes import Outcome, Status
from tests.contract.arm.test_resources import CELL, EDGE, REGION, build, finish, target_of
from tests.support.fake_hub import FakeHub, a_hub
from tests.support.payloads import a_resource
from tests.support.specs import a_record, a_request, a_spec

PARTS = [*EDGE, *CELL, ("agentPool", REGION)]
NEW_IMAGE = a_spec(
    workload={
        "image": "registry.example.com/llm:2.0.0",
        "model": {"name": "fraud-llm", "version": "7"},
    }
)
PROBE = {
    "probePath": "/health",
    "probeRequestType": "GET",
    "probeProtocol": "Http",
    "probeIntervalInSeconds": 120,
}


def a_hub_with_an_update() -> FakeHub:
    record = a_record(a_request(OperationKind.UPDATE, spec=NEW_IMAGE))
    hub = FakeHub()
    hub.add(record.model_copy(update={"applied": AppliedSpec.of(a_spec())}))
    return hub


@dataclass(frozen=True, slots=True)
class Resources:
    """Those of one environment in simulated Azure."""

    clients: ClientFactory

    async def read(self, kind: str, region: str = "") -> dict[str, Any]:
        found = await self.clients.resources.get(self.id_of(kind, region))
        return found.body["properties"]

    async def change(self, kind: str, region: str = "", **properties: Any) -> None:
        """As an operator does."""
        resource_id = self.id_of(kind, region)
        existing = (await self.clients.resources.get(resource_id)).body
        body = {**existing, "properties": {**existing["properties"], **properties}}
        begun = await self.clients.resources.begin_put(resource_id, body)
        await finish(self.clients, resource_id, begun)

    async def run(self, hub: FakeHub) -> dict[str, Outcome]:
        """Every part of an operation, to its end in Azure."""
        outcomes: dict[str, Outcome] = {}
        for kind, region in PARTS:
            outcome = await begin_resource(a_resource(kind, region), self.clients, hub)
            outcomes[kind] = outcome
            assert outcome.failure is None, outcome
            while outcome.handle:
                await asyncio.sleep(0.1)
                outcome = await begin_resource(a_resource(kind, region), self.clients, hub)
        return outcomes

    def id_of(self, kind: str, region: str) -> str:
        return KINDS[kind].build_id(target_of(self.clients, kind, region))


async def change_by_hand(resources: Resources) -> None:
    waf = (await resources.read("wafPolicy"))["policySettings"]
    await resources.change("wafPolicy", policySettings={**waf, "mode": "Detection"})
    patterns, protocol = ["/health", "/v1/*"], "MatchRequest"
    await resources.change("route", patternsToMatch=patterns, forwardingProtocol=protocol)
    await resources.change("originGroup", healthProbeSettings=PROBE)
    await resources.change("origin", REGION, weight=500, httpPort=8080)
    await resources.change("agentPool", REGION, maxCount=8)


async def settings(resources: Resources) -> dict[str, Any]:
    route = await resources.read("route")
    group = await resources.read("originGroup")
    origin = await resources.read("origin", REGION)
    return {
        "mode": (await resources.read("wafPolicy"))["policySettings"]["mode"],
        "patterns": route["patternsToMatch"],
        "protocol": route["forwardingProtocol"],
        "interval": group["healthProbeSettings"]["probeIntervalInSeconds"],
        "weight": origin["weight"],
        "port": origin["httpPort"],
        "maxCount": (await resources.read("agentPool", REGION))["maxCount"],
    }


async def test_an_update_of_the_image_keeps_and_reports_what_operators_have_set(
    clients: ClientFactory,
):
    resources = Resources(clients)
    await build(clients, [*EDGE, *CELL])
    untouched = await settings(resources)
    await change_by_hand(resources)

    outcomes = await resources.run(a_hub_with_an_update())
    assert await settings(resources) == {
        **untouched,
        "mode": "Detection",
        "patterns": ["/health", "/v1/*"],
        "interval": 120,
        "weight": 500,
        "maxCount": 8,
    }
    told = {kind: [w.message for w in each.warnings or ()] for kind, each in outcomes.items()}
    assert "policySettings.mode" in told["wafPolicy"][0]
    assert ["forwardingProtocol" in each for each in told["route"]] == [False, True]
    assert told["managedCluster"] == told["agentPool"]
    assert {kind for kind, messages in told.items() if messages} == {
        "wafPolicy",
        "route",
        "originGroup",
        "origin",
        "managedCluster",
        "agentPool",
    }

    again = await resources.run(a_hub_with_an_update())
    assert {each.status for each in again.values()} == {Status.SUCCEEDED}, "nothing is sent again"
    assert [len(each.warnings or ()) for each in again.values() if each.warnings] == [1] * 6

    await resources.run(a_hub(NEW_IMAGE))
    assert await settings(resources) == untouched


async def test_nothing_is_reported_where_nobody_has_changed_anything(clients: ClientFactory):
    await build(clients, [*EDGE, *CELL])
    outcomes = await Resources(clients).run(a_hub_with_an_update())
    assert {each.status for each in outcomes.values()} == {Status.SUCCEEDED}
    assert [each.warnings for each in outcomes.values() if each.warnings] == []

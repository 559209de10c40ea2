"""The record has the specification that an activity works from."""

from typing import Any

import pytest

from activities.apply_workload import apply_workload
from activities.begin_resource import begin_resource
from activities.recorded_spec import SpecActivity, read_spec, read_specs
from domain.durable.inputs import WorkloadInput
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.placement.offers import list_offers
from domain.serving.gateway.settings import GatewayState
from tests.support.fake_clients import FakeClients
from tests.support.fake_hub import FakeHub, a_hub
from tests.support.payloads import a_resource
from tests.support.specs import a_request, a_spec

CHANGED = a_spec(costCenter="ML-9")
WORKLOAD = WorkloadInput(
    operation_id="fraud-llm.1",
    environment="fraud-llm",
    offer=list_offers(a_spec(), "westeurope")[0],
    replicas=1,
    state=GatewayState.SERVING,
).to_wire()
INPUTS: list[tuple[SpecActivity, dict[str, Any]]] = [
    (begin_resource, a_resource("profile")),
    (apply_workload, WORKLOAD),
]
BOTH = pytest.mark.parametrize(("activity", "value"), INPUTS, ids=["resource", "workload"])


async def updated_hub(recorded: bool) -> FakeHub:
    """A hub in which an update to CHANGED runs, and has reached the record or not yet."""
    hub = FakeHub()
    await hub.schedule_new_orchestration(
        "provision_environment", input=a_request().to_wire(), instance_id="fraud-llm.1"
    )
    hub.finish("fraud-llm.1", Phase.READY)
    update = a_request(OperationKind.UPDATE, 2, spec=CHANGED)
    await hub.schedule_new_orchestration(
        "update_environment", input=update.to_wire(), instance_id="fraud-llm.2"
    )
    if recorded:
        hub.deliver("fraud-llm.2")
    return hub


async def test_an_update_is_carried_out_from_the_specification_it_put_on_record():
    hub = await updated_hub(recorded=True)
    assert await read_spec(hub, "fraud-llm", "fraud-llm.2") == CHANGED


async def test_an_update_that_has_not_reached_the_record_does_not_work_from_the_old_one():
    hub = await updated_hub(recorded=False)
    with pytest.raises(LookupError, match=r"fraud-llm\.2"):
        await read_spec(hub, "fraud-llm", "fraud-llm.2")


async def test_an_update_knows_what_azure_was_brought_to_before():
    hub = await updated_hub(recorded=True)
    specs = await read_specs(hub, "fraud-llm", "fraud-llm.2")
    assert (specs.wanted, specs.base) == (CHANGED, a_spec())


async def test_what_is_sent_to_azure_is_built_from_the_record():
    clients = FakeClients()
    await begin_resource(a_resource("profile"), clients.as_factory(), a_hub(CHANGED))
    (body,) = clients.arm.bodies.values()
    assert body["tags"]["cost-center"] == "ML-9"


@BOTH
@pytest.mark.parametrize(
    "hub", [FakeHub(), FakeHub(records={"fraud-llm": None})], ids=["no entity", "no state"]
)
async def test_without_a_record_nothing_is_sent(
    activity: SpecActivity, value: dict[str, Any], hub: FakeHub
):
    clients = FakeClients()
    with pytest.raises(LookupError, match=r"The record of fraud-llm has no operation"):
        await activity(value, clients.as_factory(), hub)
    assert clients.arm.sent("GET", "PUT") == []
    assert clients.opened == []

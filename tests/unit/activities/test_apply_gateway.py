"""The gateway admits the requests of the profile that Azure has built, or is not applied."""

import json
from dataclasses import replace
from typing import Any

import pytest

from activities.apply_gateway import apply_gateway
from clients.answers import KubernetesRefused
from domain.arm import naming
from domain.durable.inputs import GatewayInput
from domain.environment.found_profile import FoundProfile
from domain.outcomes import Outcome
from domain.placement.offers import list_offers
from domain.serving.gateway.settings import GatewayState
from domain.serving.manifests import build_gateway
from tests.support.fake_clients import SUBSCRIPTION, FakeClients, FakeKubernetes, error_of
from tests.support.fake_hub import FakeHub, a_hub
from tests.support.specs import a_spec

PROFILE = naming.profile_id(SUBSCRIPTION, "fraud-llm")
FRONT_DOOR_ID = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"


def with_profile(**properties: Any) -> FakeClients:
    clients = FakeClients()
    clients.arm.add(PROFILE, properties={"frontDoorId": FRONT_DOOR_ID, **properties})
    return clients


async def apply(
    clients: FakeClients,
    state: GatewayState = GatewayState.SERVING,
    hub: FakeHub | None = None,
) -> Outcome:
    cell = GatewayInput(
        operation_id="fraud-llm.1",
        environment="fraud-llm",
        offer=list_offers(a_spec(), "westeurope")[0],
        state=state,
    )
    return await apply_gateway(cell.to_wire(), clients.as_factory(), hub or a_hub())


@pytest.mark.parametrize("state", GatewayState)
async def test_its_objects_are_applied_again_and_again(state: GatewayState):
    clients = with_profile()
    for _ in range(2):
        assert (await apply(clients, state)).is_success
    expected = build_gateway(
        a_spec(), "westeurope", SUBSCRIPTION, clients.settings.installation, FRONT_DOOR_ID, state
    )
    assert clients.cluster.applied == [*expected, *expected]
    assert clients.opened == [naming.cluster_id(SUBSCRIPTION, "fraud-llm", "westeurope")] * 2
    routes, config = (expected[0]["data"][f"{each}.json"] for each in ("routes", "envoy"))
    assert json.loads(routes)["version_info"] == state
    assert FRONT_DOOR_ID in config


@pytest.mark.parametrize(
    ("operation_id", "reads"),
    [
        pytest.param("fraud-llm.1", 0, id="found by this operation"),
        pytest.param("fraud-llm.0", 1, id="by an earlier one: the profile may be another"),
    ],
)
async def test_the_profile_is_read_unless_this_operation_has_found_it(
    operation_id: str, reads: int
):
    clients, hub = with_profile(), a_hub()
    record = hub.records["fraud-llm"]
    assert record
    found = FoundProfile(operation_id=operation_id, front_door_id=FRONT_DOOR_ID)
    hub.records["fraud-llm"] = record.model_copy(update={"profile": found})
    assert (await apply(clients, hub=hub)).is_success
    assert len(clients.arm.requests) == reads
    assert FRONT_DOOR_ID in str(clients.cluster.applied)


@pytest.mark.parametrize(
    "clients",
    [
        pytest.param(FakeClients(), id="no profile yet"),
        pytest.param(with_profile(frontDoorId=None), id="a profile that has no id yet"),
    ],
)
async def test_it_waits_for_the_profile(clients: FakeClients):
    failure = (await apply(clients)).failure
    assert failure
    assert (failure.reason, failure.retryable) == ("FrontDoorProfileMissing", True)
    assert PROFILE in failure.message
    assert clients.cluster.applied == []


async def test_a_profile_that_cannot_be_read_is_a_classified_failure():
    clients = FakeClients()
    clients.arm.answers["GET", PROFILE] = error_of(403, "AuthorizationFailed")
    failure = (await apply(clients)).failure
    assert failure
    assert failure.reason == "Forbidden"


async def test_what_the_cluster_refuses_is_a_classified_failure():
    clients = with_profile()
    clients.cluster = FakeKubernetes(error=KubernetesRefused(503, "ServiceUnavailable", "no"))
    failure = (await apply(clients)).failure
    assert failure
    assert failure.reason == "KubernetesUnavailable"
    assert "apply gateway" in failure.message


async def test_without_a_tenant_nothing_is_opened_to_everybody():
    clients = with_profile()
    clients.settings = replace(clients.settings, tenant_id=None)
    failure = (await apply(clients)).failure
    assert failure
    assert (failure.reason, failure.retryable) == ("TokensNotConfigured", False)
    assert clients.cluster.applied == []

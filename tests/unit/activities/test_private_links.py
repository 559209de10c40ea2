"""Origins over Private Link: what they wait for, and the connections that belong to them."""

from typing import Any

import pytest

from activities.begin_approve_connection import begin_approve_connection
from activities.begin_delete_resource import begin_delete_resource
from activities.begin_resource import begin_resource
from domain.arm import naming
from domain.outcomes import Outcome
from tests.support.fake_clients import SUBSCRIPTION, FakeClients, error_of
from tests.support.fake_hub import a_hub
from tests.support.payloads import a_resource
from tests.support.specs import a_spec

PRIVATE = {"sku": "Premium_AzureFrontDoor", "origin": "privateLink"}
WEST = "westeurope"
PROFILE = naming.profile_id(SUBSCRIPTION, "fraud-llm")
ORIGIN = naming.origin_id(SUBSCRIPTION, "fraud-llm", WEST)
CLUSTER = naming.cluster_id(SUBSCRIPTION, "fraud-llm", WEST)
SERVICE = naming.private_link_service_id(SUBSCRIPTION, "fraud-llm", WEST)
FRONT_DOOR_ID = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
REQUEST = naming.private_link_request("fraud-llm", FRONT_DOOR_ID)
TAGS = naming.environment_tags(a_spec())


def a_connection(name: str, status: str, request: str = REQUEST) -> dict[str, Any]:
    state = {"status": status, "description": request, "actionsRequired": "None"}
    return {
        "name": name,
        "properties": {
            "privateEndpoint": {"id": f"/endpoints/{name}"},
            "privateLinkServiceConnectionState": state,
        },
    }


def an_azure(*connections: dict[str, Any], state: str = "Succeeded") -> FakeClients:
    clients = FakeClients()
    clients.arm.add(PROFILE, tags=TAGS, properties={"frontDoorId": FRONT_DOOR_ID})
    clients.arm.add(CLUSTER, tags=TAGS)
    listed = {"privateEndpointConnections": list(connections)}
    clients.arm.add(SERVICE, state, properties=listed)
    for each in connections:
        clients.arm.add(f"{SERVICE}/privateEndpointConnections/{each['name']}")
    return clients


async def begin_origin(clients: FakeClients) -> Outcome:
    hub = a_hub(a_spec(edge=PRIVATE))
    return await begin_resource(a_resource("origin", WEST), clients.as_factory(), hub)


async def approve(clients: FakeClients) -> Outcome:
    return await begin_approve_connection(a_resource("privateLink", WEST), clients.as_factory())


async def delete(clients: FakeClients, kind: str = "managedCluster") -> Outcome:
    return await begin_delete_resource(a_resource(kind, WEST), clients.as_factory())


async def test_an_origin_asks_for_a_connection_in_the_name_of_its_profile():
    clients = an_azure()
    outcome = await begin_origin(clients)
    assert outcome.handle
    link = clients.arm.bodies[ORIGIN]["properties"]["sharedPrivateLinkResource"]
    assert link == {
        "privateLink": {"id": SERVICE},
        "privateLinkLocation": WEST,
        "requestMessage": REQUEST,
    }


@pytest.mark.parametrize(
    ("missing", "reason"),
    [(SERVICE, "PrivateLinkServiceMissing"), (PROFILE, "FrontDoorProfileMissing")],
)
async def test_an_origin_waits_for_the_service_and_the_profile(missing: str, reason: str):
    clients = an_azure()
    del clients.arm.resources[missing]
    outcome = await begin_origin(clients)
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == (reason, True)
    assert outcome.resource_id == ORIGIN
    assert clients.arm.sent("PUT") == []


async def test_a_service_that_is_being_built_is_waited_for():
    outcome = await begin_origin(an_azure(state="Updating"))
    assert outcome.failure
    assert outcome.failure.reason == "PrivateLinkServiceMissing"


async def test_public_origins_need_neither():
    clients = FakeClients()
    hub = a_hub()
    outcome = await begin_resource(a_resource("origin", WEST), clients.as_factory(), hub)
    assert outcome.handle
    assert clients.arm.sent("GET") == [f"GET {WEST}"]


async def test_a_request_of_the_profile_is_approved_and_looked_at_again():
    clients = an_azure(
        a_connection("theirs.1", "Pending", "Hello"), a_connection("e.1", "Pending")
    )
    outcome = await approve(clients)
    assert clients.arm.sent("PUT") == ["PUT e.1"]
    assert outcome.handle
    assert (outcome.handle.adopted, outcome.resource_id) == (True, SERVICE)
    sent = clients.arm.bodies[f"{SERVICE}/privateEndpointConnections/e.1"]
    state = sent["properties"]["privateLinkServiceConnectionState"]
    assert (state["status"], state["description"]) == ("Approved", REQUEST)


async def test_an_approved_connection_is_left_alone():
    clients = an_azure(a_connection("e.1", "Approved"))
    assert await approve(clients) == Outcome.succeeded().about(SERVICE)
    assert clients.arm.sent("PUT") == []


async def test_a_connection_that_was_not_asked_for_yet_is_waited_for():
    outcome = await approve(an_azure())
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == ("PrivateLinkNotRequested", True)


async def test_a_refused_approval_is_a_classified_failure():
    clients = an_azure(a_connection("e.1", "Pending"))
    clients.arm.answers["PUT", f"{SERVICE}/privateEndpointConnections/e.1"] = error_of(
        403, "AuthorizationFailed"
    )
    outcome = await approve(clients)
    assert outcome.failure
    assert outcome.failure.reason == "Forbidden"


@pytest.mark.parametrize("kind", ["managedCluster", "resourceGroup"])
async def test_connections_go_one_by_one_before_what_they_keep(kind: str):
    clients = an_azure(a_connection("gone.1", "Approved"), a_connection("e.1", "Approved"))
    clients.arm.add(CLUSTER.partition("/providers/")[0], tags=TAGS)
    clients.arm.answers["DELETE", f"{SERVICE}/privateEndpointConnections/gone.1"] = error_of(
        404, "NotFound"
    )
    outcome = await delete(clients, kind)
    assert clients.arm.sent("DELETE") == ["DELETE gone.1", "DELETE e.1"]
    assert outcome.handle
    assert (outcome.handle.deleting, outcome.handle.adopted) == (True, True)
    clients.arm.resources[SERVICE]["properties"]["privateEndpointConnections"] = []
    outcome = await delete(clients, kind)
    assert clients.arm.sent("DELETE")[2:] == ["DELETE gp-fraud-llm-westeurope"]
    assert outcome.handle
    assert not outcome.handle.adopted


async def test_a_cluster_without_a_private_link_is_deleted_at_once():
    clients = an_azure()
    del clients.arm.resources[SERVICE]
    assert (await delete(clients)).handle
    assert clients.arm.sent("DELETE") == ["DELETE gp-fraud-llm-westeurope"]


async def test_connections_that_cannot_be_read_keep_the_cluster():
    clients = an_azure()
    clients.arm.answers["GET", SERVICE] = error_of(403, "AuthorizationFailed")
    outcome = await delete(clients)
    assert outcome.failure
    assert outcome.failure.reason == "Forbidden"
    assert clients.arm.sent("DELETE") == []


async def test_connections_to_a_cluster_of_others_stay():
    clients = an_azure(a_connection("e.1", "Approved"))
    clients.arm.resources[CLUSTER]["tags"] = {}
    outcome = await delete(clients)
    assert outcome.failure
    assert outcome.failure.reason == "ResourceNotOwned"
    assert clients.arm.sent("DELETE") == []

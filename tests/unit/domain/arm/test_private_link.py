from typing import Any

import pytest

from domain.arm.private_link import (
    build_approval,
    connection_id,
    find_unapproved,
    list_connections,
)
from domain.outcomes import Outcome

SERVICE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateLinkServices/gp-x"
REQUEST = "Gridplane fraud-llm, Front Door 0a1b"
ENDPOINT = "/subscriptions/afd/resourceGroups/eafd/providers/Microsoft.Network/privateEndpoints/e"


def a_connection(status: str, request: str = REQUEST, name: str = "e.1") -> dict[str, Any]:
    return {
        "name": name,
        "properties": {
            "provisioningState": "Succeeded",
            "privateEndpoint": {"id": ENDPOINT},
            "privateLinkServiceConnectionState": {
                "status": status,
                "description": request,
                "actionsRequired": "None",
            },
        },
    }


def a_service(*connections: dict[str, Any]) -> dict[str, Any]:
    return {"id": SERVICE, "properties": {"privateEndpointConnections": list(connections)}}


@pytest.mark.parametrize("status", ["Pending", "Rejected", "Disconnected"])
def test_a_request_of_the_profile_is_approved_whatever_became_of_it(status: str):
    approved, other = a_connection("Approved", name="e.1"), a_connection(status, name="e.2")
    assert find_unapproved(a_service(approved, other), REQUEST) == other


def test_nothing_is_left_to_do_once_it_is_approved():
    assert find_unapproved(a_service(a_connection("Approved")), REQUEST) == Outcome.succeeded()


@pytest.mark.parametrize(
    "connections",
    [
        pytest.param((), id="none"),
        pytest.param((a_connection("Pending", "Let me in"),), id="of somebody else"),
        pytest.param(
            (a_connection("Approved", "Gridplane fraud-llm, Front Door ffff"),),
            id="of a profile that is gone",
        ),
    ],
)
def test_only_requests_of_this_profile_count(connections: tuple[dict[str, Any], ...]):
    found = find_unapproved(a_service(*connections), REQUEST)
    assert isinstance(found, Outcome)
    assert found.failure
    assert (found.failure.reason, found.failure.retryable) == ("PrivateLinkNotRequested", True)


def test_an_approval_restates_the_endpoint_and_the_message_that_identifies_it():
    assert build_approval(a_connection("Pending")) == {
        "properties": {
            "privateEndpoint": {"id": ENDPOINT},
            "privateLinkServiceConnectionState": {
                "status": "Approved",
                "description": REQUEST,
                "actionsRequired": "None",
            },
        }
    }


def test_a_service_without_connections_has_none_to_delete():
    assert list_connections({"id": SERVICE, "properties": {}}) == []
    assert connection_id(SERVICE, a_connection("Pending")) == (
        f"{SERVICE}/privateEndpointConnections/e.1"
    )

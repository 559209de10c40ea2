"""Connections of Front Door to the Private Link service of a cell, and their approval.

The service is the only place that tells the state of a connection: Front Door's origin has shown
null in every recorded answer.
"""

from collections.abc import Mapping
from typing import Any

from domain.arm.failures import private_link_not_requested
from domain.arm.merge_existing import as_mapping, as_sequence
from domain.outcomes import Outcome

type _Body = Mapping[str, Any]

APPROVED = "Approved"


def list_connections(service: _Body) -> list[_Body]:
    found = as_mapping(service.get("properties")).get("privateEndpointConnections")
    return [as_mapping(each) for each in as_sequence(found)]


def connection_id(service_id: str, connection: _Body) -> str:
    """Derived: Azure does not always spell the ids in its answers as it does in requests."""
    return f"{service_id}/privateEndpointConnections/{connection.get('name', '')}"


def find_unapproved(service: _Body, request: str) -> _Body | Outcome:
    """The connection to approve next; an outcome if there is none.

    `request`: the message with which the profile asks. A profile that was deleted leaves its
    connection behind, with a message of its own.
    """
    ours = [
        each for each in list_connections(service) if _state(each).get("description") == request
    ]
    if not ours:
        return Outcome.failed(private_link_not_requested(str(service.get("id", ""))))
    waiting = [each for each in ours if _state(each).get("status") != APPROVED]
    return waiting[0] if waiting else Outcome.succeeded()


def is_connected(service: _Body) -> bool:
    """Whether anything may reach the cell: an approved connection of any profile counts, because
    the sweep knows no profile's message."""
    return any(_state(each).get("status") == APPROVED for each in list_connections(service))


def build_approval(connection: _Body) -> dict[str, Any]:
    """The body that approves a connection. Its description stays: it identifies the request."""
    properties = as_mapping(connection.get("properties"))
    endpoint = as_mapping(properties.get("privateEndpoint")).get("id", "")
    return {
        "properties": {
            "privateEndpoint": {"id": endpoint},
            "privateLinkServiceConnectionState": {
                "status": APPROVED,
                "description": _state(connection).get("description", ""),
                "actionsRequired": "None",
            },
        }
    }


def _state(connection: _Body) -> _Body:
    properties = as_mapping(connection.get("properties"))
    return as_mapping(properties.get("privateLinkServiceConnectionState"))

"""Begins to approve the connection that a Front Door profile asks for at a cell."""

from typing import Any

from activities.arm_outcomes import failed
from activities.front_door_id import read_front_door_id
from activities.private_links import read_private_link_service
from clients.factory import ClientFactory
from domain.arm import naming
from domain.arm.operation_polling import parse_retry_after
from domain.arm.private_link import build_approval, connection_id, find_unapproved
from domain.arm.resource_kinds import KINDS
from domain.durable.inputs import ResourceInput
from domain.outcomes import Handle, Outcome


async def begin_approve_connection(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    """Succeeds once every connection of this profile is approved."""
    resource = ResourceInput.from_wire(value)
    target = resource.target(clients.settings.subscription_id)
    outcome = await _approve(resource, clients)
    return outcome.about(KINDS[target.kind].build_id(target))


async def _approve(resource: ResourceInput, clients: ClientFactory) -> Outcome:
    front_door_id = await read_front_door_id(clients, resource.environment)
    if isinstance(front_door_id, Outcome):
        return front_door_id
    target = resource.target(clients.settings.subscription_id)
    service = await read_private_link_service(target, clients)
    if isinstance(service, Outcome):
        return service
    request = naming.private_link_request(resource.environment, front_door_id)
    connection = find_unapproved(service, request)
    if isinstance(connection, Outcome):
        return connection
    approved = connection_id(KINDS[target.kind].build_id(target), connection)
    answer = await clients.resources.begin_put(approved, build_approval(connection))
    if not answer.is_success:
        return failed(answer, "PUT privateLink")
    return Outcome.accepted(
        Handle(
            kind=resource.kind,
            resource_id=approved,
            operation_url=answer.operation_url,
            # There may be another: the service is read again afterwards.
            adopted=True,
            retry_after_seconds=parse_retry_after(answer.headers),
        )
    )

"""Begins to delete the connections to a cell's Private Link service, one after the other."""

from typing import Any

from activities.arm_outcomes import failed
from activities.ownership import check_ownership
from clients.factory import ClientFactory
from domain.arm.operation_polling import parse_retry_after
from domain.arm.private_link import connection_id, list_connections
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.durable.inputs import ResourceInput
from domain.outcomes import Handle, Outcome


async def begin_delete_connection(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    resource = ResourceInput.from_wire(value)
    return await delete_next_connection(resource.target(clients.settings.subscription_id), clients)


async def delete_next_connection(target: ResourceTarget, clients: ClientFactory) -> Outcome:
    """Succeeds once there is none. Those of others go as well: any keeps the cluster in Azure."""
    outcome = await check_ownership(target, clients)
    if outcome is None:
        outcome = await _delete_next(target, clients)
    return outcome.about(KINDS[target.kind].build_id(target))


async def _delete_next(target: ResourceTarget, clients: ClientFactory) -> Outcome:
    service_id = KINDS[target.kind].build_id(target)
    service = await clients.resources.get(service_id)
    if service.status == 404:
        return Outcome.succeeded()
    if not service.is_success:
        return failed(service, "GET privateLink")
    for connection in list_connections(service.body):
        deleted = connection_id(service_id, connection)
        answer = await clients.resources.begin_delete(deleted)
        if answer.status == 404:
            continue
        if not answer.is_success:
            return failed(answer, "DELETE privateLink")
        return Outcome.accepted(
            Handle(
                kind=target.kind,
                resource_id=deleted,
                operation_url=answer.operation_url,
                deleting=True,
                # There may be another: the service is read again afterwards.
                adopted=True,
                retry_after_seconds=parse_retry_after(answer.headers),
            )
        )
    return Outcome.succeeded()

"""Private Link services of cells: what origins wait for, and connections that keep clusters."""

from dataclasses import replace
from typing import Any

from activities.arm_outcomes import failed
from activities.front_door_id import read_front_door_id
from activities.recorded_spec import RecordedSpecs
from clients.factory import ClientFactory
from domain.arm.existing_resource import is_in_motion
from domain.arm.failures import private_link_service_missing
from domain.arm.operation_polling import parse_retry_after
from domain.arm.private_link import connection_id, list_connections
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.outcomes import Handle, Outcome


async def complete_target(
    target: ResourceTarget, specs: RecordedSpecs, clients: ClientFactory
) -> ResourceTarget | Outcome:
    """With the id that a private origin tells; a failure that passes while it cannot be built.

    Azure would accept the origin of a service that is missing, and fail minutes later.
    """
    if target.kind != "origin" or not specs.wanted.edge.has_private_origins:
        return target
    service = await read_private_link_service(target, clients)
    if isinstance(service, Outcome):
        return service
    front_door_id = specs.front_door_id or await read_front_door_id(clients, target.environment)
    if isinstance(front_door_id, Outcome):
        return front_door_id
    return replace(target, front_door_id=front_door_id)


async def begin_to_disconnect(target: ResourceTarget, clients: ClientFactory) -> Outcome | None:
    """Begins to delete the next connection to a cell; None once there is none.

    Those of others go as well: any keeps the cluster in Azure.
    """
    link = replace(target, kind="privateLink")
    service_id = KINDS[link.kind].build_id(link)
    service = await clients.resources.get(service_id)
    if service.status == 404:
        return None
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
                kind=link.kind,
                resource_id=deleted,
                operation_url=answer.operation_url,
                deleting=True,
                # The service is read again afterwards: there may be another.
                adopted=True,
                retry_after_seconds=parse_retry_after(answer.headers),
            )
        )
    return None


async def read_private_link_service(
    target: ResourceTarget, clients: ClientFactory
) -> dict[str, Any] | Outcome:
    """Of the target's cell: the body, or a failure."""
    service_id = KINDS["privateLink"].build_id(target)
    answer = await clients.resources.get(service_id)
    if answer.status == 404:
        return Outcome.failed(private_link_service_missing(service_id))
    if not answer.is_success:
        return failed(answer, "GET privateLink")
    if is_in_motion(answer.body):
        return Outcome.failed(private_link_service_missing(service_id))
    return answer.body

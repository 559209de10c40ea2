"""Reads what a private origin, and the approval of its connection, need of other resources."""

from dataclasses import replace
from typing import Any

from activities.arm_outcomes import failed
from activities.front_door_id import read_front_door_id
from clients.factory import ClientFactory
from domain.arm.existing_resource import is_in_motion
from domain.arm.failures import private_link_service_missing
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.outcomes import Outcome
from domain.spec.model import EnvironmentSpec


async def complete_target(
    target: ResourceTarget, spec: EnvironmentSpec, clients: ClientFactory
) -> ResourceTarget | Outcome:
    """With the id that a private origin tells; a failure that passes while it cannot be built.

    Azure would accept the origin of a service that is missing, and fail minutes later.
    """
    if target.kind != "origin" or not spec.edge.has_private_origins:
        return target
    service = await read_private_link_service(target, clients)
    if isinstance(service, Outcome):
        return service
    front_door_id = await read_front_door_id(clients, target.environment)
    if isinstance(front_door_id, Outcome):
        return front_door_id
    return replace(target, front_door_id=front_door_id)


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

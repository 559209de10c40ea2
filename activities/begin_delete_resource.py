"""Begins to delete one ARM resource; a resource that does not exist counts as deleted."""

from typing import Any

from activities.arm_outcomes import failed
from activities.ownership import check_ownership
from activities.private_links import begin_to_disconnect
from clients.answers import ArmAnswer
from clients.factory import ClientFactory
from domain.arm.existing_resource import holds_private_link
from domain.arm.operation_polling import parse_retry_after
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.durable.inputs import ResourceInput
from domain.outcomes import Handle, Outcome


async def begin_delete_resource(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    resource = ResourceInput.from_wire(value)
    return await delete_owned(resource.target(clients.settings.subscription_id), clients)


async def delete_owned(target: ResourceTarget, clients: ClientFactory) -> Outcome:
    """Resources of others stay untouched. Connections to a cell go before its cluster."""
    resource_id = KINDS[target.kind].build_id(target)
    outcome = await check_ownership(target, clients)
    if outcome is None and holds_private_link(target):
        outcome = await begin_to_disconnect(target, clients)
    if outcome is None:
        answer = await clients.resources.begin_delete(resource_id)
        outcome = _read_delete(answer, target.kind, resource_id)
    return outcome.about(resource_id)


def _read_delete(answer: ArmAnswer, kind: str, resource_id: str) -> Outcome:
    if answer.status == 404:
        return Outcome.succeeded()
    if not answer.is_success:
        return failed(answer, f"DELETE {kind}")
    if answer.operation_url is None:
        return Outcome.succeeded()
    return Outcome.accepted(
        Handle(
            kind=kind,
            resource_id=resource_id,
            operation_url=answer.operation_url,
            deleting=True,
            retry_after_seconds=parse_retry_after(answer.headers),
        )
    )

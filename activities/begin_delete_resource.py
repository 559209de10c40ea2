"""Begins to delete one ARM resource; what is gone already counts as deleted."""

from typing import Any

from activities.arm_outcomes import failed, not_ours
from clients.answers import ArmAnswer
from clients.factory import ClientFactory
from domain.outcomes import Handle, Outcome
from domain.payloads import ResourceInput
from domain.polling import parse_retry_after
from domain.resources import KINDS, is_foreign


async def begin_delete_resource(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    resource = ResourceInput.from_wire(value)
    kind = KINDS[resource.kind]
    target = resource.target(clients.settings.subscription_id)
    resource_id = kind.build_id(target)
    existing = await clients.arm.get(resource_id, kind.api_version)
    if existing.status == 404:
        outcome = Outcome.succeeded()
    elif not existing.is_success:
        outcome = failed(existing, f"GET {resource.kind}")
    elif is_foreign(existing.body, target):
        outcome = not_ours(resource_id)
    else:
        answer = await clients.arm.delete(resource_id, kind.api_version)
        outcome = _begun(answer, resource.kind, resource_id)
    return outcome.about(resource_id)


def _begun(answer: ArmAnswer, kind: str, resource_id: str) -> Outcome:
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

"""Begins to create or change one ARM resource, unless that is done or under way already."""

from typing import Any

from activities.arm_outcomes import being_deleted, failed, not_ours
from clients.answers import ArmAnswer
from clients.factory import ClientFactory
from domain.arm.existing_resource import is_foreign, is_in_motion, provisioning_state
from domain.arm.operation_polling import parse_retry_after
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.durable.inputs import ResourceInput
from domain.outcomes import Handle, Outcome


async def begin_resource(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    resource = ResourceInput.from_wire(value)
    kind = KINDS[resource.kind]
    target = resource.target(clients.settings.subscription_id)
    resource_id = kind.build_id(target)
    existing = await clients.resources.get(resource_id)
    body = kind.build_body(resource.spec, target, existing.body if existing.is_success else None)
    outcome = _decide_from_existing(existing, body, target)
    if outcome is None:
        answer = await clients.resources.begin_put(resource_id, body)
        outcome = begun(answer, resource.kind, resource_id)
    return outcome.about(resource_id)


def _decide_from_existing(
    existing: ArmAnswer, body: dict[str, Any], target: ResourceTarget
) -> Outcome | None:
    """None: PUT it."""
    kind = KINDS[target.kind]
    if existing.status == 404:
        return None
    if not existing.is_success:
        return failed(existing, f"GET {target.kind}")
    resource_id = kind.build_id(target)
    if is_foreign(existing.body, target):
        return not_ours(resource_id)
    if provisioning_state(existing.body) == "deleting":
        return being_deleted(resource_id)
    result = kind.read_result(existing.body)
    if is_in_motion(existing.body):
        return Outcome.accepted(
            Handle(kind=target.kind, resource_id=resource_id, adopted=True, result=result)
        )
    if kind.is_current and kind.is_current(existing.body, body):
        return Outcome.succeeded(**result)
    return None


def begun(answer: ArmAnswer, kind: str, resource_id: str) -> Outcome:
    """What a PUT led to: a handle to wait for, or the end where it was done at once."""
    if not answer.is_success:
        return failed(answer, f"PUT {kind}")
    result = KINDS[kind].read_result(answer.body)
    if answer.operation_url is None and not is_in_motion(answer.body):
        return Outcome.succeeded(**result)
    return Outcome.accepted(
        Handle(
            kind=kind,
            resource_id=resource_id,
            operation_url=answer.operation_url,
            retry_after_seconds=parse_retry_after(answer.headers),
            result=result,
        )
    )

"""Brings a role assignment about, or finds that others have."""

from activities.arm_outcomes import failed
from clients.factory import ClientFactory
from domain.arm.existing_resource import is_foreign
from domain.arm.failures import resource_not_owned
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.arm.role_assignments import (
    NOT_AUTHORIZED,
    ROLE_ASSIGNMENT_EXISTS,
    RoleGrant,
    build_role_assignment,
    is_assignment_current,
    is_granted,
    role_not_assigned,
    role_not_verified,
)
from domain.outcomes import Outcome

ASSIGNMENT_KIND = "roleAssignment"


async def ensure_role_assignment(target: ResourceTarget, clients: ClientFactory) -> Outcome:
    """Complete on return: Azure writes a role assignment without an operation.

    An app that may not assign roles finds out whether the principal has the role; where it may
    not read that either, the outcome is a success with a warning.
    """
    assert target.grant, "a role assignment is of a grant"
    resource_id = KINDS[ASSIGNMENT_KIND].build_id(target)
    outcome = await _clear(target, resource_id, clients)
    if outcome is None:
        body = build_role_assignment(target.grant, target.environment)
        answer = await clients.resources.begin_put(resource_id, body)
        outcome = (
            Outcome.succeeded() if answer.is_success else failed(answer, f"PUT {ASSIGNMENT_KIND}")
        )
    if outcome.failure and outcome.failure.reason == ROLE_ASSIGNMENT_EXISTS:
        return Outcome.succeeded()
    if outcome.failure and outcome.failure.reason == NOT_AUTHORIZED:
        return await _find_granted(target.grant, clients)
    return outcome.about(resource_id)


async def _clear(
    target: ResourceTarget, resource_id: str, clients: ClientFactory
) -> Outcome | None:
    """None if the assignment can be written: one of another principal is deleted before."""
    assert target.grant
    existing = await clients.resources.get(resource_id)
    if existing.status == 404:
        return None
    if not existing.is_success:
        return failed(existing, f"GET {ASSIGNMENT_KIND}")
    if is_foreign(existing.body, target):
        return Outcome.failed(resource_not_owned(resource_id))
    wanted = build_role_assignment(target.grant, target.environment)
    if is_assignment_current(existing.body, wanted):
        return Outcome.succeeded()
    answer = await clients.resources.begin_delete(resource_id)
    return None if answer.is_success else failed(answer, f"DELETE {ASSIGNMENT_KIND}")


async def _find_granted(grant: RoleGrant, clients: ClientFactory) -> Outcome:
    answer = await clients.role_assignments.list_of_principal(grant.scope, grant.principal_id)
    if answer.status == 403:
        return Outcome.succeeded().warning_of((role_not_verified(grant),))
    if not answer.is_success:
        return failed(answer, f"GET {ASSIGNMENT_KIND}s")
    if is_granted(answer.body["value"], grant):
        return Outcome.succeeded()
    return Outcome.failed(role_not_assigned(grant))

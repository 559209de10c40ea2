"""The app role that a request requires: a valid token alone grants nothing."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class AppRole(StrEnum):
    """As infra/app_roles.json declares them in Entra ID."""

    READ = "Environments.Read"
    WRITE = "Environments.Write"
    APPROVE = "Environments.Approve"
    ADMIN = "Environments.Admin"
    READ_AUDIT = "Audit.Read"


IMPLIED_BY: Mapping[AppRole, frozenset[AppRole]] = {
    AppRole.READ: frozenset({AppRole.WRITE, AppRole.APPROVE, AppRole.ADMIN}),
    AppRole.WRITE: frozenset({AppRole.ADMIN}),
    AppRole.APPROVE: frozenset({AppRole.ADMIN}),
}
"""Who builds environments does not thereby see who uses them, and for what."""


def has_app_role(roles: Iterable[str], needed: AppRole) -> bool:
    """Whether the roles include the needed one, or one that implies it."""
    return not roles_that_admit(needed).isdisjoint(roles)


def roles_that_admit(needed: AppRole) -> frozenset[AppRole]:
    return frozenset({needed}) | IMPLIED_BY.get(needed, frozenset())

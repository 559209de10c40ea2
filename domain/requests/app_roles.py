"""The app role that a request requires: a valid token alone grants nothing."""

from collections.abc import Iterable
from enum import StrEnum


class AppRole(StrEnum):
    """As infra/app_roles.json declares them in Entra ID."""

    READ = "Environments.Read"
    WRITE = "Environments.Write"
    READ_AUDIT = "Audit.Read"


IMPLIED_BY = {AppRole.READ: AppRole.WRITE}
"""Who builds environments does not thereby see who uses them, and for what."""


def has_app_role(roles: Iterable[str], needed: AppRole) -> bool:
    """Whether the roles include the needed one, or one that implies it."""
    return not {needed, IMPLIED_BY.get(needed, needed)}.isdisjoint(roles)

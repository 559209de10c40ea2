"""The app role that a request requires: a valid token alone grants nothing."""

from collections.abc import Iterable
from enum import StrEnum


class AppRole(StrEnum):
    """As infra/app_roles.json declares them in Entra ID."""

    READ = "Environments.Read"
    WRITE = "Environments.Write"


def has_app_role(roles: Iterable[str], needed: AppRole) -> bool:
    """Whether the roles include the needed one; WRITE implies READ."""
    return not {needed, AppRole.WRITE}.isdisjoint(roles)

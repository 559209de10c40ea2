"""The app role that a request requires: a valid token alone grants nothing."""

from collections.abc import Iterable
from enum import StrEnum


class AppRole(StrEnum):
    """As infra/app_roles.json declares them in Entra ID."""

    READ = "Environments.Read"
    WRITE = "Environments.Write"


def needed_role(method: str) -> AppRole:
    """For an HTTP method: READ for reading, WRITE for everything else."""
    return AppRole.READ if method.upper() in {"GET", "HEAD"} else AppRole.WRITE


def has_role(roles: Iterable[str], needed: AppRole) -> bool:
    """Whether the roles include the needed one; WRITE implies READ."""
    return not {needed, AppRole.WRITE}.isdisjoint(roles)

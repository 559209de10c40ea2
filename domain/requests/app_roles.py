"""Which app role a request needs: a token opens the door, roles decide what for."""

from collections.abc import Iterable
from enum import StrEnum


class AppRole(StrEnum):
    """As infra/app_roles.json declares them to Entra ID."""

    READ = "Environments.Read"
    WRITE = "Environments.Write"


def needed_role(method: str) -> AppRole:
    """Of an HTTP method: whoever only looks needs READ."""
    return AppRole.READ if method.upper() in {"GET", "HEAD"} else AppRole.WRITE


def has_role(roles: Iterable[str], needed: AppRole) -> bool:
    """Who may change environments may also look at them."""
    return not {needed, AppRole.WRITE}.isdisjoint(roles)

"""Which app role a request needs: a token opens the door, roles decide what for."""

from collections.abc import Iterable
from enum import StrEnum


class AppRole(StrEnum):
    """As infra/app_roles.json declares them to Entra ID."""

    READ = "Environments.Read"
    WRITE = "Environments.Write"


def has_app_role(roles: Iterable[str], needed: AppRole) -> bool:
    """Write includes Read."""
    return not {needed, AppRole.WRITE}.isdisjoint(roles)

"""How the identity of a cell comes by a role at a resource of others."""

from enum import StrEnum


class RoleAccess(StrEnum):
    """Of the role at the vault with the secrets, or at the account with the weights."""

    GRANTED = "granted"
    """By a role assignment of ours."""
    EXPECTED = "expected"
    """Somebody else has assigned it, there or above."""

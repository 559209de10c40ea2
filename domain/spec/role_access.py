"""How the identity of a cell comes by a role at a resource of others."""

from enum import StrEnum

from domain.wire import WireModel


class RoleAccess(StrEnum):
    """Of the role at the vault with the secrets, or at the account with the weights."""

    GRANTED = "granted"
    """By a role assignment of ours."""
    EXPECTED = "expected"
    """Somebody else has assigned it, there or above."""


class GrantedRole(WireModel):
    """A role that a specification has Gridplane assign to each cell at a resource of others."""

    scope: str
    """ARM id of the resource."""
    role: str
    """Name of the role's definition, a GUID."""

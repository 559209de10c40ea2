"""How the identity of a cell comes by a role at a resource of others."""

from enum import StrEnum

from domain.wire import WireModel


class RoleAccess(StrEnum):
    """Of the role at the vault with the secrets, or at the account with the weights."""

    GRANTED = "granted"
    """By a role assignment of ours."""
    EXPECTED = "expected"
    """It is assigned by others, there or above."""


class GrantedRole(WireModel):
    """A role that a specification has Gridplane assign to each cell at a resource of others."""

    scope: str
    """ARM id of the resource."""
    role: str
    """Name of the role's definition, a GUID."""

    def __eq__(self, other: object) -> bool:
        """Azure's ids are the same in any case, and so is the name of the assignment."""
        return isinstance(other, GrantedRole) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[str, str]:
        return self.scope.lower(), self.role.lower()

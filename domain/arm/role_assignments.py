"""Role assignments that an environment makes at resources of others, such as a registry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.arm import naming
from domain.arm.error_bodies import redact
from domain.arm.merge_existing import as_mapping
from domain.outcomes import Failure, OperationWarning

ROLE_ASSIGNMENT_EXISTS = "RoleAssignmentExists"
"""Reason for an assignment that others have made under another name: as good as ours."""

NOT_AUTHORIZED = "Forbidden"
ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
KEY_VAULT_SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
_ACR_PUSH = "8311e382-0749-4cb8-b61a-304f252e45ec"
_CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
_OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"

ROLE_NAMES: Mapping[str, str] = {
    ACR_PULL: "AcrPull",
    KEY_VAULT_SECRETS_USER: "Key Vault Secrets User",
}
"""Built-in roles by the name of their definition, which is the same in every tenant."""

_INCLUDED_IN: Mapping[str, frozenset[str]] = {
    ACR_PULL: frozenset({_ACR_PUSH, _CONTRIBUTOR, _OWNER}),
}
"""Roles that allow what another one does. Reading secrets is a data action, which those that
manage resources do not have."""

_MARK = f"{naming.OWNER_TAG}: "


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role that an identity of an environment has at a resource of others."""

    scope: str
    """ARM id of the resource."""
    role: str
    """Name of the role's definition, a GUID."""
    principal_id: str = ""
    """Object id of the identity; not part of the assignment's name, so empty to delete it."""

    @property
    def role_definition_id(self) -> str:
        """Below the subscription of the scope, as ARM returns it."""
        subscription = "/".join(self.scope.split("/")[:3])
        return f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{self.role}"

    @property
    def command(self) -> str:
        """The command of the Azure CLI that makes the assignment."""
        return (
            f"az role assignment create --assignee-object-id {self.principal_id} "
            f'--assignee-principal-type ServicePrincipal --role "{ROLE_NAMES[self.role]}" '
            f"--scope {self.scope}"
        )


def build_role_assignment(grant: RoleGrant, environment: str) -> dict[str, Any]:
    """With the type of its principal: without it Azure does not find one that is seconds old."""
    return {
        "properties": {
            "roleDefinitionId": grant.role_definition_id,
            "principalId": grant.principal_id,
            "principalType": "ServicePrincipal",
            "description": f"{_MARK}{environment}",
        }
    }


def read_owner(existing: Mapping[str, Any]) -> str | None:
    """The environment by its description: a role assignment carries no tags."""
    description = str(as_mapping(existing.get("properties")).get("description") or "")
    return description.removeprefix(_MARK) if description.startswith(_MARK) else None


def is_assignment_current(existing: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether it is of the same identity. Azure refuses to change the principal of an assignment,
    which is another one once its cluster was built again."""
    return _role_and_principal(existing) == _role_and_principal(body)


def is_granted(assignments: Iterable[Mapping[str, Any]], grant: RoleGrant) -> bool:
    """Whether one of a principal's assignments at the scope, or above it, allows what the role
    does. Those of groups that it is in, and custom roles, are not known."""
    roles = {grant.role} | _INCLUDED_IN.get(grant.role, frozenset())
    return any(_covers(as_mapping(each.get("properties")), roles, grant) for each in assignments)


def _covers(properties: Mapping[str, Any], roles: set[str], grant: RoleGrant) -> bool:
    role, principal = _role_and_principal({"properties": properties})
    above = str(properties.get("scope") or "").rstrip("/").lower()
    is_above = f"{grant.scope.lower()}/".startswith(f"{above}/")
    return role in roles and principal == grant.principal_id.lower() and is_above


def _role_and_principal(assignment: Mapping[str, Any]) -> tuple[str, str]:
    """In lower case. The definition's id comes with or without a subscription in front."""
    properties = as_mapping(assignment.get("properties"))
    role = str(properties.get("roleDefinitionId", "")).rpartition("/")[2]
    return role.lower(), str(properties.get("principalId", "")).lower()


def role_not_assigned(grant: RoleGrant) -> Failure:
    """The app may not assign the role itself, and nobody else has."""
    role = ROLE_NAMES[grant.role]
    return Failure(
        reason="RoleNotAssigned",
        message=redact(
            f"The identity {grant.principal_id} does not have the role {role} at {grant.scope}, "
            "and the control plane's managed identity may not assign it."
        ),
        retryable=False,
        suggested_action=f"Run: {grant.command}, then retry the operation. Or allow the control "
        "plane's managed identity to assign roles at that resource.",
    )


def role_not_verified(grant: RoleGrant) -> OperationWarning:
    role = ROLE_NAMES[grant.role]
    return OperationWarning(
        code="RoleNotVerified",
        message="The control plane's managed identity may neither assign nor read roles here: "
        f"the identity {grant.principal_id} has to have the role {role}. If it does not, run: "
        f"{grant.command}",
        target=grant.scope,
    )

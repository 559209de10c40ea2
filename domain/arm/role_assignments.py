"""Role assignments that an environment makes at resources of others, such as a registry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.arm import naming
from domain.arm.error_bodies import redact
from domain.arm.merge_existing import as_mapping
from domain.catalog.roles import INCLUDED_IN, ROLE_NAMES
from domain.outcomes import Failure, OperationWarning

ROLE_ASSIGNMENT_EXISTS = "RoleAssignmentExists"
"""Reason for an assignment that others have made under another name: as good as ours."""

NOT_AUTHORIZED = "Forbidden"
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
    roles = {grant.role} | INCLUDED_IN.get(grant.role, frozenset())
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


def kubelet_identity_missing(cluster_id: str) -> Failure:
    return Failure(
        reason="KubeletIdentityMissing",
        message=f"{redact(cluster_id)} shows no identity of its nodes yet.",
        retryable=True,
        suggested_action="Nothing: the cluster is looked at again.",
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

"""Role assignments: which there are, and from when on they take effect."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulators.azure.arm.errors import resource_not_found, wrong_type
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.shapes import Shape, mismatch
from emulators.azure.authorization import errors
from emulators.azure.latency import Duration

EFFECT = Duration(60, 90, 120)
"""Seconds until what checks access knows of an assignment: reported, kubernetes#92326."""

REPLICATION = timedelta(seconds=18)
"""Until Microsoft.Authorization finds a new principal by itself: recorded, 15 to 37 s."""

SHAPE: Shape = {
    "properties": {
        name: str
        for name in (
            "roleDefinitionId",
            "principalId",
            "principalType",
            "description",
            "condition",
            "conditionVersion",
        )
    }
}
_MUTABLE = ("description", "condition", "conditionVersion")


@dataclass(slots=True)
class RoleAssignment:
    scope: str
    name: str
    properties: dict[str, Any]
    """What the request has said."""
    scope_resource: Resource | None
    """What the scope names; None: the subscription."""
    created_on: datetime
    updated_on: datetime
    created_by: str
    effective_at: datetime

    @property
    def id(self) -> str:
        return f"{self.scope}/providers/Microsoft.Authorization/roleAssignments/{self.name}"

    @property
    def role(self) -> str:
        """Name of the role's definition, a GUID in lower case."""
        return str(self.properties["roleDefinitionId"]).rpartition("/")[2].lower()

    @property
    def principal(self) -> str:
        return str(self.properties["principalId"]).lower()

    def grants(self, principal: str, role: str, scope: str) -> bool:
        wanted = (principal.lower(), role.lower())
        return (self.principal, self.role) == wanted and is_at_or_below(scope, self.scope)


class RoleAssignments:
    """All role assignments at scopes of the subscription. Those of a deleted scope go with it."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._by_key: dict[str, RoleAssignment] = {}

    def all(self) -> list[RoleAssignment]:
        resources = self._platform.resources
        return [
            each
            for each in self._by_key.values()
            if each.scope_resource is None or resources.holds(each.scope_resource)
        ]

    def find(self, scope: str, name: str) -> RoleAssignment | None:
        wanted = (scope.lower(), name.lower())
        return next((e for e in self.all() if (e.scope.lower(), e.name.lower()) == wanted), None)

    def has_role(self, principal: str, role: str, scope: str) -> bool:
        """Whether the assignment of the role at the scope, or above, has taken effect."""
        now = self._platform.clock.now()
        found = (each for each in self.all() if each.grants(principal, role, scope))
        return any(each.effective_at <= now for each in found)

    def find_scope(self, scope: str) -> Resource | None:
        """None for the subscription; raises what ARM says of a resource that is not there."""
        if "/providers/" not in scope and scope.count("/") < 4:
            return None
        resource = self._platform.resources.get(scope)
        if resource is None:
            raise resource_not_found(scope)
        return resource

    def put(self, scope: str, name: str, body: dict[str, Any], caller: str) -> RoleAssignment:
        scope_resource = self.find_scope(scope)
        given = self._checked(body)
        now = self._platform.clock.now()
        assignment = RoleAssignment(
            scope=scope,
            name=name,
            properties=given,
            scope_resource=scope_resource,
            created_on=now,
            updated_on=now,
            created_by=caller,
            effective_at=now + timedelta(seconds=self._platform.latencies.sample(EFFECT)),
        )
        present = self.find(scope, name)
        if present is not None:
            return _updated(present, assignment)
        self._check_new(assignment)
        self._by_key[assignment.id.lower()] = assignment
        return assignment

    def remove(self, assignment: RoleAssignment) -> None:
        self._by_key.pop(assignment.id.lower(), None)

    def _checked(self, body: dict[str, Any]) -> dict[str, Any]:
        found = mismatch(body, SHAPE)
        if found is not None:
            raise wrong_type(found)
        given = {key: value for key, value in (body.get("properties") or {}).items() if value}
        principal = str(given.get("principalId", ""))
        try:
            uuid.UUID(principal)
        except ValueError:
            raise errors.invalid_principal(principal) from None
        return {"roleDefinitionId": "", **given}

    def _check_new(self, wanted: RoleAssignment) -> None:
        for each in self.all():
            same = (each.scope.lower(), each.role, each.principal)
            if same == (wanted.scope.lower(), wanted.role, wanted.principal):
                raise errors.exists(each.name)
        if "principalType" not in wanted.properties and not self._is_replicated(wanted):
            raise errors.principal_not_found(
                str(wanted.properties["principalId"]), self._platform.tenant_id
            )

    def _is_replicated(self, wanted: RoleAssignment) -> bool:
        created_at = self._platform.principals.created_at(wanted.principal)
        return created_at is not None and wanted.created_on - created_at >= REPLICATION


def is_at_or_below(scope: str, ancestor: str) -> bool:
    return f"{scope.lower()}/".startswith(f"{ancestor.lower()}/")


def _updated(present: RoleAssignment, wanted: RoleAssignment) -> RoleAssignment:
    if (present.role, present.principal) != (wanted.role, wanted.principal):
        raise errors.update_not_permitted()
    changed = {name: wanted.properties.get(name) for name in _MUTABLE}
    present.properties = {**present.properties, **changed}
    present.updated_on = wanted.updated_on
    return present

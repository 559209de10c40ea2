"""Routes of role assignments, at every kind of scope that is simulated."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import GROUP, SUBSCRIPTION, ApiVersions, Route
from emulators.azure.authorization import errors
from emulators.azure.authorization.models import RoleAssignment, RoleAssignments, is_at_or_below
from emulators.azure.identity import Tokens, bearer_token
from emulators.azure.latency import Duration

ASSIGNMENT_TYPE = "Microsoft.Authorization/roleAssignments"
VERSIONS = ApiVersions(
    "2015-07-01", "2022-04-01", ("2015-07-01", "2018-07-01", "2020-04-01-preview", "2022-04-01")
)
SCOPES = (SUBSCRIPTION, GROUP, f"{GROUP}/providers/{{namespace}}/{{type}}/{{resource}}")

ANSWER = Duration(0.2, 0.5, 0.9)
"""Recorded: less than a second."""

_OF_PRINCIPAL = re.compile(r"principalId eq '(?P<principal>[^']*)'", re.IGNORECASE)

type Condition = Callable[[RoleAssignment], bool]


class AuthorizationRoutes:
    """Role assignments are no resources of their group: no list of resources has them."""

    def __init__(self, platform: Platform, tokens: Tokens, assignments: RoleAssignments) -> None:
        self._platform = platform
        self._tokens = tokens
        self._assignments = assignments

    def routes(self) -> list[Route]:
        return [
            Route(
                method,
                f"{scope}/providers/{ASSIGNMENT_TYPE}{name}",
                handler,
                VERSIONS,
                ASSIGNMENT_TYPE,
            )
            for scope in SCOPES
            for method, name, handler in (
                ("GET", "", self.list),
                ("GET", "/{assignment}", self.get),
                ("PUT", "/{assignment}", self.put),
                ("DELETE", "/{assignment}", self.delete),
            )
        ]

    async def list(self, request: ArmRequest) -> Answer:
        """With what is inherited from above; without `atScope()` with what lies below as well."""
        await self._platform.latencies.pause(ANSWER)
        scope = _scope(request)
        self._assignments.find_scope(scope)
        matches = _condition(request.query.get("$filter", ""), scope)
        found = [each for each in self._assignments.all() if matches(each)]
        return Answer(200, {"value": [_wire(each, each.created_by) for each in found]})

    async def get(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(ANSWER)
        scope = _scope(request)
        self._assignments.find_scope(scope)
        found = self._assignments.find(scope, request.params["assignment"])
        if found is None:
            raise errors.not_found(request.params["assignment"])
        return Answer(200, _wire(found, found.created_by))

    async def put(self, request: ArmRequest) -> Answer:
        """201 for a change as well, and with its creator only in a later GET."""
        name = request.params["assignment"]
        caller = self._caller(request)
        await self._platform.latencies.wait(f"ARM PUT roleAssignments {name} answered", ANSWER)
        assignment = self._assignments.put(_scope(request), name, request.body, caller)
        return Answer(201, _wire(assignment, None))

    async def delete(self, request: ArmRequest) -> Answer:
        name = request.params["assignment"]
        await self._platform.latencies.wait(f"ARM DELETE roleAssignments {name} answered", ANSWER)
        scope = _scope(request)
        self._assignments.find_scope(scope)
        found = self._assignments.find(scope, name)
        if found is None:
            return Answer(204)
        self._assignments.remove(found)
        return Answer(200, _wire(found, found.created_by))

    def _caller(self, request: ArmRequest) -> str:
        token = bearer_token(request.headers.get("Authorization")) or ""
        return str((self._tokens.claims_of(token) or {}).get("oid", ""))


def _scope(request: ArmRequest) -> str:
    """The path up to the last `/providers/`, as the caller has spelled it."""
    return request.path[: request.path.lower().rindex("/providers/microsoft.authorization/")]


def _condition(text: str, scope: str) -> Condition:
    def at_scope(each: RoleAssignment) -> bool:
        return is_at_or_below(scope, each.scope)

    def anywhere(each: RoleAssignment) -> bool:
        return at_scope(each) or is_at_or_below(each.scope, scope)

    if not text.strip():
        return anywhere
    if text.strip().lower() == "atscope()":
        return at_scope
    of_principal = _OF_PRINCIPAL.fullmatch(text.strip())
    if of_principal is None:
        raise errors.unsupported_filter(text)
    principal = of_principal["principal"].lower()
    return lambda each: anywhere(each) and each.principal == principal


def _wire(assignment: RoleAssignment, created_by: str | None) -> dict[str, Any]:
    given = assignment.properties
    return {
        "properties": {
            "roleDefinitionId": given["roleDefinitionId"],
            "principalId": given["principalId"],
            "principalType": given.get("principalType", "ServicePrincipal"),
            "scope": assignment.scope,
            "condition": given.get("condition"),
            "conditionVersion": given.get("conditionVersion"),
            "createdOn": _time(assignment.created_on),
            "updatedOn": _time(assignment.updated_on),
            "createdBy": created_by,
            "updatedBy": assignment.created_by,
            "delegatedManagedIdentityResourceId": None,
            "description": given.get("description"),
        },
        "id": assignment.id,
        "type": ASSIGNMENT_TYPE,
        "name": assignment.name,
    }


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}0Z"

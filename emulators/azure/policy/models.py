"""Policy assignments of the subscription: those that modify tags, then those that deny."""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import GROUP, Route
from emulators.azure.arm.tags import TAGGED_TYPES, spelling_of
from emulators.azure.policy.errors import Violation, disallowed

GROUP_TYPE = "Microsoft.Resources/subscriptions/resourceGroups"
"""What Azure Policy calls a resource group."""

Tags = dict[str, str]


class Effect(StrEnum):
    MODIFY = "modify"
    DENY = "deny"


class TagOperation(StrEnum):
    """What `modify` does to a tag, in the words of policy definitions."""

    ADD = "add"
    ADD_OR_REPLACE = "addOrReplace"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class TagChange:
    """One operation of a `modify`. Names are compared without case; a new one is the policy's."""

    operation: TagOperation
    tag: str
    value: str = ""

    def applied_to(self, tags: Tags) -> Tags:
        present = spelling_of(tags, self.tag)
        if self.operation is TagOperation.ADD and present is not None:
            return tags
        others = {name: value for name, value in tags.items() if name != present}
        if self.operation is TagOperation.REMOVE:
            return others
        return {**others, self.tag: self.value}


@dataclass(frozen=True, slots=True)
class Assignment:
    """A definition with its assignment, which have one name here.

    `missing_tag` narrows a `deny` to resources without that tag.
    """

    name: str
    effect: Effect
    resource_type: re.Pattern[str] | None = None
    group: re.Pattern[str] | None = None
    changes: tuple[TagChange, ...] = ()
    missing_tag: str | None = None
    given: dict[str, Any] = field(default_factory=dict[str, Any])

    def covers(self, resource_type: str, group: str) -> bool:
        has_tags = resource_type.lower() in TAGGED_TYPES
        return (
            (has_tags or not (self.changes or self.missing_tag))
            and (self.resource_type is None or bool(self.resource_type.fullmatch(resource_type)))
            and (self.group is None or bool(self.group.fullmatch(group)))
        )

    def denies(self, tags: Tags) -> bool:
        if self.effect is not Effect.DENY:
            return False
        return self.missing_tag is None or spelling_of(tags, self.missing_tag) is None


class Policies:
    """Evaluates every write. Node resource groups, which AKS makes, are not evaluated."""

    def __init__(self) -> None:
        self._assignments: dict[str, Assignment] = {}

    def assign(self, assignment: Assignment) -> None:
        """Add an assignment, or replace the one of its name."""
        self._assignments[assignment.name.lower()] = assignment

    def remove(self, name: str) -> bool:
        return self._assignments.pop(name.lower(), None) is not None

    def clear(self) -> None:
        self._assignments.clear()

    def all(self) -> list[Assignment]:
        return list(self._assignments.values())

    def evaluated(self, route: Route, request: ArmRequest) -> ArmRequest:
        """The request as the resource provider gets it; raises when an assignment denies it."""
        if request.method not in ("PUT", "PATCH") or not self._assignments:
            return request
        resource_type = GROUP_TYPE if route.pattern == GROUP else route.resource_type or ""
        covering = [each for each in self.all() if each.covers(resource_type, request.group)]
        request = _modified(request, covering)
        violations = [
            _violation(each, resource_type, request.subscription)
            for each in covering
            if each.denies(_tags(request))
        ]
        if violations:
            raise disallowed(request.path.rpartition("/")[2], violations)
        return request


def _modified(request: ArmRequest, covering: list[Assignment]) -> ArmRequest:
    """A PATCH that leaves the tags alone is left alone: assumed."""
    changes = [change for each in covering for change in each.changes]
    if not changes or (request.method == "PATCH" and "tags" not in request.body):
        return request
    tags = _tags(request)
    for change in changes:
        tags = change.applied_to(tags)
    return replace(request, body={**request.body, "tags": tags})


def _tags(request: ArmRequest) -> Tags:
    tags = request.body.get("tags")
    return tags if isinstance(tags, dict) else {}


def _violation(assignment: Assignment, resource_type: str, subscription: str) -> Violation:
    scope = f"/subscriptions/{subscription}"
    provider = f"{scope}/providers/Microsoft.Authorization"
    return {
        "policyDefinitionDisplayName": assignment.name,
        "evaluationDetails": {"evaluatedExpressions": _expressions(assignment, resource_type)},
        "policyDefinitionId": f"{provider}/policyDefinitions/{assignment.name}",
        "policyDefinitionName": assignment.name,
        "policyDefinitionEffect": "Deny",
        "policyAssignmentId": f"{provider}/policyAssignments/{assignment.name}",
        "policyAssignmentName": assignment.name,
        "policyAssignmentDisplayName": assignment.name,
        "policyAssignmentScope": scope,
        "policyAssignmentParameters": {},
    }


def _expressions(assignment: Assignment, resource_type: str) -> list[dict[str, str]]:
    found = [_expression("type", "Equals", resource_type) | {"expressionValue": resource_type}]
    if assignment.missing_tag is not None:
        found.append(_expression(f"tags[{assignment.missing_tag}]", "Exists", "false"))
    return found


def _expression(field_name: str, operator: str, target: str) -> dict[str, str]:
    return {
        "result": "True",
        "expressionKind": "Field",
        "expression": field_name,
        "path": field_name,
        "targetValue": target,
        "operator": operator,
    }

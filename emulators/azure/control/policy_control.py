"""The control of Azure Policy: its assignments, which real ones would reach by their own API."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import web

from emulators.azure.control.input import BadInput, Fields, read_json, required
from emulators.azure.policy.models import Assignment, Effect, Policies, TagChange, TagOperation

Handler = Callable[[web.Request], Awaitable[Any]]

_TAG_FIELD = re.compile(r"tags\[('?)([^']+)\1\]")


class HasPolicies(Protocol):
    @property
    def policies(self) -> Policies: ...


class HasAzure(Protocol):
    """The simulator: a reset gives it another Azure, and with it other policies."""

    @property
    def azure(self) -> HasPolicies: ...


class PolicyControl:
    """Handlers of `/_simulator/policies`."""

    def __init__(self, simulator: HasAzure) -> None:
        self._simulator = simulator

    def handlers(self) -> dict[tuple[str, str], Handler]:
        return {
            ("GET", "/policies"): self.get,
            ("POST", "/policies"): self.post,
            ("DELETE", "/policies"): self.delete,
        }

    async def get(self, request: web.Request) -> Any:
        return [each.given for each in self._policies.all()]

    async def post(self, request: web.Request) -> Any:
        assignment = read_assignment(await read_json(request))
        self._policies.assign(assignment)
        return assignment.given

    async def delete(self, request: web.Request) -> None:
        """Remove the assignment that the query names, or all of them."""
        name = request.query.get("name")
        if name is None:
            self._policies.clear()
        elif not self._policies.remove(name):
            raise BadInput(f"There is no policy {name}.")

    @property
    def _policies(self) -> Policies:
        return self._simulator.azure.policies


def read_assignment(body: object) -> Assignment:
    """An assignment from its JSON; raises BadInput."""
    fields = Fields(body)
    given = fields.all()
    effect = fields.text("effect")
    if effect not in list(Effect):
        raise BadInput(f"effect must be one of {', '.join(Effect)}.")
    assignment = Assignment(
        name=required(fields.text("name"), "name"),
        effect=Effect(effect),
        resource_type=fields.pattern("resourceType"),
        group=fields.pattern("resourceGroup"),
        changes=_read_changes(fields.anything("operations")),
        missing_tag=fields.text("missingTag"),
        given=given,
    )
    fields.finish()
    if (assignment.effect is Effect.MODIFY) != bool(assignment.changes):
        raise BadInput("operations go with modify and only with it.")
    if assignment.missing_tag is not None and assignment.effect is not Effect.DENY:
        raise BadInput("missingTag goes with deny only.")
    return assignment


def _read_changes(operations: Any) -> tuple[TagChange, ...]:
    if operations is None:
        return ()
    if not isinstance(operations, list):
        raise BadInput("operations must be a list.")
    return tuple(_read_change(Fields(each, "an operation")) for each in operations)


def _read_change(fields: Fields) -> TagChange:
    operation, value = fields.text("operation"), fields.text("value")
    tag = _TAG_FIELD.fullmatch(fields.text("field") or "")
    fields.finish()
    if operation not in list(TagOperation):
        raise BadInput(f"operation must be one of {', '.join(TagOperation)}.")
    if tag is None:
        raise BadInput("field must be tags['<name>'] or tags[<name>].")
    if (value is None) != (operation == TagOperation.REMOVE):
        raise BadInput("value goes with add and addOrReplace.")
    return TagChange(TagOperation(operation), tag[2], value or "")

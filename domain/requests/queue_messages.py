"""Parses commands from Service Bus messages: CloudEvents 1.0 in structured mode."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast

from pydantic import BaseModel, Field, StrictBool

from domain.environment.operation import OperationKind
from domain.environment.operation_request import BRING_A_SPEC
from domain.environment.version_views import RollbackRequest
from domain.problem import Problem
from domain.requests.caller import Caller, parse_traceparent
from domain.requests.command import CANCEL, RETRY, ROLLBACK, Command, CommandKind
from domain.requests.scopes import OPEN, AccessRules, find_sender_scope
from domain.spec.model import ENVIRONMENT_NAME_PATTERN, LONGEST_NAME, SHORTEST_NAME
from domain.spec.model_versions import RegisteredModel
from domain.spec.policy import SpecPolicy
from domain.spec.resolved_model import parse_resolved
from domain.spec.validation import find_field_problems
from domain.wire import WireModel

SENDER_NOT_ALLOWED = "SenderNotAllowed"

EVENT_KINDS: dict[str, CommandKind] = {
    f"io.gridplane.environment.{kind}.v1": kind
    for kind in (*OperationKind, RETRY, CANCEL, ROLLBACK)
}


@dataclass(frozen=True, slots=True)
class MessageProperties:
    """The broker properties of a message."""

    session_id: str | None
    message_id: str | None


class CommandEvent(BaseModel):
    """The attributes that are read; others are allowed and ignored."""

    specversion: Literal["1.0"]
    id: str = Field(min_length=1, max_length=256)
    source: str = Field(min_length=1, max_length=1024)
    type: str
    subject: str | None = None
    traceparent: Any = None
    data: dict[str, Any]


class CommandData(WireModel):
    """The data of a message without a specification."""

    name: str = Field(
        pattern=ENVIRONMENT_NAME_PATTERN, min_length=SHORTEST_NAME, max_length=LONGEST_NAME
    )


class DeletionData(CommandData):
    force: StrictBool = False


class RollbackData(CommandData, RollbackRequest):
    """A rollback by message."""


DATA: dict[CommandKind, type[CommandData]] = {
    OperationKind.DELETE: DeletionData,
    ROLLBACK: RollbackData,
}
"""Of kinds that bring more than a name along."""


def parse_message(
    body: object,
    properties: MessageProperties,
    policy: SpecPolicy,
    now: datetime,
    rules: AccessRules = OPEN,
    model: RegisteredModel | None = None,
) -> Command | list[Problem]:
    """The command in a message, or all of its problems. `model`: the one in the registry that its
    specification names."""
    if not isinstance(body, dict):
        return [Problem("InvalidBody", "Send a CloudEvent as a JSON object.", "")]
    document = cast("dict[str, Any]", body)
    problems = list(find_field_problems(CommandEvent, document))
    if problems:
        return problems
    event = CommandEvent.model_validate(document)
    kind = EVENT_KINDS.get(event.type)
    if kind is None:
        return [Problem("UnknownEventType", f"Use one of {', '.join(EVENT_KINDS)}.", "type")]
    scope = find_sender_scope(event.source, rules)
    if scope.cost_centers == frozenset():
        message = f"No cost center takes messages of '{event.source}': the policy lists senders."
        return [Problem(SENDER_NOT_ALLOWED, message, "source")]
    caller = Caller(
        request_id=properties.message_id or f"{event.source}#{event.id}",
        requested_by=event.source,
        traceparent=parse_traceparent(event.traceparent),
    )
    command = _parse_data(kind, event.data, caller, policy, now, model)
    if isinstance(command, list):
        return command
    contradictions = _find_contradictions(command.name, event, properties)
    return contradictions or replace(command, scope=scope)


def _parse_data(
    kind: CommandKind,
    data: dict[str, Any],
    caller: Caller,
    policy: SpecPolicy,
    now: datetime,
    model: RegisteredModel | None,
) -> Command | list[Problem]:
    if kind in BRING_A_SPEC:
        spec = parse_resolved(data, model, policy, now)
        if isinstance(spec, list):
            return spec
        return Command(kind, spec.name, spec, waits=True, caller=caller)
    shape = DATA.get(kind, CommandData)
    if problems := list(find_field_problems(shape, data)):
        return problems
    match shape.from_wire(data):
        case DeletionData(name=name, force=force):
            return Command(kind, name, force=force, waits=True, caller=caller)
        case RollbackData(name=name, to_version=version, reason=reason):
            return Command(
                kind, name, waits=True, caller=caller, to_version=version, reason=reason
            )
        case CommandData(name=name):
            return Command(kind, name, waits=True, caller=caller)


def _find_contradictions(
    name: str, event: CommandEvent, properties: MessageProperties
) -> list[Problem]:
    """Messages of one environment keep their order only within its own session."""
    problems: list[Problem] = []
    if properties.session_id != name:
        fix = f"Send the message in session '{name}', the name in its data."
        problems.append(Problem("SessionIdMismatch", fix, "sessionId"))
    if event.subject not in (None, f"/environments/{name}"):
        fix = f"Use '/environments/{name}', or omit it."
        problems.append(Problem("SubjectMismatch", fix, "subject"))
    return problems

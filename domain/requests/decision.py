"""The possible decisions on a request for an environment."""

from dataclasses import dataclass

from domain.environment.operation_request import OperationRequest
from domain.problem import Problem


@dataclass(frozen=True, slots=True)
class Start:
    """Start this operation."""

    request: OperationRequest


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel this operation, which is running."""

    operation_id: str
    to_version: int | None = None
    """What it goes back to, if a rollback was asked for."""
    reason: str | None = None
    """Of the rollback."""


@dataclass(frozen=True, slots=True)
class AlreadyStarted:
    """The request was made before: answer with the operation that it started then."""

    operation_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The environment is in no state for it."""

    code: str
    message: str
    operation_id: str | None = None
    target: str = "name"
    is_passing: bool = False
    """Whether the same request can be accepted later as it is."""
    details: tuple[Problem, ...] = ()
    """Further reasons."""


@dataclass(frozen=True, slots=True)
class PreconditionFailed(Refused):
    """The environment is not as the caller last saw it."""


@dataclass(frozen=True, slots=True)
class Forbidden(Refused):
    """The caller may not ask for it."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """There is no such environment."""


@dataclass(frozen=True, slots=True)
class Foreign(NotFound):
    """There is one, of a cost center that the caller does not see."""


type Decision = Start | Cancel | AlreadyStarted | Refused | NotFound


ENVIRONMENT_NOT_FOUND = "EnvironmentNotFound"


def environment_not_found(name: str) -> Problem:
    return Problem(ENVIRONMENT_NOT_FOUND, f"There is no environment '{name}'.", "")

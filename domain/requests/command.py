"""What a caller wants of an environment."""

import hashlib
import json
from dataclasses import dataclass
from typing import Final, Literal

from domain.environment.operation import OperationKind
from domain.requests.caller import ANONYMOUS, Caller
from domain.requests.scopes import EVERYTHING, CallerScope
from domain.spec.model import EnvironmentSpec

RETRY: Final = "retry"
"""Starts the environment's failed or canceled operation again."""

CANCEL: Final = "cancel"
"""Ends the environment's running operation."""

ROLLBACK: Final = "rollback"
"""Updates the environment to the workload of an earlier version."""

type CommandKind = OperationKind | Literal["retry", "cancel", "rollback"]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the environment's ETag has to meet; messages have no conditions."""

    if_match: str | None = None
    """`If-Match`, which the ETag has to match."""
    if_none_match: str | None = None
    """`If-None-Match`, which the ETag must not match."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a caller wants, through whichever door it came."""

    kind: CommandKind
    name: str
    """Of the environment."""
    spec: EnvironmentSpec | None = None
    """Only with the kinds that bring one along."""
    force: bool = False
    conditions: Conditions = Conditions()
    waits: bool = False
    """Whether it lets a running operation end where it could also cancel it."""
    caller: Caller = ANONYMOUS
    scope: CallerScope = EVERYTHING
    to_version: int | None = None
    """Of a rollback; None: to the latest one before that ran something else."""
    reason: str | None = None
    """Of a rollback."""
    based_on: int | None = None
    """Number of the latest operation that a plan was made on; None: not from a plan."""

    @property
    def digest(self) -> str:
        """Distinguishes a repetition of the request from another request with the same id."""
        spec = self.spec.to_wire() if self.spec else None
        of_rollback = [self.to_version, self.reason] if self.kind == ROLLBACK else []
        text = json.dumps([self.kind, spec, self.force, *of_rollback], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

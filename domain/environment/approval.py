"""What a second person is asked to approve, and what became of it."""

import hashlib
import json
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime

from domain.environment.call_stamp import CallStamp
from domain.spec.model import EnvironmentSpec
from domain.wire import WireModel

LONGEST_SHOWN = 100
"""Characters of a value that is shown; specifications may be large, records must not be."""


class ApprovalState(StrEnum):
    """`withdrawn`: canceled, or overtaken by another operation."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    TIMED_OUT = "timedOut"
    WITHDRAWN = "withdrawn"


class FrozenChange(WireModel):
    """A field that would change, as text."""

    field: str
    before: str | None = None
    after: str | None = None
    effect: str


class ApprovalDemand(WireModel):
    """The plan that is approved: the operation carries out nothing else."""

    plan_id: str
    plan_digest: str
    spec_digest: str
    usd_per_month: float
    """At replicas, when it was requested."""
    changes: tuple[FrozenChange, ...] = ()
    reasons: tuple[str, ...]
    """Of the checks that ask for approval."""
    deadline_hours: int
    remind_after_hours: int


class Approval(WireModel):
    """A demand on an operation's record."""

    demand: ApprovalDemand
    request_digest: str
    """Of the request's content: the same one again is not another demand."""
    requested_at: AwareDatetime
    deadline: AwareDatetime
    state: ApprovalState = ApprovalState.WAITING
    decided_by: str | None = None
    decided_at: AwareDatetime | None = None
    reason: str | None = None


class ApprovedPlan(WireModel):
    """What was approved for the specification on record: a retry of it needs no other approval."""

    spec_digest: str
    usd_per_month: float


class ApprovalDecision(WireModel):
    """An answer to a demand, or the end of waiting for one."""

    operation_id: str
    state: ApprovalState
    at: AwareDatetime
    actor: str | None = None
    reason: str | None = None
    stamp: CallStamp | None = None


def digest_spec(spec: EnvironmentSpec) -> str:
    text = json.dumps(spec.to_wire(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def show_value(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."

"""Operations that wait for approval, as tests need them."""

from datetime import datetime
from typing import Any

from domain.environment.approval import (
    ApprovalDecision,
    ApprovalDemand,
    ApprovalState,
    digest_spec,
)
from domain.environment.call_stamp import CallStamp, Door
from domain.environment.operation import OperationKind
from domain.environment.operation_request import OperationRequest
from tests.support.callers import ALICE, BOB
from tests.support.specs import NOON, a_request, a_spec


def a_stamp(**changes: Any) -> CallStamp:
    values = {"actor": ALICE, "is_person": True, "app": "cli", **changes}
    return CallStamp(
        **{
            "id": "0123",
            "at": NOON,
            "door": Door.REST,
            "action": "createEnvironment",
            "request_hash": "ab",
            **values,
        }
    )


def a_demand(price: float = 6000.0) -> ApprovalDemand:
    return ApprovalDemand(
        plan_id="fraud-llm.0.0123",
        plan_digest="0123",
        spec_digest=digest_spec(a_spec()),
        usd_per_month=price,
        reasons=("It is expensive.",),
        deadline_hours=24,
        remind_after_hours=6,
    )


def a_waiting_request(
    kind: OperationKind = OperationKind.PROVISION, sequence: int = 1, **changes: Any
) -> OperationRequest:
    values = {"approval": a_demand(), "stamp": a_stamp(), "requested_by": ALICE, **changes}
    return a_request(kind, sequence, **values)


def an_answer(
    state: ApprovalState = ApprovalState.APPROVED, at: datetime = NOON, sequence: int = 1
) -> ApprovalDecision:
    reason = "Too much." if state is ApprovalState.REJECTED else None
    return ApprovalDecision(
        operation_id=f"fraud-llm.{sequence}", state=state, at=at, actor=BOB, reason=reason
    )

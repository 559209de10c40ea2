"""Approvals as the API returns them; the models also document the API."""

from pydantic import AwareDatetime, Field

from domain.environment.approval import ApprovalState
from domain.environment.operation import Operation, OperationKind
from domain.wire import WireModel


class ChangeView(WireModel):
    """A field that would change."""

    field: str = Field(description="JSON path of the field.", examples=["gpu.maxNodes"])
    before: str | None = Field(default=None, description="Its value, shortened.")
    after: str | None = Field(default=None, description="Its value in the plan, shortened.")
    effect: str = Field(description="How the resource follows.", examples=["inPlace"])


class ApprovalView(WireModel):
    """What a second person approves: plan, price and changes as they were requested."""

    environment: str = Field(description="Name of the environment.", examples=["fraud-llm"])
    operation_id: str = Field(description="Id of the operation.", examples=["fraud-llm.1"])
    kind: OperationKind = Field(description="What the operation does.")
    state: ApprovalState = Field(description="Whether it waits, or what became of it.")
    requested_by: str | None = Field(
        default=None, description="Object id of the requester, or `source` of the message."
    )
    on_behalf_of: str | None = Field(
        default=None, description="The person for whom a message was sent."
    )
    requested_date_time: AwareDatetime = Field(description="When it was requested.")
    deadline: AwareDatetime = Field(description="When it is canceled without an answer.")
    plan_id: str = Field(description="Id of the plan.", examples=["fraud-llm.0.1f0c9d2a7b3e"])
    plan_digest: str = Field(description="Digest of the plan; `approve` may name it.")
    usd_per_month: float = Field(
        description="Price per month at replicas, when it was requested.", examples=[6991.5]
    )
    changes: tuple[ChangeView, ...] = Field(
        description="What would change; empty for a creation. At most 50."
    )
    reasons: tuple[str, ...] = Field(description="Why it needs approval.")
    decided_by: str | None = Field(default=None, description="Who has answered.")
    decided_date_time: AwareDatetime | None = Field(default=None, description="When.")
    reason: str | None = Field(default=None, description="Why it was rejected.")
    actions: tuple[str, ...] = Field(
        default=(),
        description="Requests that end the waiting: POST /environments/{name}/ and one of these.",
        examples=[["approve", "reject", "cancel"]],
    )


class ApprovalPage(WireModel):
    """A page of operations that wait for approval, by name of the environment."""

    value: tuple[ApprovalView, ...] = Field(description="The operations of this page.")
    next_link: str | None = Field(
        default=None,
        description="Relative URL of the next page; absent on the last one.",
        json_schema_extra={"format": "uri-reference"},
    )


ANSWERS = ("approve", "reject", "cancel")


def build_approval_view(operation: Operation) -> ApprovalView | None:
    """None if it needs no approval."""
    approval = operation.approval
    if approval is None:
        return None
    demand = approval.demand
    return ApprovalView(
        environment=operation.environment,
        operation_id=operation.id,
        kind=operation.kind,
        state=approval.state,
        requested_by=operation.requested_by,
        on_behalf_of=operation.stamp and operation.stamp.on_behalf_of,
        requested_date_time=approval.requested_at,
        deadline=approval.deadline,
        plan_id=demand.plan_id,
        plan_digest=demand.plan_digest,
        usd_per_month=demand.usd_per_month,
        changes=tuple(ChangeView(**each.model_dump()) for each in demand.changes),
        reasons=demand.reasons,
        decided_by=approval.decided_by,
        decided_date_time=approval.decided_at,
        reason=approval.reason,
        actions=ANSWERS if operation.is_waiting else (),
    )

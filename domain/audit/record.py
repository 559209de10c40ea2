"""One entry of the audit; the model also documents the API."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from domain.environment.call_stamp import CallStamp, Door
from domain.wire import WireModel


class AuditDecision(StrEnum):
    """`unknown`: the task hub did not answer; the change may have begun."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class AuditRecord(WireModel):
    """Who has asked for what, from where, and what was decided."""

    id: str = Field(description="The same for each delivery of a message.")
    at: AwareDatetime = Field(description="When the request came in.")
    door: Door = Field(
        description="`rest`, `queue`, or `sweep` for what Gridplane does by itself."
    )
    action: str = Field(
        description="`operationId` of the request in this document, `type` of the message, kind "
        "of the operation or type of the timeline's entry.",
        examples=["createEnvironment"],
    )
    decision: AuditDecision = Field(description="What was decided.")
    code: str | None = Field(
        default=None, description="Why it was refused.", examples=["QuotaExceeded"]
    )
    detail: str | None = Field(
        default=None, description="Reason of a sweep's action, or of a rejection."
    )
    actor: str | None = Field(
        default=None,
        description="Object id of the caller in Entra ID, `source` of the message, or `sweep`; "
        "absent where the API is used without authentication.",
        examples=["8f0d4c1e-1a4b-4c57-9f3a-2d1c0b9a8e77"],
    )
    actor_name: str | None = Field(
        default=None, description="The caller's name in its token.", examples=["ada@example.com"]
    )
    app: str | None = Field(
        default=None, description="Client id of the app that sent the request."
    )
    on_behalf_of: str | None = Field(
        default=None, description="`authid` of the message: the person for whom it was sent."
    )
    origin: str | None = Field(
        default=None,
        description="Network address of the client, or id of the message.",
        examples=["203.0.113.7"],
    )
    request_hash: str | None = Field(
        default=None,
        description="SHA-256 of method, path and body, or of the message; absent for what "
        "Gridplane does by itself.",
    )
    environment: str | None = Field(
        default=None, description="Name of the environment.", examples=["fraud-llm"]
    )
    cost_center: str | None = Field(
        default=None, description="Its cost center.", examples=["ML-1234"]
    )
    operation_id: str | None = Field(
        default=None, description="Id of the operation.", examples=["fraud-llm.1"]
    )


class AuditPage(WireModel):
    """A page of the audit, newest first."""

    value: tuple[AuditRecord, ...] = Field(description="The records of this page.")
    next_link: str | None = Field(
        default=None,
        description="Relative URL of the next page; absent on the last one.",
        json_schema_extra={"format": "uri-reference"},
    )


def build_record(
    stamp: CallStamp,
    decision: AuditDecision,
    *,
    code: str | None = None,
    detail: str | None = None,
    environment: str | None = None,
    cost_center: str | None = None,
    operation_id: str | None = None,
) -> AuditRecord:
    return AuditRecord(
        **stamp.model_dump(exclude={"is_person"}),
        decision=decision,
        code=code,
        detail=detail,
        environment=environment,
        cost_center=cost_center,
        operation_id=operation_id,
    )

"""CloudEvents 1.0 about environments, one per reportable change of a record.

An operation that was accepted or has ended, an action of the sweep and a change of health are
reportable, single steps are not. A scale-down that succeeded is published as `scaled-down` instead
of `succeeded`: one change is one event.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime

from domain.api_errors import build_failure_body
from domain.environment.approval_views import build_approval_view
from domain.environment.health import HEALTH_CHANGED
from domain.environment.health_views import build_health_view
from domain.environment.operation import Operation, OperationKind
from domain.environment.record import EnvironmentRecord, TimelineEvent
from domain.outcomes import Status
from domain.wire import WireModel, format_time

PUBLISHED_NAMES: Mapping[str, str] = {
    "OperationStarted": "accepted",
    "OperationSucceeded": "succeeded",
    "OperationFailed": "failed",
    "OperationCanceled": "canceled",
    "IdleWarned": "idle-warned",
    "IdleWarningWithdrawn": "idle-warning-withdrawn",
    "IdleScaledToZero": "idle-scaled-to-zero",
    "GpuCostStopped": "gpu-cost-stopped",
    "IdleDeleted": "idle-deleted",
    "OffHoursOver": "off-hours-over",
    "WakeRequested": "wake-requested",
    "RepairStarted": "repair-started",
    "ExpiryWarned": "expiry-warned",
    "Expired": "expired",
    "FailedCreationDeleted": "failed-creation-deleted",
    "BudgetWarned": "budget-warned",
    "BudgetScaledDown": "budget-scaled-down",
    HEALTH_CHANGED: "health-changed",
    "ApprovalRequested": "approval-requested",
    "ApprovalReminder": "approval-reminder",
    "ApprovalGranted": "approval-decided",
    "ApprovalRejected": "approval-decided",
    "ApprovalTimedOut": "approval-decided",
    "ApprovalWithdrawn": "approval-decided",
}
"""Types of timeline events that are published, and their names in the CloudEvent's type."""

SCALED_DOWN = "scaled-down"


class CloudEvent(WireModel):
    """The JSON format of CloudEvents, whose attributes are in lower case."""

    specversion: str = "1.0"
    id: str
    """The same for every publication of the same change, so consumers can drop duplicates."""
    source: str
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: str = "application/json"
    sequence: str
    """The record's revision, by which events of one subject sort as text: delivery does not keep
    their order."""
    traceparent: str | None = None
    """W3C trace context of the request that started the operation."""
    data: dict[str, Any]


class EventPublication(WireModel):
    """An event to publish."""

    environment: str
    operation_id: str | None = None
    """The operation that it is about; None for an action of the sweep."""
    event: CloudEvent


def build_event_source(subscription_id: str) -> str:
    """Environments of two control planes may share a name, but not in one subscription."""
    return f"/subscriptions/{subscription_id}/gridplane"


def derive_event(
    before: EnvironmentRecord | None, after: EnvironmentRecord, source: str
) -> EventPublication | None:
    """The event for a change of the record; None if the change is not reportable."""
    latest = after.events[-1]
    if latest.type not in PUBLISHED_NAMES or (before and before.events[-1:] == (latest,)):
        return None
    operation = after.find_operation(latest.operation_id) if latest.operation_id else None
    name = _published_name(latest, operation)
    base_id = f"{operation.id}.{name}" if operation else f"{after.name}.{name}"
    event = CloudEvent(
        id=base_id if operation else f"{base_id}.{format_time(latest.at)}",
        source=source,
        type=f"io.gridplane.environment.{name}.v1",
        subject=f"/environments/{after.name}",
        time=latest.at,
        sequence=f"{after.revision:010d}",
        traceparent=operation.traceparent if operation else None,
        data=_describe(after, latest, operation),
    )
    return EventPublication(
        environment=after.name, operation_id=operation.id if operation else None, event=event
    )


def _published_name(latest: TimelineEvent, operation: Operation | None) -> str:
    if (
        operation
        and operation.kind is OperationKind.SCALE_DOWN
        and operation.status is Status.SUCCEEDED
    ):
        return SCALED_DOWN
    return PUBLISHED_NAMES[latest.type]


def _describe(
    record: EnvironmentRecord, latest: TimelineEvent, operation: Operation | None
) -> dict[str, Any]:
    """Fields of the API, listed one by one so that nothing of the spec's workload is published."""
    data: dict[str, Any] = {
        "environment": record.name,
        "owner": record.spec.owner,
        "costCenter": record.spec.cost_center,
        "phase": str(record.phase),
        "message": latest.message,
    }
    if actor := latest.actor or (operation and operation.requested_by):
        data["actor"] = actor
    if record.endpoint:
        data["endpoint"] = record.endpoint
    if latest.type == HEALTH_CHANGED:
        data["health"] = build_health_view(record.health).to_wire()
    if latest.evidence:
        data["evidence"] = latest.evidence
    if operation:
        data |= {
            "operationId": operation.id,
            "kind": str(operation.kind),
            "status": str(operation.status),
        }
        if approval := build_approval_view(operation):
            data["approval"] = approval.to_wire()
        if operation.failure:
            data["error"] = build_failure_body(operation.failure).to_wire()
    return data

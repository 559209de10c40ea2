"""What the world outside hears of an environment: CloudEvents 1.0, one per telling change.

News is what the timeline got a line of: an operation that was accepted or has ended, a note of
the sweep. Single steps are no news. A scale-down that succeeded is told as `scaled-down` and not
as `succeeded`, too: one change is one event.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime

from domain.api_errors import build_failure_body
from domain.environment.operation import Operation, OperationKind, OperationStatus
from domain.environment.record import EnvironmentRecord, Event
from domain.wire import WireModel, format_time

NEWS: Mapping[str, str] = {
    "OperationStarted": "accepted",
    "OperationSucceeded": "succeeded",
    "OperationFailed": "failed",
    "OperationCanceled": "canceled",
    "IdleWarned": "idle-warned",
    "IdleWarningWithdrawn": "idle-warning-withdrawn",
    "IdleScaledToZero": "idle-scaled-to-zero",
    "IdleDeleted": "idle-deleted",
    "OffHoursOver": "off-hours-over",
    "ExpiryWarned": "expiry-warned",
    "Expired": "expired",
}
"""Types of the timeline's lines that are news, and what they are called outside."""

SCALED_DOWN = "scaled-down"


class CloudEvent(WireModel):
    """In the JSON format of CloudEvents, whose attributes are written in lower case."""

    specversion: str = "1.0"
    id: str
    """The same whenever the same change is told: consumers drop what they have seen."""
    source: str
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: str = "application/json"
    sequence: str
    """The record's revision, by which events of one subject sort as text: they may be delivered
    in another order."""
    traceparent: str | None = None
    """The W3C trace of the request that asked for the operation."""
    data: dict[str, Any]


class EventPublication(WireModel):
    """An event on its way out."""

    operation_id: str
    """Of the operation that is told of; the environment's name in a note of the sweep."""
    event: CloudEvent


def build_event_source(subscription_id: str) -> str:
    """Two control planes may know environments of the same name, but not in one subscription."""
    return f"/subscriptions/{subscription_id}/gridplane"


def derive_event(
    before: EnvironmentRecord | None, after: EnvironmentRecord, source: str
) -> EventPublication | None:
    """The event that a change of the record calls for; None if it tells nobody anything."""
    line = after.events[-1]
    if line.type not in NEWS or (before and before.events[-1:] == (line,)):
        return None
    operation = after.find_operation(line.operation_id) if line.operation_id else None
    word = _name(line, operation)
    event = CloudEvent(
        id=f"{operation.id}.{word}"
        if operation
        else f"{after.name}.{word}.{format_time(line.at)}",
        source=source,
        type=f"io.gridplane.environment.{word}.v1",
        subject=f"/environments/{after.name}",
        time=line.at,
        sequence=f"{after.revision:010d}",
        traceparent=operation.traceparent if operation else None,
        data=_describe(after, line, operation),
    )
    return EventPublication(operation_id=operation.id if operation else after.name, event=event)


def _name(line: Event, operation: Operation | None) -> str:
    if (
        operation
        and operation.kind is OperationKind.SCALE_DOWN
        and operation.status is OperationStatus.SUCCEEDED
    ):
        return SCALED_DOWN
    return NEWS[line.type]


def _describe(
    record: EnvironmentRecord, line: Event, operation: Operation | None
) -> dict[str, Any]:
    """What the API shows of it, chosen by name: of the spec's workload nothing gets out."""
    data: dict[str, Any] = {
        "environment": record.name,
        "owner": record.spec.owner,
        "costCenter": record.spec.cost_center,
        "phase": str(record.phase),
        "message": line.message,
    }
    if record.endpoint:
        data["endpoint"] = record.endpoint
    if line.evidence:
        data["evidence"] = line.evidence
    if operation:
        data |= {
            "operationId": operation.id,
            "kind": str(operation.kind),
            "status": str(operation.status),
        }
        if operation.failure:
            data["error"] = build_failure_body(operation.failure).to_wire()
    return data

"""Builds history events that carry the hub's time and the wire's optional values."""

from typing import Any

from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.protobuf.wrappers_pb2 import StringValue

_NOT_SCHEDULED = -1


def timestamp(moment: int) -> Timestamp:
    stamp = Timestamp()
    stamp.FromMicroseconds(moment)
    return stamp


def optional_timestamp(moment: int | None) -> Timestamp | None:
    return None if moment is None else timestamp(moment)


def string_value(text: str | None) -> StringValue | None:
    return None if text is None else StringValue(value=text)


def text_or_none(message: Message, field: str) -> str | None:
    """Read an optional string field: absent and empty are not the same on this wire."""
    if not message.HasField(field):
        return None
    return getattr(message, field).value


def moment_or_none(message: Message, field: str) -> int | None:
    if not message.HasField(field):
        return None
    return getattr(message, field).ToMicroseconds()


def history_event(now: int, event_id: int = _NOT_SCHEDULED, **content: Any) -> pb.HistoryEvent:
    """`content` is one event by its field name, as in the protocol."""
    return pb.HistoryEvent(eventId=event_id, timestamp=timestamp(now), **content)


def orchestrator_started(now: int) -> pb.HistoryEvent:
    return history_event(now, orchestratorStarted=pb.OrchestratorStartedEvent())


def orchestrator_completed(now: int) -> pb.HistoryEvent:
    return history_event(now, orchestratorCompleted=pb.OrchestratorCompletedEvent())


def execution_completed(
    now: int,
    status: int,
    result: str | None,
    failure: pb.TaskFailureDetails | None,
) -> pb.HistoryEvent:
    return history_event(
        now,
        executionCompleted=pb.ExecutionCompletedEvent(
            orchestrationStatus=status,  # pyright: ignore[reportArgumentType]
            result=string_value(result),
            failureDetails=failure,
        ),
    )


def optional(message: Message, field: str) -> Any:
    """The sub-message itself, or None when it is absent, so that absence is copied along."""
    return getattr(message, field) if message.HasField(field) else None

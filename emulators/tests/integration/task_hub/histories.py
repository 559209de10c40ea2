"""What every history must be like, whatever has happened to its orchestration."""

from collections.abc import Sequence

from durabletask.internal import orchestrator_service_pb2 as pb

_ANSWERS = {
    "taskCompleted": "taskScheduled",
    "taskFailed": "taskScheduled",
    "timerFired": "timerCreated",
    "subOrchestrationInstanceCompleted": "subOrchestrationInstanceCreated",
    "subOrchestrationInstanceFailed": "subOrchestrationInstanceCreated",
    "entityOperationCompleted": "entityOperationCalled",
    "entityOperationFailed": "entityOperationCalled",
    "entityLockGranted": "entityLockRequested",
}
_QUESTIONS = frozenset(_ANSWERS.values())
_KEYS: dict[str, str | None] = {
    "taskScheduled": None,
    "taskCompleted": "taskScheduledId",
    "taskFailed": "taskScheduledId",
    "timerCreated": None,
    "timerFired": "timerId",
    "subOrchestrationInstanceCreated": None,
    "subOrchestrationInstanceCompleted": "taskScheduledId",
    "subOrchestrationInstanceFailed": "taskScheduledId",
    "entityOperationCalled": "requestId",
    "entityOperationCompleted": "requestId",
    "entityOperationFailed": "requestId",
    "entityLockRequested": "criticalSectionId",
    "entityLockGranted": "criticalSectionId",
}
"""By which field question and answer belong together; None is the event's own id."""


def check_history(events: Sequence[pb.HistoryEvent], *, finished: bool) -> None:
    kinds = [str(event.WhichOneof("eventType")) for event in events]
    _check_frame(kinds, finished=finished)
    _check_times(events)
    _check_answers(events)


def _check_frame(kinds: list[str], *, finished: bool) -> None:
    """Turns follow each other without overlap, from the one start to the one end."""
    assert kinds[:2] == ["orchestratorStarted", "executionStarted"], kinds
    turns = [kind for kind in kinds if kind in {"orchestratorStarted", "orchestratorCompleted"}]
    assert turns == ["orchestratorStarted", "orchestratorCompleted"] * (len(turns) // 2), kinds
    assert kinds[-1] == "orchestratorCompleted", kinds
    assert kinds.count("executionStarted") == 1, kinds
    assert kinds.count("executionCompleted") == finished, kinds
    assert not finished or kinds[-2] == "executionCompleted", kinds


def _check_times(events: Sequence[pb.HistoryEvent]) -> None:
    """Turns never run back, nothing is from before the start, and no timer fires too early."""
    started = events[1].timestamp.ToMicroseconds()
    ended = events[-1].timestamp.ToMicroseconds()
    turns = [event.timestamp.ToMicroseconds() for event in events if _starts_turn(event)]
    assert turns == sorted(turns)
    for event in events:
        assert started <= event.timestamp.ToMicroseconds() <= ended, event
        if event.HasField("timerFired"):
            assert event.timestamp.ToMicroseconds() >= event.timerFired.fireAt.ToMicroseconds()


def _starts_turn(event: pb.HistoryEvent) -> bool:
    return event.HasField("orchestratorStarted")


def _check_answers(events: Sequence[pb.HistoryEvent]) -> None:
    """Every answer has its question before it, and no question has two.

    The SDK asks a retried activity anew under its old id, but not before the last answer.
    """
    unanswered: set[tuple[str, object]] = set()
    for event in events:
        kind = str(event.WhichOneof("eventType"))
        if question := _ANSWERS.get(kind):
            key = (question, _key(event, kind))
            assert key in unanswered, f"{kind} answers nothing, or for the second time: {key}"
            unanswered.remove(key)
        elif kind in _QUESTIONS:
            key = (kind, _key(event, kind))
            assert key not in unanswered, f"{key} is asked twice"
            unanswered.add(key)


def _key(event: pb.HistoryEvent, kind: str) -> object:
    field = _KEYS[kind]
    return event.eventId if field is None else getattr(getattr(event, kind), field)

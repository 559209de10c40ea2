"""Replays a recorded history through the SDK's real engine, one turn after the other."""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure.durable_functions.worker import DurableFunctionsWorker
from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.json_format import MessageToDict, ParseDict

HISTORIES = Path(__file__).parents[1] / "unit" / "orchestrators" / "histories"

SCHEDULED = frozenset(
    {
        "taskScheduled",
        "timerCreated",
        "subOrchestrationInstanceCreated",
        "entityOperationCalled",
        "entityOperationSignaled",
        "eventSent",
        "executionCompleted",
    }
)
"""What a turn's actions left in the history; everything else had happened to it."""


@dataclass(frozen=True, slots=True)
class History:
    instance_id: str
    events: tuple[pb.HistoryEvent, ...] = field(repr=False)

    @property
    def orchestrator(self) -> str:
        started = (e.executionStarted for e in self.events if e.HasField("executionStarted"))
        return next(started).name

    def turns(self) -> Iterator[tuple[Sequence[pb.HistoryEvent], Sequence[pb.HistoryEvent]]]:
        """For each turn the events before it and its own."""
        begins = [i for i, e in enumerate(self.events) if e.HasField("orchestratorStarted")]
        for begin, end in zip(begins, [*begins[1:], len(self.events)], strict=True):
            yield self.events[:begin], self.events[begin:end]


def load_histories(folder: Path = HISTORIES) -> list[History]:
    return [
        History(line["instanceId"], tuple(ParseDict(e, pb.HistoryEvent()) for e in line["events"]))
        for path in sorted(folder.glob("*.jsonl.gz"))
        for line in map(json.loads, gzip.decompress(path.read_bytes()).splitlines())
    ]


def replay(history: History, orchestrator: Any) -> Iterator[tuple[list[Any], list[Any]]]:
    """For each turn what the orchestrator does now and what it did when it was recorded."""
    for past, turn in history.turns():
        request = pb.OrchestratorRequest(
            instanceId=history.instance_id,
            pastEvents=past,
            newEvents=[event for event in turn if _kind(event) not in SCHEDULED],
        )
        answer = DurableFunctionsWorker().execute_orchestration_request(
            orchestrator, base64.b64encode(request.SerializeToString()).decode()
        )
        response = pb.OrchestratorResponse.FromString(base64.b64decode(answer))
        done = [_read_action(action) for action in response.actions]
        recorded = [_read_event(event) for event in turn if _kind(event) in SCHEDULED]
        yield done, recorded


def _kind(event: pb.HistoryEvent) -> str:
    return event.WhichOneof("eventType") or ""


def _read_action(action: pb.OrchestratorAction) -> dict[str, Any]:
    kind = action.WhichOneof("orchestratorActionType") or ""
    content = MessageToDict(getattr(action, kind))
    match kind:
        case "sendEntityMessage":
            kind, content = next(iter(content.items()))
        case "sendEvent":
            content = {**content, "instanceId": content["instance"]["instanceId"]}
    return _comparable(NAMES_OF_ACTIONS.get(kind, kind), action.id, content)


def _read_event(event: pb.HistoryEvent) -> dict[str, Any]:
    kind = _kind(event)
    return _comparable(kind, event.eventId, MessageToDict(getattr(event, kind)))


NAMES_OF_ACTIONS = {
    "scheduleTask": "taskScheduled",
    "createTimer": "timerCreated",
    "createSubOrchestration": "subOrchestrationInstanceCreated",
    "sendEvent": "eventSent",
    "completeOrchestration": "executionCompleted",
}
COMPARED = (
    *("name", "instanceId", "targetInstanceId", "operation", "requestId"),
    *("fireAt", "orchestrationStatus"),
)
DECODED = ("input", "result", "data")
DERIVED = "deadline"
"""Left out of what is compared: it follows from the limits in `domain.deadlines`, and an operation
that was started before one of them changed goes on with the deadlines it was given."""


def _comparable(kind: str, event_id: int, content: Mapping[str, Any]) -> dict[str, Any]:
    """What an action and the event it leaves have in common."""
    compared = {name: content[name] for name in COMPARED if name in content}
    decoded = {
        name: _without_deadlines(json.loads(content[name]))
        for name in DECODED
        if content.get(name)
    }
    if failure := content.get("failureDetails"):
        compared["failure"] = failure
    number = {} if kind == "executionCompleted" else {"id": event_id}
    return {"kind": kind, **number, **compared, **decoded}


def _without_deadlines(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_deadlines(each) for key, each in value.items() if key != DERIVED}
        case list():
            return [_without_deadlines(each) for each in value]
        case _:
            return value

"""The actions that an orchestrator's turn may ask for, each with the event that confirms it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.task_hub import entity_messages, events, lifecycle
from emulators.functions_host.task_hub.change import Change, is_entity
from emulators.functions_host.task_hub.instance_table import Instance
from emulators.functions_host.task_hub.refusals import InstanceExists, InvalidRequest, Refusal


@dataclass(slots=True)
class Outcome:
    """Collects what a turn adds to its history, and how it ends if it does."""

    change: Change
    instance: Instance
    events: list[pb.HistoryEvent] = field(default_factory=list)
    completion: pb.CompleteOrchestrationAction | None = None
    rewound: pb.RewindOrchestrationAction | None = None

    def confirm(self, event_id: int, **content: Any) -> None:
        self.events.append(events.history_event(self.change.now, event_id, **content))

    def reply(self, **content: Any) -> None:
        """Send a message to this very run of the instance."""
        self.change.post(
            self.instance.instance_id,
            events.history_event(self.change.now, **content),
            self.instance.execution_id,
        )


def apply(outcome: Outcome, action: pb.OrchestratorAction) -> None:
    kind = action.WhichOneof("orchestratorActionType")
    if kind is None:
        raise InvalidRequest("An orchestrator action has no content.")
    _APPLY[kind](outcome, action)


def _schedule_task(outcome: Outcome, action: pb.OrchestratorAction) -> None:
    task = action.scheduleTask
    shared = {
        "name": task.name,
        "version": events.optional(task, "version"),
        "input": events.optional(task, "input"),
        "parentTraceContext": events.optional(task, "parentTraceContext"),
        "tags": task.tags,
    }
    outcome.confirm(action.id, taskScheduled=pb.TaskScheduledEvent(**shared))
    request = pb.ActivityRequest(
        **shared,
        taskId=action.id,
        orchestrationInstance=pb.OrchestrationInstance(
            instanceId=outcome.instance.instance_id,
            executionId=events.string_value(outcome.instance.execution_id),
        ),
    )
    change = outcome.change
    change.new_activities.append(
        change.store.activities.add(outcome.instance.execution_id, request)
    )


def _create_timer(outcome: Outcome, action: pb.OrchestratorAction) -> None:
    fire_at = action.createTimer.fireAt
    outcome.confirm(action.id, timerCreated=pb.TimerCreatedEvent(fireAt=fire_at))
    fired = pb.TimerFiredEvent(fireAt=fire_at, timerId=action.id)
    outcome.change.post_at(
        fire_at.ToMicroseconds(),
        outcome.instance.instance_id,
        events.history_event(outcome.change.now, timerFired=fired),
        outcome.instance.execution_id,
    )


def _create_sub_orchestration(outcome: Outcome, action: pb.OrchestratorAction) -> None:
    child = action.createSubOrchestration
    parent = outcome.instance
    child_id = child.instanceId or f"{parent.execution_id}:{action.id:04x}"
    shared = {
        "name": child.name,
        "version": events.optional(child, "version"),
        "input": events.optional(child, "input"),
        "parentTraceContext": events.optional(child, "parentTraceContext"),
        "tags": child.tags,
    }
    outcome.confirm(
        action.id,
        subOrchestrationInstanceCreated=pb.SubOrchestrationInstanceCreatedEvent(
            instanceId=child_id, **shared
        ),
    )
    started = pb.ExecutionStartedEvent(
        **shared,
        orchestrationInstance=pb.OrchestrationInstance(instanceId=child_id),
        parentInstance=lifecycle.parent_info(outcome.change, parent, action.id),
    )
    try:
        if is_entity(child_id):
            raise InvalidRequest(f"'{child_id}' is the ID of an entity.")
        lifecycle.start(outcome.change, started)
    except Refusal as refusal:
        outcome.reply(
            subOrchestrationInstanceFailed=pb.SubOrchestrationInstanceFailedEvent(
                taskScheduledId=action.id,
                failureDetails=pb.TaskFailureDetails(
                    errorType=_ERROR_TYPES.get(type(refusal), "InvalidOperation"),
                    errorMessage=str(refusal),
                ),
            )
        )


def _send_event(outcome: Outcome, action: pb.OrchestratorAction) -> None:
    target = action.sendEvent.instance.instanceId
    name, data = action.sendEvent.name, events.optional(action.sendEvent, "data")
    outcome.confirm(
        action.id, eventSent=pb.EventSentEvent(instanceId=target, name=name, input=data)
    )
    if not is_entity(target):
        raised = pb.EventRaisedEvent(name=name, input=data)
        event = events.history_event(outcome.change.now, eventRaised=raised)
        outcome.change.post(target, event)


def _send_entity_message(outcome: Outcome, action: pb.OrchestratorAction) -> None:
    message = action.sendEntityMessage
    kind = message.WhichOneof("EntityMessageType")
    if kind is None:
        raise InvalidRequest("An entity message has no content.")
    outcome.confirm(action.id, **{kind: getattr(message, kind)})
    sender = entity_messages.Sender(outcome.instance.instance_id, outcome.instance.execution_id)
    entity_messages.send(outcome.change, sender, message)


def _complete(outcome: Outcome, action: pb.OrchestratorAction) -> None:
    outcome.completion = action.completeOrchestration


def _terminate(outcome: Outcome, action: pb.OrchestratorAction) -> None:
    """No event confirms it, and a target that is gone or has ended is nothing to fail for."""
    target = action.terminateOrchestration
    if outcome.change.store.instances.is_live(target.instanceId, None):
        reason = events.text_or_none(target, "reason")
        lifecycle.terminate(outcome.change, target.instanceId, reason, target.recurse)


def _rewind(outcome: Outcome, action: pb.OrchestratorAction) -> None:
    outcome.rewound = action.rewindOrchestration


_ERROR_TYPES: Mapping[type[Refusal], str] = {InstanceExists: "OrchestrationAlreadyExistsException"}
_APPLY: Mapping[str, Callable[[Outcome, pb.OrchestratorAction], None]] = {
    "scheduleTask": _schedule_task,
    "createSubOrchestration": _create_sub_orchestration,
    "createTimer": _create_timer,
    "sendEvent": _send_event,
    "completeOrchestration": _complete,
    "terminateOrchestration": _terminate,
    "sendEntityMessage": _send_entity_message,
    "rewindOrchestration": _rewind,
}

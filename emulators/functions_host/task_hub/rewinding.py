"""Rewinding: a failed orchestration goes on from before its failed steps."""

from collections.abc import Iterable
from dataclasses import replace

from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.task_hub import events, lifecycle
from emulators.functions_host.task_hub.change import Change
from emulators.functions_host.task_hub.instance_table import Instance
from emulators.functions_host.task_hub.lifecycle import Ending
from emulators.functions_host.task_hub.refusals import InstanceNotFound, WrongStatus


def request(
    change: Change, instance_id: str, reason: str | None, parent_execution_id: str | None = None
) -> None:
    """Wake a failed instance; its worker answers with the history that it should go on from."""
    instance = change.store.instances.get(instance_id)
    if instance is None:
        raise InstanceNotFound(instance_id)
    if instance.status != pb.ORCHESTRATION_STATUS_FAILED:
        raise WrongStatus(
            f"Only failed orchestrations can be rewound, and the status of '{instance_id}'"
            f" is {lifecycle.status_name(instance.status)}."
        )
    change.store.instances.update(
        replace(
            instance,
            status=pb.ORCHESTRATION_STATUS_RUNNING,
            output=None,
            failure=None,
            completed_at=None,
            updated_at=change.now,
        )
    )
    rewound = pb.ExecutionRewoundEvent(
        reason=events.string_value(reason),
        parentExecutionId=events.string_value(parent_execution_id),
    )
    change.post(instance_id, events.history_event(change.now, executionRewound=rewound))
    change.touched_instances.add(instance_id)


def rewrite(change: Change, instance: Instance, action: pb.RewindOrchestrationAction) -> None:
    """Take over the worker's cleaned history, and send again what the failed run dropped."""
    started = next(
        event.executionStarted for event in action.newHistory if event.HasField("executionStarted")
    )
    execution_id = started.orchestrationInstance.executionId.value
    change.store.activities.move(instance.instance_id, instance.execution_id, execution_id)
    change.store.instances.delete_history(instance.instance_id)
    change.store.instances.replace_started(instance.instance_id, started)
    rewound = replace(instance, execution_id=execution_id, turns=0, updated_at=change.now)
    lifecycle.append_turn(
        change, rewound, [*action.newHistory, events.orchestrator_completed(change.now)]
    )
    _send_again(change, rewound, action.newHistory)
    marker = pb.GenericEvent(data=events.string_value("Rewound"))
    change.post(instance.instance_id, events.history_event(change.now, genericEvent=marker))


def _send_again(change: Change, instance: Instance, history: Iterable[pb.HistoryEvent]) -> None:
    answered = _answered(history)
    for event in history:
        kind = event.WhichOneof("eventType")
        if (kind, event.eventId) in answered:
            continue
        if kind == "taskScheduled":
            _schedule_again(change, instance, event)
        elif kind == "timerCreated":
            fired = pb.TimerFiredEvent(fireAt=event.timerCreated.fireAt, timerId=event.eventId)
            change.post_at(
                event.timerCreated.fireAt.ToMicroseconds(),
                instance.instance_id,
                events.history_event(change.now, timerFired=fired),
                instance.execution_id,
            )
        elif kind == "subOrchestrationInstanceCreated":
            _attach_child(change, instance, event)


def _answered(history: Iterable[pb.HistoryEvent]) -> set[tuple[str, int]]:
    answered: set[tuple[str, int]] = set()
    for event in history:
        if event.HasField("taskCompleted"):
            answered.add(("taskScheduled", event.taskCompleted.taskScheduledId))
        elif event.HasField("timerFired"):
            answered.add(("timerCreated", event.timerFired.timerId))
        elif event.HasField("subOrchestrationInstanceCompleted"):
            task_id = event.subOrchestrationInstanceCompleted.taskScheduledId
            answered.add(("subOrchestrationInstanceCreated", task_id))
    return answered


def _schedule_again(change: Change, instance: Instance, event: pb.HistoryEvent) -> None:
    activities = change.store.activities
    if event.eventId in activities.task_ids(instance.instance_id, instance.execution_id):
        return
    scheduled = event.taskScheduled
    request = pb.ActivityRequest(
        name=scheduled.name,
        version=events.optional(scheduled, "version"),
        input=events.optional(scheduled, "input"),
        parentTraceContext=events.optional(scheduled, "parentTraceContext"),
        tags=scheduled.tags,
        taskId=event.eventId,
        orchestrationInstance=pb.OrchestrationInstance(
            instanceId=instance.instance_id,
            executionId=events.string_value(instance.execution_id),
        ),
    )
    change.new_activities.append(activities.add(instance.execution_id, request))


def _attach_child(change: Change, parent: Instance, event: pb.HistoryEvent) -> None:
    """A child that failed is rewound too; any other is told which run waits for it now."""
    created = event.subOrchestrationInstanceCreated
    child = change.store.instances.get(created.instanceId)
    if child is None:
        lifecycle.start(change, _started_again(change, parent, event))
    elif child.status == pb.ORCHESTRATION_STATUS_FAILED:
        request(change, child.instance_id, "The parent was rewound.", parent.execution_id)
    else:
        started = change.store.instances.started(child.instance_id)
        started.parentInstance.orchestrationInstance.executionId.value = parent.execution_id
        change.store.instances.replace_started(child.instance_id, started)
        if child.is_finished:
            lifecycle.tell_parent(change, child, Ending(child.status, child.output))


def _started_again(
    change: Change, parent: Instance, event: pb.HistoryEvent
) -> pb.ExecutionStartedEvent:
    created = event.subOrchestrationInstanceCreated
    return pb.ExecutionStartedEvent(
        name=created.name,
        version=events.optional(created, "version"),
        input=events.optional(created, "input"),
        tags=created.tags,
        orchestrationInstance=pb.OrchestrationInstance(instanceId=created.instanceId),
        parentInstance=lifecycle.parent_info(change, parent, event.eventId),
    )

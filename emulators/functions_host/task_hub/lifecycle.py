"""Starts, ends and pauses orchestration instances: all that is no turn of their own code."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.task_hub import entity_locks, events
from emulators.functions_host.task_hub.change import Change
from emulators.functions_host.task_hub.instance_table import FINISHED, Instance
from emulators.functions_host.task_hub.refusals import (
    InstanceExists,
    InstanceNotFound,
    WrongStatus,
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How an execution ended."""

    status: int
    result: str | None = None
    failure: pb.TaskFailureDetails | None = None


def new_execution_id() -> str:
    return uuid.uuid4().hex


def status_name(status: int) -> str:
    name = pb.OrchestrationStatus.Name(status)  # pyright: ignore[reportArgumentType]
    return name.removeprefix("ORCHESTRATION_STATUS_")


def start(
    change: Change,
    started: pb.ExecutionStartedEvent,
    due_at: int | None = None,
    replaceable: Iterable[int] = FINISHED,
) -> None:
    """Create the instance that `started` names; whoever has its id already must be replaceable."""
    instance_id = started.orchestrationInstance.instanceId
    _make_room(change, instance_id, frozenset(replaceable))
    execution_id = started.orchestrationInstance.executionId.value or new_execution_id()
    started.orchestrationInstance.executionId.value = execution_id
    instance = Instance(
        instance_id=instance_id,
        execution_id=execution_id,
        status=pb.ORCHESTRATION_STATUS_PENDING,
        created_at=change.now,
        updated_at=change.now,
        parent_id=started.parentInstance.orchestrationInstance.instanceId or None,
        due_at=due_at,
    )
    if change.default_version and not started.version.value:
        started.version.value = change.default_version
    if due_at is not None:
        started.scheduledStartTimestamp.FromMicroseconds(due_at)
    change.store.instances.insert(instance, started)
    event = events.history_event(change.now, executionStarted=started)
    change.post_at(due_at, instance_id, event, execution_id)
    change.touched_instances.add(instance_id)


def finish(change: Change, instance: Instance, ending: Ending) -> Instance:
    """End an execution: nothing reaches it any more, its locks go back, its parent is told."""
    finished = replace(
        instance,
        status=ending.status,
        output=ending.result,
        failure=None if ending.failure is None else ending.failure.SerializeToString(),
        updated_at=change.now,
        completed_at=change.now,
    )
    change.store.instances.update(finished)
    drop_messages(change, instance.instance_id)
    entity_locks.release_all(change, instance.instance_id)
    if instance.parent_id is not None:
        tell_parent(change, finished, ending)
    change.touched_instances.add(instance.instance_id)
    return finished


def drop_messages(change: Change, instance_id: str) -> None:
    change.store.inbox.clear(instance_id)
    change.store.schedule.clear(instance_id)


def terminate(change: Change, instance_id: str, output: str | None, recursive: bool) -> None:
    """End at once, without a turn: code that runs at this moment reports to nobody."""
    terminated = pb.ExecutionTerminatedEvent(input=events.string_value(output), recurse=recursive)
    _terminate_one(change, running(change, instance_id), terminated)
    parents = [instance_id] if recursive else []
    while parents:
        for child in change.store.instances.children(parents.pop()):
            if not child.is_finished:
                _terminate_one(change, child, terminated)
                parents.append(child.instance_id)


def _terminate_one(
    change: Change, instance: Instance, terminated: pb.ExecutionTerminatedEvent
) -> None:
    output = events.text_or_none(terminated, "input")
    ended = finish(change, instance, Ending(pb.ORCHESTRATION_STATUS_TERMINATED, output))
    append_turn(
        change,
        ended,
        [
            events.orchestrator_started(change.now),
            *_start_of(change, instance),
            events.history_event(change.now, executionTerminated=terminated),
            events.execution_completed(change.now, ended.status, output, None),
            events.orchestrator_completed(change.now),
        ],
    )


def _start_of(change: Change, instance: Instance) -> list[pb.HistoryEvent]:
    """What never had a turn tells nevertheless in its history what it would have been."""
    if instance.turns > 0:
        return []
    started = change.store.instances.started(instance.instance_id)
    return [events.history_event(instance.created_at, executionStarted=started)]


def suspend(change: Change, instance_id: str, reason: str | None) -> None:
    instance = running(change, instance_id)
    if instance.is_suspended:
        return
    suspended = pb.ExecutionSuspendedEvent(input=events.string_value(reason))
    change.post(instance_id, events.history_event(change.now, executionSuspended=suspended))
    _set_status(change, instance, pb.ORCHESTRATION_STATUS_SUSPENDED)


def resume(change: Change, instance_id: str, reason: str | None) -> None:
    instance = running(change, instance_id)
    if not instance.is_suspended:
        return
    resumed = pb.ExecutionResumedEvent(input=events.string_value(reason))
    change.post(instance_id, events.history_event(change.now, executionResumed=resumed))
    has_run = instance.turns > 0
    _set_status(
        change,
        instance,
        pb.ORCHESTRATION_STATUS_RUNNING if has_run else pb.ORCHESTRATION_STATUS_PENDING,
    )


def raise_event(change: Change, instance_id: str, name: str, data: str | None) -> None:
    running(change, instance_id)
    raised = pb.EventRaisedEvent(name=name, input=events.string_value(data))
    change.post(instance_id, events.history_event(change.now, eventRaised=raised))


def purge(change: Change, instance_id: str, recursive: bool) -> int:
    """Delete a finished instance; the answer counts what is gone."""
    count = 0
    doomed = [instance_id]
    while doomed:
        instance = change.store.instances.get(doomed.pop())
        if instance is None or not instance.is_finished:
            continue
        if recursive:
            children = change.store.instances.children(instance.instance_id)
            doomed.extend(child.instance_id for child in children)
        change.store.instances.delete(instance.instance_id)
        drop_messages(change, instance.instance_id)
        change.touched_instances.add(instance.instance_id)
        count += 1
    return count


def purge_entity(change: Change, entity_id: str) -> int:
    """Delete an entity that nobody has locked."""
    entity = change.store.entities.get(entity_id)
    if entity is None or entity.lock_id is not None:
        return 0
    change.store.entities.delete(entity_id)
    return 1


def running(change: Change, instance_id: str) -> Instance:
    instance = change.store.instances.get(instance_id)
    if instance is None:
        raise InstanceNotFound(instance_id)
    if instance.is_finished:
        raise WrongStatus(
            f"The orchestration instance '{instance_id}' is not running:"
            f" its status is {status_name(instance.status)}."
        )
    return instance


def append_turn(change: Change, instance: Instance, turn: list[pb.HistoryEvent]) -> None:
    change.store.instances.append_history(instance.instance_id, instance.turns, turn)
    change.store.instances.update(replace(instance, turns=instance.turns + 1))


def parent_info(change: Change, parent: Instance, task_id: int) -> pb.ParentInstanceInfo:
    """What a child keeps of the run that waits for it."""
    started = change.store.instances.started(parent.instance_id)
    return pb.ParentInstanceInfo(
        taskScheduledId=task_id,
        name=events.string_value(started.name),
        version=events.optional(started, "version"),
        orchestrationInstance=pb.OrchestrationInstance(
            instanceId=parent.instance_id, executionId=events.string_value(parent.execution_id)
        ),
    )


def tell_parent(change: Change, child: Instance, ending: Ending) -> None:
    parent = change.store.instances.started(child.instance_id).parentInstance
    if ending.status == pb.ORCHESTRATION_STATUS_COMPLETED:
        event = events.history_event(
            change.now,
            subOrchestrationInstanceCompleted=pb.SubOrchestrationInstanceCompletedEvent(
                taskScheduledId=parent.taskScheduledId, result=events.string_value(ending.result)
            ),
        )
    else:
        event = events.history_event(
            change.now,
            subOrchestrationInstanceFailed=pb.SubOrchestrationInstanceFailedEvent(
                taskScheduledId=parent.taskScheduledId,
                failureDetails=ending.failure or _failure_of(child),
            ),
        )
    change.post(
        parent.orchestrationInstance.instanceId,
        event,
        parent.orchestrationInstance.executionId.value,
    )


def _make_room(change: Change, instance_id: str, replaceable: frozenset[int]) -> None:
    existing = change.store.instances.get(instance_id)
    if existing is None:
        return
    if existing.status not in replaceable:
        raise InstanceExists(instance_id, status_name(existing.status))
    if not existing.is_finished:
        terminate(change, instance_id, None, recursive=False)
    change.store.instances.delete(instance_id)
    drop_messages(change, instance_id)


def _set_status(change: Change, instance: Instance, status: int) -> None:
    change.store.instances.update(replace(instance, status=status, updated_at=change.now))
    change.touched_instances.add(instance.instance_id)


def _failure_of(child: Instance) -> pb.TaskFailureDetails:
    verb = status_name(child.status).lower()
    reason = f": {child.output}" if child.output else "."
    return pb.TaskFailureDetails(
        errorType="OrchestrationTerminated",
        errorMessage=f"Sub-orchestration '{child.instance_id}' was {verb}{reason}",
    )

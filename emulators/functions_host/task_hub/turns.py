"""Turns of orchestrations: what a worker gets to replay, and what its answer does."""

from dataclasses import dataclass, replace

from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.task_hub import actions, entity_locks, events, lifecycle, rewinding
from emulators.functions_host.task_hub.actions import Outcome
from emulators.functions_host.task_hub.change import Change
from emulators.functions_host.task_hub.instance_table import Instance
from emulators.functions_host.task_hub.lifecycle import Ending
from emulators.functions_host.task_hub.message_tables import Message
from emulators.functions_host.task_hub.store import Store


@dataclass(frozen=True, slots=True)
class Turn:
    """What was handed out: only the answer to exactly this may change the instance."""

    instance_id: str
    execution_id: str
    new_events: tuple[pb.HistoryEvent, ...]
    positions: tuple[int, ...]


def begin(store: Store, instance_id: str, now: int) -> tuple[Turn, pb.OrchestratorRequest] | None:
    """The next turn of an instance, or None when there is nothing that it could do now."""
    instance = store.instances.get(instance_id)
    if instance is None or instance.is_finished or instance.is_suspended:
        return None
    messages = _deliverable(instance, store.inbox.read(instance_id))
    if not messages:
        return None
    turn = Turn(
        instance_id,
        instance.execution_id,
        (events.orchestrator_started(now), *(message.event for message in messages)),
        tuple(message.position for message in messages),
    )
    return turn, _request(store, instance, turn)


def complete(change: Change, turn: Turn, response: pb.OrchestratorResponse) -> None:
    """Apply a worker's answer, unless the run that it is for has been ended meanwhile."""
    instance = change.store.instances.get(turn.instance_id)
    if instance is None or not _is_current(change, turn):
        return
    change.store.inbox.remove(turn.positions)
    outcome = Outcome(change, instance)
    for action in response.actions:
        actions.apply(outcome, action)
    if not _is_current(change, turn):
        # One of its own actions has terminated it.
        return
    if outcome.rewound is not None:
        rewinding.rewrite(change, instance, outcome.rewound)
        return
    instance = _after(change, instance, response)
    history = [*turn.new_events, *outcome.events]
    completion = outcome.completion
    if completion is None:
        _commit(change, instance, history)
    elif completion.orchestrationStatus == pb.ORCHESTRATION_STATUS_CONTINUED_AS_NEW:
        _continue_as_new(change, instance, completion)
    else:
        _end(change, instance, completion, history)
    change.touched_instances.add(instance.instance_id)


def _is_current(change: Change, turn: Turn) -> bool:
    return change.store.instances.is_live(turn.instance_id, turn.execution_id)


def _deliverable(instance: Instance, messages: list[Message]) -> list[Message]:
    """A first turn begins with the start event, and there is none before that event is due."""
    if messages and messages[0].event.HasField("executionRewound"):
        return messages[:1]
    if instance.turns > 0:
        return messages
    in_order = sorted(messages, key=lambda message: not message.event.HasField("executionStarted"))
    return in_order if in_order and in_order[0].event.HasField("executionStarted") else []


def _request(store: Store, instance: Instance, turn: Turn) -> pb.OrchestratorRequest:
    request = pb.OrchestratorRequest(
        instanceId=instance.instance_id,
        executionId=events.string_value(instance.execution_id),
        pastEvents=store.instances.history(instance.instance_id).events,
        newEvents=turn.new_events,
        entityParameters=pb.OrchestratorEntityParameters(),
    )
    if instance.trace is not None:
        request.orchestrationTraceContext.ParseFromString(instance.trace)
    return request


def _after(change: Change, instance: Instance, response: pb.OrchestratorResponse) -> Instance:
    """A worker replays its code each time, so a custom status that is absent now is gone."""
    is_first = instance.status == pb.ORCHESTRATION_STATUS_PENDING
    trace = response.orchestrationTraceContext.SerializeToString()
    return replace(
        instance,
        status=pb.ORCHESTRATION_STATUS_RUNNING if is_first else instance.status,
        updated_at=change.now,
        custom_status=events.text_or_none(response, "customStatus"),
        trace=trace or instance.trace,
    )


def _commit(change: Change, instance: Instance, history: list[pb.HistoryEvent]) -> None:
    lifecycle.append_turn(change, instance, [*history, events.orchestrator_completed(change.now)])


def _end(
    change: Change,
    instance: Instance,
    completion: pb.CompleteOrchestrationAction,
    history: list[pb.HistoryEvent],
) -> None:
    ending = Ending(
        completion.orchestrationStatus,
        events.text_or_none(completion, "result"),
        events.optional(completion, "failureDetails"),
    )
    finished = lifecycle.finish(change, instance, ending)
    completed = events.execution_completed(
        change.now, ending.status, ending.result, ending.failure
    )
    _commit(change, finished, [*history, completed])


def _continue_as_new(
    change: Change, instance: Instance, completion: pb.CompleteOrchestrationAction
) -> None:
    """Begin again with a new execution id: what was meant for the old run finds nobody."""
    started = change.store.instances.started(instance.instance_id)
    started.orchestrationInstance.executionId.value = lifecycle.new_execution_id()
    started.ClearField("input")
    if completion.HasField("result"):
        started.input.CopyFrom(completion.result)
    if completion.HasField("newVersion"):
        started.version.CopyFrom(completion.newVersion)
    started.tags.update(completion.tags)
    unread = [
        message
        for message in change.store.inbox.read(instance.instance_id)
        if message.execution_id is None
    ]
    lifecycle.drop_messages(change, instance.instance_id)
    entity_locks.release_all(change, instance.instance_id)
    change.store.instances.delete_history(instance.instance_id)
    again = replace(
        instance, execution_id=started.orchestrationInstance.executionId.value, turns=0, trace=None
    )
    change.store.instances.update(again)
    change.store.instances.replace_started(instance.instance_id, started)
    carried = [
        events.history_event(change.now, eventRaised=event.eventRaised)
        for event in completion.carryoverEvents
    ]
    first = events.history_event(change.now, executionStarted=started)
    for event in (first, *carried, *(message.event for message in unread)):
        change.post(instance.instance_id, event)

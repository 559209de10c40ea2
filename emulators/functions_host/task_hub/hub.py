"""The task hub: its tables, its dispatcher and its timers, joined by transactions."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.clock import Clock
from emulators.functions_host.task_hub import entities, entity_locks, events, turns
from emulators.functions_host.task_hub.change import Change, is_entity
from emulators.functions_host.task_hub.refusals import Refusal
from emulators.functions_host.task_hub.second_starts import SecondStart
from emulators.functions_host.task_hub.store import Store
from emulators.functions_host.task_hub.timers import Timers
from emulators.functions_host.task_hub.waits import Waits
from emulators.functions_host.task_hub.work_items import Kind, Lease, WorkItems
from emulators.functions_host.task_hub.work_sources import ActivityTasks, EntityBatches, Turns

_log = logging.getLogger("emulators.functions_host.task_hub")


class TaskHub:
    """Everything is committed before it is acknowledged; leases alone live in memory."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        lease_seconds: float,
        second_start: SecondStart = SecondStart.REFUSE,
        default_version: str | None = None,
    ) -> None:
        self.store = store
        self._default_version = default_version
        self.second_start = second_start
        self.clock = clock
        self.waits = Waits()
        self._activities = ActivityTasks(store)
        self.work = WorkItems(
            {
                Kind.ORCHESTRATION: Turns(store, clock),
                Kind.ENTITY: EntityBatches(store),
                Kind.ACTIVITY: self._activities,
            },
            lease_seconds,
        )
        self.timers = Timers(store, clock, self.change)

    async def run(self) -> None:
        """Offer what a former process left unfinished, then keep the time."""
        for target in self.store.inbox.targets():
            self._offer(target)
        for position in self.store.activities.positions():
            self.work.offer(Kind.ACTIVITY, position)
        await self.timers.run()

    @contextmanager
    def change(self) -> Iterator[Change]:
        change = Change(self.store, self.clock.microseconds(), self._default_version)
        with self.store.database.transaction():
            yield change
            entity_locks.settle(change)
        self._publish(change)

    def complete_turn(self, response: pb.OrchestratorResponse) -> None:
        lease = self._lease(Kind.ORCHESTRATION, response.completionToken)
        if lease is None:
            return
        try:
            with self.change() as change:
                turns.complete(change, lease.state, response)
        except Refusal as refusal:
            _log.error("The turn of %s failed its instance: %s", lease.subject, refusal)
            self._fail(lease.state, refusal)
        self.work.release(lease)

    def complete_activity(self, response: pb.ActivityResponse) -> None:
        """The first result counts, whoever brings it: a lost lease may have run it again."""
        position = self._activities.position(response.completionToken)
        activity = None if position is None else self.store.activities.get(position)
        if activity is None:
            _log.warning("A second or unknown result was ignored: %s", response.completionToken)
        else:
            with self.change() as change:
                self.store.activities.remove(activity.position)
                change.post(
                    activity.instance_id,
                    _task_result(change.now, activity.task_id, response),
                    activity.execution_id,
                )
        lease = self.work.leased(Kind.ACTIVITY, response.completionToken)
        if lease is not None:
            self.work.release(lease)

    def complete_batch(self, result: pb.EntityBatchResult) -> None:
        lease = self._lease(Kind.ENTITY, result.completionToken)
        if lease is None:
            return
        with self.change() as change:
            entities.complete(change, lease.state, result)
        self.work.release(lease)

    def abandon(self, kind: Kind, token: str) -> None:
        lease = self._lease(kind, token)
        if lease is not None:
            self.work.give_back(lease)

    def clear(self) -> None:
        with self.store.database.transaction():
            self.store.database.clear()
        self.work.clear()
        self.waits.tell_all()

    def _lease(self, kind: Kind, token: str) -> Lease | None:
        lease = self.work.leased(kind, token)
        if lease is None:
            _log.warning("A completion for a lease that is over was ignored: %s", token)
        return lease

    def _fail(self, turn: turns.Turn, refusal: Refusal) -> None:
        """A turn that cannot be applied now never will be: better failed than stuck for good."""
        failure = pb.TaskFailureDetails(
            errorType=type(refusal).__name__, errorMessage=str(refusal), isNonRetriable=True
        )
        response = pb.OrchestratorResponse(instanceId=turn.instance_id)
        response.actions.add(id=-1).completeOrchestration.CopyFrom(
            pb.CompleteOrchestrationAction(
                orchestrationStatus=pb.ORCHESTRATION_STATUS_FAILED, failureDetails=failure
            )
        )
        with self.change() as change:
            turns.complete(change, turn, response)

    def _publish(self, change: Change) -> None:
        for target in (*change.ready_instances, *change.ready_entities):
            self._offer(target)
        for position in change.new_activities:
            self.work.offer(Kind.ACTIVITY, position)
        self.waits.tell(change.touched_instances)
        if change.has_new_due_time:
            self.timers.look_again()
        for note in change.notes:
            _log.warning(note)

    def _offer(self, target: str) -> None:
        self.work.offer(Kind.ENTITY if is_entity(target) else Kind.ORCHESTRATION, target)


def _task_result(now: int, task_id: int, response: pb.ActivityResponse) -> pb.HistoryEvent:
    """An empty message is a failure, too: `raise ValueError()` has none."""
    if response.HasField("failureDetails"):
        failed = pb.TaskFailedEvent(
            taskScheduledId=task_id, failureDetails=response.failureDetails
        )
        return events.history_event(now, taskFailed=failed)
    completed = pb.TaskCompletedEvent(
        taskScheduledId=task_id, result=events.optional(response, "result")
    )
    return events.history_event(now, taskCompleted=completed)

"""One transaction on the task hub and what has to happen once it is committed."""

from dataclasses import dataclass, field

from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.task_hub.store import Store


def is_entity(target: str) -> bool:
    return target.startswith("@")


@dataclass(slots=True)
class Change:
    """Writes go to `store` at once; the rest is for the dispatcher and for those who wait."""

    store: Store
    now: int
    default_version: str | None = None
    """Of instances that are started without a version."""
    ready_instances: dict[str, None] = field(default_factory=dict)
    ready_entities: dict[str, None] = field(default_factory=dict)
    new_activities: list[int] = field(default_factory=list)
    touched_instances: set[str] = field(default_factory=set)
    has_new_due_time: bool = False
    notes: list[str] = field(default_factory=list)

    def post(self, target: str, event: pb.HistoryEvent, execution_id: str | None = None) -> None:
        """Deliver a message; one whose orchestration (or that run of it) is over is dropped."""
        if is_entity(target):
            self.store.inbox.add(target, event, execution_id)
            self.ready_entities[target] = None
        elif self.store.instances.is_live(target, execution_id):
            self.store.inbox.add(target, event, execution_id)
            self.ready_instances[target] = None

    def post_at(
        self,
        due_at: int | None,
        target: str,
        event: pb.HistoryEvent,
        execution_id: str | None = None,
    ) -> None:
        """Deliver a message when it is due; None or a moment that has passed means now."""
        if due_at is None or due_at <= self.now:
            self.post(target, event, execution_id)
            return
        self.store.schedule.add(due_at, target, event, execution_id)
        self.has_new_due_time = True

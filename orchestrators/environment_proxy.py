"""Typed calls and signals to the durable entity `environment`, from inside an orchestration."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from durabletask.entities import EntityInstanceId
from durabletask.task import OrchestrationContext, Task

from domain.durable.names import ENVIRONMENT_ENTITY, EntityOperation
from domain.environment.approval import ApprovalDecision
from domain.environment.counters import RecordCounters
from domain.environment.found_profile import FoundProfile
from domain.environment.gpu_usage import RecordGpuNodes
from domain.environment.health import RecordHealth
from domain.environment.idle_notes import IdleNote
from domain.environment.kept_pool import KeptPool
from domain.environment.operation import StepChange
from domain.environment.operation_request import OperationRequest
from domain.environment.pinned_image import RecordImage
from domain.environment.record import OperationEnd, RecordWarning
from domain.outcomes import Outcome
from domain.placement.attempts import RecordAttempt
from domain.sweep.model import SweepAction

type Answer[T] = Generator[Task[Any], Any, T]


@dataclass(frozen=True, slots=True)
class EnvironmentProxy:
    """One environment's entity. Calls wait for the answer, signals do not."""

    context: OrchestrationContext
    name: str

    def start_operation(self, request: OperationRequest, at: datetime) -> Answer[bool]:
        """False if the record has moved on without it."""
        value = {"request": request.to_wire(), "at": at.isoformat()}
        return (yield self.call(EntityOperation.START_OPERATION, value))

    def request_approval(self, request: OperationRequest, at: datetime) -> Answer[bool]:
        """False if the record has moved on without it."""
        value = {"request": request.to_wire(), "at": at.isoformat()}
        return (yield self.call(EntityOperation.REQUEST_APPROVAL, value))

    def decide_approval(self, decision: ApprovalDecision) -> Answer[bool]:
        """False if the operation does not wait any more."""
        return (yield self.call(EntityOperation.DECIDE_APPROVAL, decision.to_wire()))

    def signal_approval_reminder(self, operation_id: str, at: datetime) -> None:
        value = {"operationId": operation_id, "at": at.isoformat()}
        self._signal(EntityOperation.REMIND_OF_APPROVAL, value)

    def end_operation(self, end: OperationEnd) -> Answer[None]:
        yield self.call(EntityOperation.END_OPERATION, end.to_wire())

    def has_ended(self, operation_id: str) -> Answer[bool]:
        return (yield self.call(EntityOperation.HAS_ENDED, operation_id))

    def get_end(self, operation_id: str) -> Answer[Outcome | None]:
        """None while the operation runs."""
        ended: Any = yield self.call(EntityOperation.GET_END, operation_id)
        return Outcome.from_wire(ended) if ended else None

    def get_kept_pools(self) -> Answer[dict[str, KeptPool]]:
        """By region: the GPU pools' settings before they were scaled to zero."""
        kept: dict[str, Any] = yield self.call(EntityOperation.GET_KEPT_POOLS)
        return {region: KeptPool.from_wire(pool) for region, pool in kept.items()}

    def get_regions(self) -> Answer[tuple[str, ...]]:
        """Where the cells are now."""
        return tuple((yield self.call(EntityOperation.GET_REGIONS)))

    def begin_attempt(self, begun: RecordAttempt) -> Answer[bool]:
        """False if another cell of the environment is in the offer's region."""
        return (yield self.call(EntityOperation.RECORD_ATTEMPT, begun.to_wire()))

    def plan_operation(self, action: SweepAction) -> Answer[OperationRequest | None]:
        """None if the environment cannot start it now."""
        request: Any = yield self.call(EntityOperation.PLAN_OPERATION, str(action))
        return OperationRequest.from_wire(request) if request else None

    def record_idle_note(self, note: IdleNote) -> Answer[None]:
        yield self.call(EntityOperation.RECORD_IDLE_NOTE, note.to_wire())

    def get_sweep_state(self) -> Task[Any]:
        """The result is an EnvironmentSweepState on the wire, or None if there is no record."""
        return self.call(EntityOperation.GET_SWEEP_STATE)

    def call(self, operation: EntityOperation, value: Any = None) -> Task[Any]:
        return self.context.call_entity(self._id, operation, value)

    def signal_step(self, change: StepChange) -> None:
        self._signal(EntityOperation.RECORD_STEP, change.to_wire())

    def signal_kept_pool(self, region: str, kept: Mapping[str, Any]) -> None:
        self._signal(EntityOperation.KEEP_POOL, {"region": region, "kept": kept})

    def signal_profile(self, found: FoundProfile) -> None:
        self._signal(EntityOperation.KEEP_PROFILE, found.to_wire())

    def signal_idle_note(self, note: IdleNote) -> None:
        self._signal(EntityOperation.RECORD_IDLE_NOTE, note.to_wire())

    def signal_warning(self, warning: RecordWarning) -> None:
        self._signal(EntityOperation.RECORD_WARNING, warning.to_wire())

    def signal_attempt(self, ended: RecordAttempt) -> None:
        self._signal(EntityOperation.RECORD_ATTEMPT, ended.to_wire())

    def signal_image(self, found: RecordImage) -> None:
        self._signal(EntityOperation.RECORD_IMAGE, found.to_wire())

    def signal_health(self, noted: RecordHealth) -> None:
        self._signal(EntityOperation.RECORD_HEALTH, noted.to_wire())

    def signal_gpu_nodes(self, noted: RecordGpuNodes) -> None:
        self._signal(EntityOperation.RECORD_GPU_NODES, noted.to_wire())

    def signal_counters(self, seen: RecordCounters) -> None:
        self._signal(EntityOperation.RECORD_COUNTERS, seen.to_wire())

    def signal_own_request(self, at: datetime) -> None:
        self._signal(EntityOperation.NOTE_OWN_REQUEST, at.isoformat())

    def _signal(self, operation: EntityOperation, value: Any) -> None:
        self.context.signal_entity(self._id, operation, value)

    @property
    def _id(self) -> EntityInstanceId:
        return EntityInstanceId(ENVIRONMENT_ENTITY, self.name)

"""A task hub in memory, as the triggers see it through their durable client."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import grpc
from azure.durable_functions.internal.serialization import DEFAULT_FUNCTIONS_DATA_CONVERTER
from durabletask.client import (
    EntityQuery,
    OrchestrationState,
    OrchestrationStatus,
    PurgeInstancesResult,
)
from durabletask.entities import EntityInstanceId, EntityMetadata

from domain.audit.record import AuditRecord
from domain.audit.shard import add, read_records
from domain.directory.shard import Shard
from domain.durable.names import (
    APPROVAL_EVENT,
    AUDIT_ENTITY,
    CLAIMS_ENTITY,
    DIRECTORY_ENTITY,
    ENVIRONMENT_ENTITY,
    MARKET_ENTITY,
    MODEL_ENTITY,
    OPERATION_ORCHESTRATORS,
    PLAN_ENTITY,
    AuditOperation,
    PlanOperation,
)
from domain.environment.approval import ApprovalDecision, ApprovalState
from domain.environment.approval_records import begin_on_record, decide_approval
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation
from domain.guard.claims import Ledger
from domain.outcomes import Outcome
from domain.spec.model import EnvironmentSpec
from domain.spec.model_versions import RegisteredModel
from domain.wire import WireModel
from orchestrators.claims_entity import change_ledger
from orchestrators.directory_entity import SHARD_CHANGES
from orchestrators.environment_entity import CHANGES
from orchestrators.model_entity import MODEL_CHANGES
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes

RUNNING = OrchestrationStatus.RUNNING


@dataclass(slots=True)
class FakeHub:
    """Orchestrations do nothing by themselves: tests deliver their news to the records."""

    records: dict[str, EnvironmentRecord | None] = field(default_factory=dict[str, Any])
    shards: dict[str, Shard] = field(default_factory=dict[str, Shard])
    """Of the directory; records do not tell them anything by themselves."""
    instances: dict[str, OrchestrationState] = field(default_factory=dict[str, OrchestrationState])
    rivals: list[OperationRequest] = field(default_factory=list[OperationRequest])
    """Requests that get in just before the next ones here."""
    raised: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Instances and the events that were raised to them."""
    answers: list[tuple[str, str, Any]] = field(default_factory=list[tuple[str, str, Any]])
    """The same with their data."""
    second_start: Literal["refuse", "discard", "restart"] = "refuse"
    """What happens to the start of an id that still runs."""
    plans: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """By id, what their entities keep."""
    audit: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """Shards of the audit, by key."""
    models: dict[str, RegisteredModel] = field(default_factory=dict[str, RegisteredModel])
    loses_signals: bool = False
    """Whether the registry of models does not take what it is told."""
    offers: dict[str, Any] = field(default_factory=dict[str, Any])
    """Sizes and prices, by the key of their entity."""
    ledgers: dict[str, Ledger] = field(default_factory=dict[str, Ledger])
    """Of claims, by the key of their entity."""
    purged_at_once: int = 100
    unreachable: grpc.StatusCode | None = None
    """What every call fails with; None while the task hub answers."""

    def check_reachable(self) -> None:
        if self.unreachable:
            raise rpc_error(self.unreachable)

    async def get_entity(
        self, entity_instance_id: EntityInstanceId, include_state: bool = True
    ) -> EntityMetadata | None:
        self.check_reachable()
        name = entity_instance_id.key
        if entity_instance_id.entity == PLAN_ENTITY:
            kept = self.plans.get(name)
            return _an_entity(PLAN_ENTITY, name, kept) if kept else None
        if entity_instance_id.entity == MODEL_ENTITY:
            return _an_entity(MODEL_ENTITY, name, self.models.get(name))
        if entity_instance_id.entity == MARKET_ENTITY:
            kept = self.offers.get(name)
            return _an_entity(MARKET_ENTITY, name, kept) if kept else None
        if entity_instance_id.entity == CLAIMS_ENTITY:
            return _an_entity(CLAIMS_ENTITY, name, self.ledgers.get(name))
        return self._metadata(name) if name in self.records else None

    async def get_all_entities(
        self, entity_query: EntityQuery | None = None
    ) -> list[EntityMetadata]:
        self.check_reachable()
        assert entity_query
        prefix = entity_query.instance_id_starts_with or ""
        entities = {
            **{f"@environment@{name}": self._metadata(name) for name in self.records},
            **{
                f"@directory@{key}": _an_entity(DIRECTORY_ENTITY, key, shard)
                for key, shard in self.shards.items()
            },
            **{
                f"@{PLAN_ENTITY}@{key}": _an_entity(PLAN_ENTITY, key, kept)
                for key, kept in self.plans.items()
            },
            **{
                f"@{MODEL_ENTITY}@{key}": _an_entity(MODEL_ENTITY, key, model)
                for key, model in self.models.items()
            },
        }
        entities |= {
            f"@{AUDIT_ENTITY}@{key}": _an_entity(AUDIT_ENTITY, key, kept)
            for key, kept in self.audit.items()
        }
        return [found for id, found in entities.items() if id.startswith(prefix)]

    async def get_orchestration_state(
        self, instance_id: str, *, fetch_payloads: bool = True
    ) -> OrchestrationState | None:
        self.check_reachable()
        state = self.instances.get(instance_id)
        if state is None or fetch_payloads:
            return state
        return replace(state, serialized_input=None)

    async def schedule_new_orchestration(
        self, orchestrator: str, *, input: Any = None, instance_id: str | None = None
    ) -> str:
        self.check_reachable()
        if self.rivals:
            self.start(self.rivals.pop(0))
        assert instance_id
        if (state := self.instances.get(instance_id)) and state.runtime_status is RUNNING:
            if self.second_start == "refuse":
                raise rpc_error(grpc.StatusCode.ALREADY_EXISTS)
            if self.second_start == "discard":
                return instance_id
        request = OperationRequest.from_wire(input)
        assert orchestrator == _orchestrator_of(request)
        return self.start(request)

    async def raise_orchestration_event(
        self, instance_id: str, event_name: str, *, data: Any | None = None
    ) -> None:
        self.check_reachable()
        self.raised.append((instance_id, event_name))
        self.answers.append((instance_id, event_name, data))

    def deliver(self, operation_id: str) -> EnvironmentRecord:
        """Let the operation reach its record."""
        state = self.instances[operation_id]
        request = OperationRequest.from_wire(json.loads(state.serialized_input or ""))
        name = request.spec.name
        record = begin_on_record(self.records.get(name), request, NOON)
        assert record
        self.records[name] = record
        return record

    def answer(self) -> EnvironmentRecord:
        """Let the latest answer to an approval reach its operation, which then begins or ends."""
        operation_id, event, data = self.answers[-1]
        assert event == APPROVAL_EVENT
        decision = ApprovalDecision.from_wire(data)
        record = self.deliver(operation_id)
        record = decide_approval(record, decision)
        assert record
        if decision.state is ApprovalState.APPROVED:
            state = self.instances[operation_id]
            request = OperationRequest.from_wire(json.loads(state.serialized_input or ""))
            record = start_operation(record, request, NOON)
            assert record
        else:
            self.stop(operation_id)
        self.records[record.name] = record
        return record

    def finish(
        self, operation_id: str, phase: Phase, outcome: Outcome | None = None
    ) -> EnvironmentRecord:
        """Let the operation end on its record, and then by itself."""
        record = self.deliver(operation_id)
        end = OperationEnd(
            operation_id=operation_id,
            phase=phase,
            outcome=outcome or Outcome.succeeded(),
            at=NOON + minutes(10),
        )
        record = end_operation(record, end)
        self.records[record.name] = record
        output = DEFAULT_FUNCTIONS_DATA_CONVERTER.serialize(end.outcome.to_wire())
        self.instances[operation_id] = replace(
            self.instances[operation_id], serialized_output=output
        )
        self.stop(operation_id)
        return record

    def stop(
        self, operation_id: str, status: OrchestrationStatus = OrchestrationStatus.COMPLETED
    ) -> None:
        state = self.instances[operation_id]
        self.instances[operation_id] = replace(
            state, runtime_status=status, last_updated_at=state.created_at + timedelta(minutes=10)
        )

    async def purge_orchestrations_by(
        self,
        created_time_from: datetime | None = None,
        created_time_to: datetime | None = None,
        runtime_status: list[OrchestrationStatus] | None = None,
        recursive: bool = False,
        timeout: timedelta | None = None,
    ) -> PurgeInstancesResult:
        """As many as one batch has; the rest with the next call."""
        self.check_reachable()
        assert created_time_to
        ended = [
            instance_id
            for instance_id, state in self.instances.items()
            if state.created_at.replace(tzinfo=UTC) < created_time_to
            and state.runtime_status in (runtime_status or ())
        ]
        for instance_id in ended[: self.purged_at_once]:
            del self.instances[instance_id]
        return PurgeInstancesResult(
            min(len(ended), self.purged_at_once), len(ended) <= self.purged_at_once
        )

    async def signal_entity(
        self, entity_instance_id: EntityInstanceId, operation_name: str, input: Any | None = None
    ) -> None:
        self.check_reachable()
        if entity_instance_id.entity == PLAN_ENTITY:
            if operation_name == PlanOperation.FORGET:
                del self.plans[entity_instance_id.key]
            else:
                self.plans[entity_instance_id.key] = input or {}
            return
        if entity_instance_id.entity == DIRECTORY_ENTITY:
            shard = self.shards.get(entity_instance_id.key, Shard())
            changed = SHARD_CHANGES[operation_name](shard, input)
            self.shards[entity_instance_id.key] = changed
            return
        if entity_instance_id.entity == AUDIT_ENTITY:
            self._change_audit(entity_instance_id.key, operation_name, input)
            return
        if entity_instance_id.entity == CLAIMS_ENTITY:
            ledger = self.ledgers.get(entity_instance_id.key, Ledger())
            changed = change_ledger(operation_name, ledger, input)
            self.ledgers[entity_instance_id.key] = changed
            return
        if entity_instance_id.entity == MODEL_ENTITY:
            self._change_model(entity_instance_id.key, operation_name, input)
            return
        if entity_instance_id.entity == MARKET_ENTITY:
            self.offers[entity_instance_id.key] = input
            return
        self._change_record(entity_instance_id.key, operation_name, input)

    def _change_record(self, name: str, operation: str, value: Any) -> None:
        if record := self.records.get(name):
            self.records[name] = CHANGES[operation](record, value) or record

    def _change_audit(self, key: str, operation: str, value: Any) -> None:
        if operation == AuditOperation.FORGET:
            del self.audit[key]
        elif added := add(self.audit.get(key), value):
            self.audit[key] = added

    def _change_model(self, name: str, operation: str, value: Any) -> None:
        if not self.loses_signals:
            model = self.models.get(name, RegisteredModel())
            self.models[name] = MODEL_CHANGES[operation](model, value)

    @property
    def audited(self) -> list[AuditRecord]:
        """All records, in their order."""
        found = [record for shard in self.audit.values() for record in read_records(shard)]
        return sorted(found, key=lambda record: record.at)

    def add(self, record: EnvironmentRecord) -> None:
        """With the orchestration of the operation that runs."""
        self.records[record.name] = record
        operation_id = record.active_operation
        running = record.find_operation(operation_id) if operation_id else None
        if running and running.id not in self.instances:
            self.start(a_request(running.kind, record.sequence, spec=record.spec))

    def start(self, request: OperationRequest) -> str:
        self.instances[request.operation_id] = OrchestrationState(
            instance_id=request.operation_id,
            name=_orchestrator_of(request),
            runtime_status=RUNNING,
            created_at=NOON.replace(tzinfo=None),
            last_updated_at=NOON.replace(tzinfo=None),
            serialized_input=DEFAULT_FUNCTIONS_DATA_CONVERTER.serialize(request.to_wire()),
            serialized_output=None,
            serialized_custom_status=None,
            failure_details=None,
            _data_converter=DEFAULT_FUNCTIONS_DATA_CONVERTER,
        )
        return request.operation_id

    def _metadata(self, name: str) -> EntityMetadata:
        return _an_entity(ENVIRONMENT_ENTITY, name, self.records[name])


def a_hub(spec: EnvironmentSpec | None = None) -> FakeHub:
    """A hub whose only record has just begun its first operation."""
    hub = FakeHub()
    hub.add(a_record(a_request(spec=spec or a_spec())))
    return hub


def _an_entity(entity: str, key: str, state: WireModel | dict[str, Any] | None) -> EntityMetadata:
    wire = state.to_wire() if isinstance(state, WireModel) else state
    return EntityMetadata(
        id=EntityInstanceId(entity, key),
        last_modified=NOON,
        backlog_queue_size=0,
        locked_by="",
        includes_state=True,
        state=DEFAULT_FUNCTIONS_DATA_CONVERTER.serialize(wire) if wire else "",
        data_converter=DEFAULT_FUNCTIONS_DATA_CONVERTER,
    )


def _orchestrator_of(request: OperationRequest) -> str:
    return OPERATION_ORCHESTRATORS[request.kind]


def rpc_error(code: grpc.StatusCode) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), "details")

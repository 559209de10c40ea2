"""The task hub as the triggers use it: records of environments and instances of operations."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import grpc
from durabletask.client import EntityQuery, OrchestrationState, OrchestrationStatus
from durabletask.entities import EntityInstanceId, EntityMetadata

from domain.durable.names import (
    APPROVAL_EVENT,
    CANCEL_EVENT,
    ENVIRONMENT_ENTITY,
    OPERATION_ORCHESTRATORS,
    EntityOperation,
)
from domain.environment.approval import ApprovalDecision
from domain.environment.approval_records import begin_on_record
from domain.environment.cancellations import NoteCancellation
from domain.environment.failures import operation_aborted
from domain.environment.operation import Operation, build_operation_id
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.transitions import end_operation
from domain.outcomes import Outcome
from domain.spec.model import is_environment_name

ENDED = frozenset(
    {
        OrchestrationStatus.COMPLETED,
        OrchestrationStatus.FAILED,
        OrchestrationStatus.TERMINATED,
    }
)

RECORDS_AT_ONCE = 16

UNREACHABLE = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    }
)
"""gRPC statuses that pass: the task hub does not respond. No caller here cancels its own call: a
connection that is given up under load does (seen with 200 requests at once)."""

FAILING = UNREACHABLE | {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN}
"""With those of a failure inside of the task hub, by which its host passes on what its storage
says. Any other one is a defect."""


class DurableClient(Protocol):
    """The part of the durable client that the triggers use."""

    async def get_entity(
        self, entity_instance_id: EntityInstanceId, include_state: bool = True
    ) -> EntityMetadata | None: ...

    async def get_all_entities(
        self, entity_query: EntityQuery | None = None
    ) -> list[EntityMetadata]: ...

    async def get_orchestration_state(
        self, instance_id: str, *, fetch_payloads: bool = True
    ) -> OrchestrationState | None: ...

    async def schedule_new_orchestration(
        self, orchestrator: str, *, input: Any = None, instance_id: str | None = None
    ) -> str: ...

    async def signal_entity(
        self, entity_instance_id: EntityInstanceId, operation_name: str, input: Any | None = None
    ) -> None: ...

    async def raise_orchestration_event(
        self, instance_id: str, event_name: str, *, data: Any | None = None
    ) -> None: ...


async def read_record(client: DurableClient, name: str) -> EnvironmentRecord | None:
    """The current record, amended with two facts that may not have reached it.

    An operation that was started but is not yet in the record is added: a GET immediately after
    a 202 must find it. An operation whose orchestration died counts as failed.
    """
    if not is_environment_name(name):
        return None
    record = await _with_started_operation(client, name, await _read_entity(client, name))
    return await _with_dead_operation(client, record) if record else None


async def find_operation(
    client: DurableClient, record: EnvironmentRecord, operation_id: str
) -> Operation | None:
    """From the record, or from its orchestration, which outlives it there, without its steps."""
    recorded = record.find_operation(operation_id)
    return recorded or await _read_instance(client, operation_id)


async def read_stored(client: DurableClient, names: Iterable[str]) -> list[EnvironmentRecord]:
    """The records as they are stored, without those that do not exist."""
    gate = asyncio.Semaphore(RECORDS_AT_ONCE)

    async def read(name: str) -> EnvironmentRecord | None:
        async with gate:
            return await _read_entity(client, name)

    found = await asyncio.gather(*map(read, names))
    return [record for record in found if record]


async def scan_records(client: DurableClient) -> AsyncIterator[EnvironmentRecord]:
    """All of them, also of deleted environments. Few are in memory at a time: the client hands
    out no pages of entities with their states."""
    query = EntityQuery(instance_id_starts_with=f"@{ENVIRONMENT_ENTITY}@", include_state=False)
    found = await client.get_all_entities(query)
    for batch in itertools.batched((each.id.key for each in found), RECORDS_AT_ONCE, strict=False):
        for record in await read_stored(client, batch):
            yield record


async def record_dead_operations(
    client: DurableClient, records: Sequence[EnvironmentRecord]
) -> None:
    """Ends operations on record whose orchestration has died: until then no sweep looks at them.

    Orchestrations die of defects, and of an upgrade that cannot replay them.
    """
    for record in records:
        if record.active_operation and (end := await _find_death(client, record)):
            entity = EntityInstanceId(ENVIRONMENT_ENTITY, record.name)
            await client.signal_entity(entity, EntityOperation.END_OPERATION, end.to_wire())


async def start(client: DurableClient, request: OperationRequest) -> bool:
    """Starts the operation's orchestration. False if its id belongs to another request.

    Azure Storage acknowledges two starts of one id in the same moment and drops one of them, so
    that what runs is read back.
    """
    try:
        await client.schedule_new_orchestration(
            OPERATION_ORCHESTRATORS[request.kind],
            input=request.to_wire(),
            instance_id=request.operation_id,
        )
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.ALREADY_EXISTS:
            return False
        raise
    instance = await client.get_orchestration_state(request.operation_id)
    return instance is not None and instance.get_input() == request.to_wire()


async def answer_approval(client: DurableClient, decision: ApprovalDecision) -> None:
    await client.raise_orchestration_event(
        decision.operation_id, APPROVAL_EVENT, data=decision.to_wire()
    )


async def read_request(client: DurableClient, operation_id: str) -> OperationRequest | None:
    """Of an operation whose orchestration has not ended."""
    instance = await client.get_orchestration_state(operation_id)
    if instance is None or instance.runtime_status in ENDED:
        return None
    return OperationRequest.from_wire(instance.get_input())


async def cancel(client: DurableClient, environment: str, note: NoteCancellation) -> None:
    """The operation ends after its compensation; an event to one that has ended is ignored."""
    entity = EntityInstanceId(ENVIRONMENT_ENTITY, environment)
    await client.signal_entity(entity, EntityOperation.NOTE_CANCELLATION, note.to_wire())
    await client.raise_orchestration_event(note.operation_id, CANCEL_EVENT)


async def _read_instance(client: DurableClient, operation_id: str) -> Operation | None:
    instance = await client.get_orchestration_state(operation_id)
    if instance is None or instance.name not in OPERATION_ORCHESTRATORS.values():
        return None
    request = OperationRequest.from_wire(instance.get_input())
    outcome = _read_outcome(instance, operation_id)
    return Operation(
        id=operation_id,
        kind=request.kind,
        environment=request.spec.name,
        status=outcome.status,
        created_at=_utc(instance.created_at),
        last_action_at=_utc(instance.last_updated_at),
        failure=outcome.failure,
        requested_by=request.requested_by,
        traceparent=request.traceparent,
    )


def _read_outcome(instance: OrchestrationState, operation_id: str) -> Outcome:
    if instance.runtime_status is OrchestrationStatus.COMPLETED:
        return Outcome.from_wire(instance.get_output())
    if instance.runtime_status in ENDED:
        return Outcome.failed(operation_aborted(operation_id))
    return Outcome.running(None)


async def _read_entity(client: DurableClient, name: str) -> EnvironmentRecord | None:
    metadata = await client.get_entity(EntityInstanceId(ENVIRONMENT_ENTITY, name))
    return _decode(metadata) if metadata else None


def _decode(metadata: EntityMetadata) -> EnvironmentRecord | None:
    """From the text at once: it takes half of the time that it takes by way of its objects."""
    state = metadata.get_state()
    return EnvironmentRecord.model_validate_json(state) if state else None


async def _with_started_operation(
    client: DurableClient, name: str, record: EnvironmentRecord | None
) -> EnvironmentRecord | None:
    next_id = build_operation_id(name, (record.sequence if record else 0) + 1)
    instance = await client.get_orchestration_state(next_id)
    if instance is None or instance.runtime_status in ENDED:
        return record
    request = OperationRequest.from_wire(instance.get_input())
    return begin_on_record(record, request, _utc(instance.created_at)) or record


async def _with_dead_operation(
    client: DurableClient, record: EnvironmentRecord
) -> EnvironmentRecord:
    end = await _find_death(client, record)
    if end is None:
        return record
    # Read again: it may have ended normally between the two reads; an end is final.
    latest = await _read_entity(client, record.name) or record
    return end_operation(latest, end)


async def _find_death(client: DurableClient, record: EnvironmentRecord) -> OperationEnd | None:
    """The end of an operation that runs on record only."""
    if not record.active_operation:
        return None
    instance = await client.get_orchestration_state(record.active_operation, fetch_payloads=False)
    if instance is None:
        # Purged long after it died, or lost with the hub: it was stored before the record was.
        return _aborted(record.active_operation, record.updated_at)
    if instance.runtime_status not in ENDED:
        return None
    return _aborted(record.active_operation, _utc(instance.last_updated_at))


def _utc(at: datetime) -> datetime:
    """The engine returns UTC as naive datetimes."""
    return at.replace(tzinfo=UTC)


def _aborted(operation_id: str, at: datetime) -> OperationEnd:
    outcome = Outcome.failed(operation_aborted(operation_id))
    return OperationEnd(operation_id=operation_id, phase=Phase.FAILED, outcome=outcome, at=at)

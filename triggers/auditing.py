"""Writes, reads and removes the records of the audit."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import azure.functions as func
import grpc
from durabletask.client import EntityQuery
from durabletask.entities import EntityInstanceId

from domain.audit.query import AuditQuery
from domain.audit.record import AuditDecision, AuditRecord, build_record
from domain.audit.shard import audit_key, day_of, days_of_window, read_records
from domain.durable.names import AUDIT_ENTITY, AuditOperation
from domain.environment.call_stamp import CallStamp
from domain.environment.operation import parse_operation_id
from domain.requests.decision import ENVIRONMENT_NOT_FOUND
from triggers import task_hub
from triggers.call_stamps import find_subject
from triggers.declarations import Route
from triggers.errors import ERROR_CODE
from triggers.logs import log_audit
from triggers.task_hub import FAILING, DurableClient

UNSEEN = {"decision": AuditDecision.REFUSED, "code": ENVIRONMENT_NOT_FOUND}


async def audit_response(
    client: DurableClient,
    stamp: CallStamp,
    route: Route[Any, Any],
    req: func.HttpRequest,
    response: func.HttpResponse,
) -> None:
    """Also of a request that its role, the policy or validation has refused. Of an operation that
    was started it repeats what the environment's record has sent."""
    operation_id = response.headers.get("Operation-Location", "").rpartition("/")[2]
    started = parse_operation_id(operation_id)
    name, cost_center = find_subject(route, req)
    decision = _read_decision(response.status_code)
    await write_record(
        client,
        stamp,
        decision,
        code=response.headers.get(ERROR_CODE),
        environment=name or (started and started.environment),
        cost_center=cost_center,
        operation_id=operation_id or None,
        says_absent=response.status_code == 204,
    )


async def audit_acceptance(
    client: DurableClient, stamp: CallStamp | None, environment: str, operation_id: str
) -> None:
    """Before an event is sent to a running operation: of what no record would tell if the process
    ended in between. Raises where the task hub does not respond: then nothing is sent."""
    if stamp:
        owner = await _find_cost_center(client, environment)
        about = {"environment": environment, "cost_center": owner, "operation_id": operation_id}
        await add_record(client, build_record(stamp, AuditDecision.ACCEPTED, **about))


async def write_record(
    client: DurableClient,
    stamp: CallStamp,
    decision: AuditDecision,
    *,
    environment: str | None,
    cost_center: str | None = None,
    code: str | None = None,
    operation_id: str | None = None,
    says_absent: bool = False,
) -> None:
    """Without a task hub the record goes to the log alone, from which it is exported as well.
    `says_absent`: whether the answer was that there is no such environment, which is a refusal
    where there is one that the caller does not see."""
    facts = {"code": code, "environment": environment, "operation_id": operation_id}
    record = build_record(stamp, decision, **facts, cost_center=cost_center)
    try:
        if decision is not AuditDecision.ACCEPTED or cost_center is None:
            owner = await _find_cost_center(client, environment)
            record = record.model_copy(update={"cost_center": owner or cost_center})
            if owner and says_absent:
                record = record.model_copy(update=UNSEEN)
        await add_record(client, record)
    except grpc.aio.AioRpcError as error:
        if error.code() not in FAILING:
            raise
        log_audit(record.to_wire())


async def add_record(client: DurableClient, record: AuditRecord) -> None:
    entity = EntityInstanceId(AUDIT_ENTITY, audit_key(record.environment, record.at))
    await client.signal_entity(entity, AuditOperation.ADD, record.to_wire())


async def find_records(client: DurableClient, query: AuditQuery) -> list[AuditRecord]:
    """Newest first; one more than a page has, if there is one. Reads day by day until then."""
    found: list[AuditRecord] = []
    for day in days_of_window(query.start, query.until):
        prefix = day.isoformat() + "."
        if query.environment:
            noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            prefix = audit_key(query.environment, noon)
        found += query.select(await _read_shards(client, prefix))
        if len(found) > query.size:
            break
    return found[: query.size + 1]


async def forget_records(client: DurableClient, before: datetime) -> int:
    """The shards of days that have ended before; returns how many."""
    query = EntityQuery(instance_id_starts_with=f"@{AUDIT_ENTITY}@", include_state=False)
    old = [
        found.id
        for found in await client.get_all_entities(query)
        if day_of(found.id.key) < before.date()
    ]
    for entity in old:
        await client.signal_entity(entity, AuditOperation.FORGET)
    return len(old)


async def _read_shards(client: DurableClient, prefix: str) -> Iterable[AuditRecord]:
    query = EntityQuery(instance_id_starts_with=f"@{AUDIT_ENTITY}@{prefix}", include_state=True)
    shards = [each.get_typed_state() for each in await client.get_all_entities(query)]
    return [record for shard in shards if shard for record in read_records(shard)]


async def _find_cost_center(client: DurableClient, environment: str | None) -> str | None:
    """Of the environment as it is, whatever a specification says: its owners see who has tried."""
    record = await task_hub.read_record(client, environment) if environment else None
    return record.spec.cost_center if record and not record.is_deleted else None


def _read_decision(status: int) -> AuditDecision:
    if status < 400:
        return AuditDecision.ACCEPTED
    return AuditDecision.REFUSED if status < 500 else AuditDecision.UNKNOWN

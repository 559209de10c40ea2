"""Begins to delete the resource group of an orphan, if all in it that could be ours is ours.

The audit has a record of it before the sweep goes on.
"""

from datetime import UTC, datetime
from typing import Any, Protocol

from durabletask.entities import EntityInstanceId

from activities.begin_delete_resource import delete_owned
from clients.factory import ClientFactory
from domain.arm.resource_kinds import ResourceTarget
from domain.audit.orphans import build_orphan_record
from domain.audit.shard import audit_key
from domain.durable.names import AUDIT_ENTITY, AuditOperation
from domain.durable.sweep_inputs import OrphanRemoval
from domain.outcomes import Outcome


class EntitySignaler(Protocol):
    """The part of the durable client that tells entities."""

    async def signal_entity(
        self, entity_instance_id: EntityInstanceId, operation_name: str, input: Any | None = None
    ) -> None: ...


async def begin_delete_orphan(
    value: dict[str, Any], clients: ClientFactory, hub: EntitySignaler
) -> Outcome:
    orphan = OrphanRemoval.from_wire(value)
    subscription_id = clients.settings.subscription_id
    target = ResourceTarget("resourceGroup", orphan.environment, orphan.region, subscription_id)
    outcome = await delete_owned(target, clients)
    if outcome.failure is None:
        now = datetime.now(UTC)
        record = build_orphan_record(orphan.environment, outcome.resource_id or "", now)
        shard = EntityInstanceId(AUDIT_ENTITY, audit_key(record.environment, now))
        await hub.signal_entity(shard, AuditOperation.ADD, record.to_wire())
    return outcome

"""Forgets plans that have expired."""

from typing import Any

from durabletask.client import EntityQuery

from activities.bury_deleted import EntityClient
from domain.durable.inputs import PurgeInput
from domain.durable.names import PLAN_ENTITY, PlanOperation
from domain.guard.plan import StoredPlan
from domain.outcomes import Outcome


async def forget_plans(value: dict[str, Any], hub: EntityClient) -> Outcome:
    before, count = PurgeInput.from_wire(value).before, 0
    query = EntityQuery(instance_id_starts_with=f"@{PLAN_ENTITY}@", include_state=True)
    for metadata in await hub.get_all_entities(query):
        state = metadata.get_typed_state()
        if state and StoredPlan.from_wire(state).expires_at <= before:
            await hub.signal_entity(metadata.id, PlanOperation.FORGET)
            count += 1
    return Outcome.succeeded(plans=count)

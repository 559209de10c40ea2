"""Plans, as the task hub keeps them."""

import asyncio

from durabletask.entities import EntityInstanceId

from domain.durable.names import PLAN_ENTITY, PlanOperation
from domain.guard.plan import StoredPlan
from triggers.task_hub import DurableClient

LOOKS = 50
FIRST_INTERVAL_SECONDS = 0.01
LOOK_INTERVAL_SECONDS = 0.1
"""A plan is kept by a signal, which the task hub delivers after it has taken it."""


async def keep_plan(client: DurableClient, plan: StoredPlan) -> bool:
    """Returns once the plan can be carried out; False if the task hub takes too long."""
    entity = EntityInstanceId(PLAN_ENTITY, plan.id)
    await client.signal_entity(entity, PlanOperation.KEEP, plan.to_wire())
    for look in range(LOOKS):
        if await find_plan(client, plan.id):
            return True
        await asyncio.sleep(min(FIRST_INTERVAL_SECONDS * 2**look, LOOK_INTERVAL_SECONDS))
    return False


async def find_plan(client: DurableClient, plan_id: str) -> StoredPlan | None:
    """None if there is no such plan, or no longer."""
    found = await client.get_entity(EntityInstanceId(PLAN_ENTITY, plan_id))
    state = found.get_typed_state() if found else None
    return StoredPlan.from_wire(state) if state else None

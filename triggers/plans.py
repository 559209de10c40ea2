"""Plans, as the task hub keeps them."""

from durabletask.entities import EntityInstanceId

from domain.durable.names import PLAN_ENTITY, PlanOperation
from domain.guard.plan import StoredPlan
from triggers.signal_results import await_result
from triggers.task_hub import DurableClient


async def keep_plan(client: DurableClient, plan: StoredPlan) -> bool:
    """Returns once the plan can be carried out; False if the task hub takes too long."""
    entity = EntityInstanceId(PLAN_ENTITY, plan.id)
    await client.signal_entity(entity, PlanOperation.KEEP, plan.to_wire())
    return await await_result(lambda: find_plan(client, plan.id)) is not None


async def find_plan(client: DurableClient, plan_id: str) -> StoredPlan | None:
    """None if there is no such plan, or no longer."""
    found = await client.get_entity(EntityInstanceId(PLAN_ENTITY, plan_id))
    state = found.get_typed_state() if found else None
    return StoredPlan.from_wire(state) if state else None

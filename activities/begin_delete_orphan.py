"""Begins to delete the resource group of an orphan, if all in it that could be ours is ours."""

from typing import Any

from activities.begin_delete_resource import delete_owned
from clients.factory import ClientFactory
from domain.arm.resource_kinds import ResourceTarget
from domain.durable.sweep_inputs import OrphanRemoval
from domain.outcomes import Outcome


async def begin_delete_orphan(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    orphan = OrphanRemoval.from_wire(value)
    subscription_id = clients.settings.subscription_id
    target = ResourceTarget("resourceGroup", orphan.environment, orphan.region, subscription_id)
    return await delete_owned(target, clients)

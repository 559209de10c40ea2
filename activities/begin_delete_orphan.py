"""Begins to delete the resource group of an orphan, if all in it that could be ours is ours.

First go the connections to its Private Link service: while there are any, Azure keeps the group.
"""

from dataclasses import replace
from typing import Any

from activities.begin_delete_connection import delete_next_connection
from activities.begin_delete_resource import delete_owned
from clients.factory import ClientFactory
from domain.arm.resource_kinds import ResourceTarget
from domain.durable.sweep_inputs import OrphanRemoval
from domain.outcomes import Outcome


async def begin_delete_orphan(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    orphan = OrphanRemoval.from_wire(value)
    subscription_id = clients.settings.subscription_id
    target = ResourceTarget("resourceGroup", orphan.environment, orphan.region, subscription_id)
    if orphan.region:
        outcome = await delete_next_connection(replace(target, kind="privateLink"), clients)
        if not outcome.is_success:
            return outcome  # the next sweep goes on
    return await delete_owned(target, clients)

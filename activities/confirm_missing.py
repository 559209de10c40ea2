"""Reads resources that no list contains by their ids: lists lag behind what was just built."""

import asyncio
from typing import Any

from activities.arm_outcomes import failed
from clients.answers import NoAnswer
from clients.factory import ClientFactory
from domain.arm.existing_resource import is_foreign
from domain.arm.private_link import is_connected
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.durable.sweep_inputs import ConfirmInput
from domain.outcomes import NO_ANSWER, Outcome
from domain.sweep.found import LookedUp, Presence, ResourceRef
from domain.wire import JsonObject

READS_AT_ONCE = 8


async def confirm_missing(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    gate = asyncio.Semaphore(READS_AT_ONCE)
    refs = ConfirmInput.from_wire(value).refs
    found = await asyncio.gather(*(_look_up(ref, clients, gate) for ref in refs))
    return Outcome.succeeded(lookedUp=[each.to_wire() for each in found])


async def _look_up(ref: ResourceRef, clients: ClientFactory, gate: asyncio.Semaphore) -> LookedUp:
    target = ref.target(clients.settings.subscription_id)
    resource_id = KINDS[ref.kind].build_id(target)
    reason = ""
    try:
        async with gate:
            answer = await clients.resources.get(resource_id)
    except NoAnswer:
        presence, reason = Presence.UNREAD, NO_ANSWER
    else:
        if answer.status == 404:
            presence = Presence.MISSING
        elif not answer.is_success:
            failure = failed(answer, f"GET {ref.kind}").failure
            presence, reason = Presence.UNREAD, failure.reason if failure else ""
        else:
            presence = _judge(answer.body, target)
    return LookedUp(ref=ref, resource_id=resource_id, presence=presence, reason=reason)


def _judge(found: JsonObject, target: ResourceTarget) -> Presence:
    if is_foreign(found, target):
        return Presence.FOREIGN
    if target.kind == "privateLink" and not is_connected(found):
        return Presence.UNCONNECTED
    return Presence.PRESENT

"""Lives of environments: each sends the requests of its plan at their times, one by one."""

import uuid

from domain.environment.phases import UNSUCCESSFUL
from tests.chaos.doors import Doors
from tests.chaos.plan import Door, Request
from tests.chaos.world import World

PATIENCE_MINUTES = 90.0
"""How long a patient request waits for the running operation to end."""

SETTLE_MINUTES = 2.0
"""After a request, until its operation is seen to run."""


def live(world: World, doors: Doors, requests: list[Request]) -> None:
    for request in requests:
        world.wait_until(request.at)
        if request.is_patient:
            world.wait_for(
                lambda name=request.environment: not world.is_busy(name), PATIENCE_MINUTES
            )
        if world.is_over.is_set():
            return
        if request.remedy and world.phase_of(request.environment) in UNSUCCESSFUL:
            send_remedy(world, doors, request)
        send(doors, request)
        world.wait_until(world.minutes + SETTLE_MINUTES)


def send(doors: Doors, request: Request) -> None:
    for _ in range(1 + request.is_sent_twice):
        doors.send(
            request.door,
            request.environment,
            request.command,
            request.request_id,
            request.body,
        )


def send_remedy(world: World, doors: Doors, request: Request) -> None:
    """As an owner does who finds the environment failed; it is awaited like any operation."""
    name, remedy = request.environment, request.remedy
    assert remedy
    body = world.environments[name]["spec"] if remedy == "update" else None
    doors.send(
        Door.REST, name, remedy, str(uuid.uuid5(uuid.UUID(request.request_id), remedy)), body
    )
    world.wait_until(world.minutes + SETTLE_MINUTES)
    world.wait_for(lambda: not world.is_busy(name), PATIENCE_MINUTES)

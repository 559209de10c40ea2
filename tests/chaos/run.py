"""Executes a plan on a stack of its own, lets it settle, and looks at what it has come to."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from emulators.stack.api import SimulatedAzure
from emulators.stack.stack import running_stack
from tests.chaos.disturbances import Disturbances
from tests.chaos.doors import Doors
from tests.chaos.drift import Hands
from tests.chaos.exits import delete_all, recover_all
from tests.chaos.lives import live
from tests.chaos.observe import count_waiting, observe, read_orchestrations
from tests.chaos.plan import WINDOW_MINUTES, Plan
from tests.chaos.shortages import REGIONS
from tests.chaos.snapshot import Snapshot
from tests.chaos.world import Log, World
from tests.e2e.conftest import NEVER
from tests.support.documented_api import DocumentedApi

TIME_SCALE = 75.0
BETWEEN_SWEEPS_MINUTES = 10.0
SETTLE_MINUTES = 240.0
"""Longer than any operation may take."""

VCPUS = ("StandardNCADSA100v4Family", "standardDDSv5Family", "cores")

type Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What a run has come to, and what it did."""

    settled: Snapshot
    """After faults are lifted and everything has ended."""
    recovered: Snapshot
    """After everything that did not succeed was retried."""
    removed: Snapshot
    """After everything was deleted."""
    log: Log
    disturbances: Disturbances
    hands: Hands
    seconds: float
    """Of real time, from the start of the stack to the last look."""
    cpu_seconds: float
    """Of the stack's processes: what a loaded machine cannot change."""


def run(plan: Plan, folder: Path, say: Say) -> Result:
    begun = time.monotonic()
    with (
        running_stack(folder, time_scale=TIME_SCALE, seed=plan.seed, settings=NEVER) as stack,
        DocumentedApi(stack.app_url) as api,
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
        httpx.Client(base_url=stack.app_url, timeout=60, trust_env=False) as management,
    ):
        world = World(stack, api, azure, management)
        doors = Doors(world)
        raise_quota(azure, 200 * len(plan.environments))
        disturbances, hands = Disturbances(world, plan), Hands(world)
        cause_chaos(world, plan, doors, disturbances, hands, say)
        disturbances.lift()
        settled = rest(world, plan, hands, say)
        recover_all(doors, settled)
        recovered = rest(world, plan, hands, say)
        delete_all(world, doors)
        removed = rest(world, plan, hands, say)
        world.is_over.set()
        doors.close()
        seconds = time.monotonic() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds = used.ru_utime + used.ru_stime
    return Result(
        settled, recovered, removed, world.log, disturbances, hands, seconds, cpu_seconds
    )


def raise_quota(azure: SimulatedAzure, vcpus: int) -> None:
    for region in REGIONS:
        for name in VCPUS:
            body = {"region": region, "name": name, "limit": vcpus}
            azure.put("/_simulator/quota", json=body).raise_for_status()


def cause_chaos(
    world: World, plan: Plan, doors: Doors, disturbances: Disturbances, hands: Hands, say: Say
) -> None:
    world.start(world.keep_looking)
    threads = [
        world.start(disturbances.set_faults),
        world.start(disturbances.take_machines),
        world.start(disturbances.kill_processes),
        world.start(disturbances.break_connections),
        *(world.start(hands.act, drift) for drift in plan.drifts),
    ]
    lives = [world.start(live, world, doors, plan.requests_of(name)) for name in plan.environments]
    while world.minutes < WINDOW_MINUTES:
        sweep(world)
        say(describe(world))
        world.wait_until(min(world.minutes + BETWEEN_SWEEPS_MINUTES, WINDOW_MINUTES))
    for thread in (*lives, *threads):
        thread.join()


def rest(world: World, plan: Plan, hands: Hands, say: Say) -> Snapshot:
    settle(world, say)
    return observe(world, plan.environments, hands.done)


def settle(world: World, say: Say) -> None:
    """Until nothing runs, nothing waits and a sweep has nothing to do, or time is up."""
    end = world.minutes + SETTLE_MINUTES
    while world.minutes < end:
        world.wait_for(lambda: is_at_rest(world), end - world.minutes)
        if not sweep_to_the_end(world):
            return
        say(describe(world))


def is_at_rest(world: World) -> bool:
    """An operation that has just been accepted is not on its record yet."""
    unfinished = read_orchestrations(world.management, "Running,Pending")
    return all(each.is_sweep for each in unfinished) and not count_waiting(world)


def sweep(world: World) -> None:
    """As the timer starts it; while the host is away there is none."""
    try:
        world.api.post("/sweeps")
    except httpx.TransportError:
        world.note("no sweep", "the host is away")


def sweep_to_the_end(world: World) -> bool:
    """Whether it had something to do."""
    sweep(world)
    while (answer := world.api.get("/sweeps/latest").json())["status"] == "Running":
        time.sleep(0.2)
    return any(each["action"] not in ("none", "withdrawWarning") for each in answer["decisions"])


def describe(world: World) -> str:
    phases = [world.phase_of(name) for name in world.environments]
    counts = {phase: phases.count(phase) for phase in sorted(set(phases))}
    return f"{world.minutes:4.0f} min: {counts}, {len(world.log.sent)} requests"

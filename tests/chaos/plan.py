"""What a chaos run does, drawn from its seed alone: requests, faults, kills and drift."""

import random
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.chaos.faults import Fault, plan_faults
from tests.chaos.shortages import USUAL_SIZE, Shortage, draw_placement, plan_shortages
from tests.support.specs import spec_body

WINDOW_MINUTES = 180.0
"""Simulated time in which requests are sent and faults begin."""

REQUESTS_PER_ENVIRONMENT = (3, 6)
PAUSE_MINUTES = (5.0, 50.0)
SHARE_BY_MESSAGE = 0.4
SHARE_SENT_TWICE = 0.15
SHARE_PATIENT = 0.75
SHARE_WITHOUT_SENSE = 0.1
SHARE_BLUE_GREEN = 0.4
"""Of environments, whose new versions come beside the ones that serve."""

FAULTS_PER_ENVIRONMENT = 2.0
DRIFTS_PER_ENVIRONMENT = 0.25
HOST_KILLS = 3
HUB_KILLS = 2
BROKEN_CONNECTIONS = 3

IMAGE = "registry.example.com/llm"
SOUND_IMAGE = f"{IMAGE}:1.4.2"
MISSING_IMAGE = f"{IMAGE}:does-not-exist"


BLUE_GREEN = {
    "strategy": "blueGreen",
    "steps": [{"weight": 50, "minutes": 2}],
    "keepMinutes": 2,
}


class Door(StrEnum):
    REST = "rest"
    MESSAGE = "message"


class Process(StrEnum):
    HOST = "functions host"
    HUB = "task hub"


class DriftKind(StrEnum):
    """What somebody does to an environment's resources by hand."""

    POOL_RESCALED = "pool rescaled"
    POOL_DELETED = "pool deleted"
    CLUSTER_STOPPED = "cluster stopped"
    DEPLOYMENT_DELETED = "Deployment deleted"


@dataclass(frozen=True, slots=True)
class Request:
    """A request for one environment. Times are simulated minutes after the start of the run."""

    at: float
    environment: str
    command: str
    door: Door
    request_id: str
    body: dict[str, Any] | None
    is_patient: bool
    """Whether a running operation is awaited before it is sent."""
    remedy: str | None
    """Command that is sent first if the environment is Failed or Canceled by then."""
    is_sent_twice: bool


@dataclass(frozen=True, slots=True)
class Kill:
    at: float
    process: Process


@dataclass(frozen=True, slots=True)
class Drift:
    at: float
    environment: str
    kind: DriftKind


@dataclass(frozen=True, slots=True)
class Plan:
    """All actions of a run, each list in the order of time."""

    seed: int
    environments: tuple[str, ...]
    requests: tuple[Request, ...]
    faults: tuple[Fault, ...]
    shortages: tuple[Shortage, ...]
    kills: tuple[Kill, ...]
    drifts: tuple[Drift, ...]
    broken_connections: tuple[float, ...]
    """When all connections of Service Bus break."""

    def requests_of(self, environment: str) -> list[Request]:
        return [each for each in self.requests if each.environment == environment]


NEXT: dict[str, dict[str, int]] = {
    "none": {"provision": 1},
    "provision": {"update": 4, "scale-down": 4, "delete": 2, "provision": 1, "cancel": 1},
    "update": {
        "update": 2,
        "rollback": 3,
        "scale-down": 3,
        "delete": 2,
        "repair": 1,
        "cancel": 1,
    },
    "rollback": {"update": 3, "rollback": 1, "scale-down": 2, "delete": 1, "cancel": 1},
    "scale-down": {"wake": 6, "update": 1, "delete": 2, "repair": 1, "cancel": 1},
    "wake": {"update": 3, "scale-down": 3, "delete": 2, "wake": 1, "cancel": 1},
    "retry": {"update": 3, "scale-down": 3, "delete": 1},
    "cancel": {"retry": 3, "update": 2, "repair": 1, "delete": 1},
    "repair": {"update": 3, "scale-down": 3, "delete": 1},
    "delete": {"provision": 8, "delete": 1, "wake": 1},
}
"""How likely each command is after another."""

COMMANDS = (
    "provision",
    "update",
    "rollback",
    "scale-down",
    "wake",
    "retry",
    "repair",
    "cancel",
    "delete",
)
REMEDIES: tuple[str | None, ...] = ("retry", "retry", "repair", "update", "delete", None)


def plan_run(seed: int, environments: int, *, is_calm: bool = False) -> Plan:
    """The plan of this seed; a calm one has the same requests and nothing that disturbs them."""
    names = tuple(f"chaos{number:03}" for number in range(environments))
    dice = random.Random(f"{seed} requests")
    placing, updating = random.Random(f"{seed} placement"), random.Random(f"{seed} updates")
    requests = [request for name in names for request in _plan_life(name, dice, placing, updating)]
    disturbed = () if is_calm else names
    drift_dice = random.Random(f"{seed} drift")
    return Plan(
        seed=seed,
        environments=names,
        requests=tuple(sorted(requests, key=lambda each: each.at)),
        faults=plan_faults(
            random.Random(f"{seed} faults"), disturbed, FAULTS_PER_ENVIRONMENT, WINDOW_MINUTES
        ),
        shortages=plan_shortages(
            random.Random(f"{seed} shortages"), len(disturbed), WINDOW_MINUTES
        ),
        kills=() if is_calm else _plan_kills(random.Random(f"{seed} kills")),
        drifts=tuple(_plan_drifts(drift_dice, disturbed)),
        broken_connections=()
        if is_calm
        else tuple(_spread(random.Random(f"{seed} connections"), BROKEN_CONNECTIONS)),
    )


def _plan_life(
    name: str, dice: random.Random, placing: random.Random, updating: random.Random
) -> list[Request]:
    base = _draw_spec(name, dice)
    if updating.random() < SHARE_BLUE_GREEN:
        base["update"] = BLUE_GREEN
    if placement := draw_placement(placing, base["regions"]):
        base["placement"] = placement
    requests: list[Request] = []
    at, command = dice.uniform(0, PAUSE_MINUTES[1]), "none"
    for number in range(dice.randint(*REQUESTS_PER_ENVIRONMENT)):
        command = _draw_command(command, dice)
        requests.append(_draw_request(at, command, base, number, dice))
        at += dice.uniform(*PAUSE_MINUTES)
    return [request for request in requests if request.at < WINDOW_MINUTES]


def _draw_command(previous: str, dice: random.Random) -> str:
    if previous != "none" and dice.random() < SHARE_WITHOUT_SENSE:
        return dice.choice(COMMANDS)
    choices = NEXT[previous]
    return dice.choices(list(choices), list(choices.values()))[0]


def _draw_request(
    at: float, command: str, base: dict[str, Any], number: int, dice: random.Random
) -> Request:
    return Request(
        at=at,
        environment=base["name"],
        command=command,
        door=Door.MESSAGE if dice.random() < SHARE_BY_MESSAGE else Door.REST,
        request_id=str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        body=_draw_body(command, base, number, dice),
        is_patient=command != "cancel" and dice.random() < SHARE_PATIENT,
        remedy=dice.choice(REMEDIES),
        is_sent_twice=dice.random() < SHARE_SENT_TWICE,
    )


def _draw_body(
    command: str, base: dict[str, Any], number: int, dice: random.Random
) -> dict[str, Any] | None:
    change = dice.choice(_CHANGES)(number)
    if command == "provision":
        return base
    return _merge(base, change) if command == "update" else None


def _merge(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {**base[name], **change[name]}
        if isinstance(change.get(name), dict)
        else change.get(name, base[name])
        for name in base
    }


_CHANGES = (
    lambda number: {"costCenter": f"ML-{number}"},
    lambda number: {"costCenter": f"ML-{number}"},
    lambda number: {"workload": {"image": f"{IMAGE}:1.5.{number}"}},
    lambda number: {"workload": {"image": f"{IMAGE}:1.5.{number}"}},
    lambda number: {"workload": {"replicas": 2}},
    lambda number: {"workload": {"autoscale": {"min": 1, "max": 2, "targetWaiting": 4}}},
    lambda number: {"gpu": {"maxNodes": 3 + number}},
    lambda number: {"edge": {"wafMode": "Detection"}},
    lambda number: {"workload": {"image": MISSING_IMAGE}},
)


def _draw_spec(name: str, dice: random.Random) -> dict[str, Any]:
    body = spec_body(name=name, edge={"wafMode": "Prevention"})
    body["regions"] = dice.choice((["westeurope"],) * 5 + (["westeurope", "northeurope"],))
    body["gpu"] = {"vmSize": USUAL_SIZE, "maxNodes": 3}
    body["workload"] = {
        "image": SOUND_IMAGE,
        "replicas": dice.choice((1, 1, 1, 2, 0)),
        "model": {"name": name, "version": "7"},
    }
    body["idle"] = {
        "afterMinutes": dice.choice((10, 30, 10080)),
        "action": dice.choice(("scaleToZero", "scaleToZero", "warn")),
    }
    return body


def _plan_kills(dice: random.Random) -> tuple[Kill, ...]:
    processes = [Process.HOST] * HOST_KILLS + [Process.HUB] * HUB_KILLS
    dice.shuffle(processes)
    return tuple(
        Kill(at, process)
        for at, process in zip(_spread(dice, len(processes)), processes, strict=True)
    )


def _plan_drifts(dice: random.Random, names: tuple[str, ...]) -> list[Drift]:
    """Not before the first environments stand."""
    drifts = [
        Drift(
            at=dice.uniform(PAUSE_MINUTES[1] / 2, WINDOW_MINUTES),
            environment=dice.choice(names),
            kind=dice.choice(tuple(DriftKind)),
        )
        for _ in range(round(DRIFTS_PER_ENVIRONMENT * len(names)))
    ]
    return sorted(drifts, key=lambda each: each.at)


def _spread(dice: random.Random, count: int) -> list[float]:
    """One moment in each of `count` equal parts of the window."""
    part = WINDOW_MINUTES / count
    return [part * number + dice.uniform(0, part) for number in range(count)]

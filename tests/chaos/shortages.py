"""Where Azure runs out of machines during a chaos run, and which alternatives cells have."""

import random
from dataclasses import dataclass
from typing import Any

SHORTAGES_PER_ENVIRONMENT = 0.75
SHARE_WITH_PLACEMENT = 0.6
MINUTES = (10.0, 70.0)

USUAL_SIZE = "Standard_NC24ads_A100_v4"
LARGER_SIZE = "Standard_NC48ads_A100_v4"
ZONE = "2"
REGIONS = ("westeurope", "northeurope")


@dataclass(frozen=True, slots=True)
class Shortage:
    """A region without machines of a size, in simulated minutes after the start of the run."""

    at: float
    until: float
    region: str
    vm_size: str
    zones: tuple[str, ...]
    """Where there still are some."""

    @property
    def body(self) -> dict[str, Any]:
        """As `PUT /_simulator/capacity` takes it."""
        return {**self.end_body, "zones": list(self.zones)}

    @property
    def end_body(self) -> dict[str, Any]:
        return {"region": self.region, "vmSize": self.vm_size}


def plan_shortages(dice: random.Random, environments: int, window: float) -> tuple[Shortage, ...]:
    """In the order of time."""
    count = round(SHORTAGES_PER_ENVIRONMENT * environments)
    return tuple(sorted((_draw(dice, window) for _ in range(count)), key=lambda each: each.at))


def _draw(dice: random.Random, window: float) -> Shortage:
    at = dice.uniform(0, window)
    return Shortage(
        at=at,
        until=at + dice.uniform(*MINUTES),
        region=dice.choice((*REGIONS, REGIONS[0])),
        vm_size=dice.choice((USUAL_SIZE, USUAL_SIZE, LARGER_SIZE)),
        zones=dice.choice(((), (ZONE,))),
    )


def draw_placement(dice: random.Random, regions: list[str]) -> dict[str, Any] | None:
    """Alternatives for the cells of a specification with these regions."""
    if dice.random() > SHARE_WITH_PLACEMENT:
        return None
    drawn = {
        "zones": [ZONE] if dice.random() < 0.5 else [],
        "vmSizes": [LARGER_SIZE] if dice.random() < 0.5 else [],
        "regions": [each for each in REGIONS if each not in regions],
    }
    return {name: values for name, values in drawn.items() if values}

"""What a run will do, how long that takes and what it costs, before anything is created."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tests.azure.assumption import Assumption, Check, Part
from tests.azure.prices import Prices, price_source

BUILD_MINUTES = {Part.EDGE: 4.0, Part.CLUSTER: 7.0, Part.GPU: 1.0, Part.APP: 0.0}
"""The recorded medians of what is built, one after the other for the edge."""

GROUP_MINUTES = 0.5
REMOVAL_MINUTES = 8.0
"""The slowest recorded deletions of a group with a cluster took 9."""


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    minutes: float
    usd: float


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[Step, ...]

    @property
    def minutes(self) -> float:
        return sum(step.minutes for step in self.steps)

    @property
    def usd(self) -> float:
        return sum(step.usd for step in self.steps)

    def render(self) -> str:
        lines = [
            f"  {each.name:<34}{each.minutes:>6.1f} min{each.usd:>8.2f} USD" for each in self.steps
        ]
        total = f"  {'in all':<34}{self.minutes:>6.1f} min{self.usd:>8.2f} USD"
        return "\n".join([*lines, total, f"  ({price_source()})"])


def plan_run(checks: Sequence[tuple[str, Check]], prices: Prices, has_gpu: bool) -> Plan:
    """Each part is paid for from its first use to the end of the removal."""
    steps, paid = [Step("resource group", GROUP_MINUTES, 0.0)], list[Part]()

    def add(name: str, minutes: float) -> None:
        usd = sum(prices.hourly(part) for part in paid) * minutes / 60
        steps.append(Step(name, minutes, usd))

    for name, check in checks:
        for part in parts_of(check, has_gpu):
            if part not in paid and part is not Part.APP:
                paid.append(part)
                add(f"build: {part}", BUILD_MINUTES[part])
        add(name, check.minutes)
    add("removal", REMOVAL_MINUTES)
    return Plan(tuple(steps))


def parts_of(check: Check, has_gpu: bool) -> tuple[Part, ...]:
    """A cluster brings its GPU node along."""
    brings = (Part.GPU,) if has_gpu and Part.CLUSTER in check.needs else ()
    return tuple(dict.fromkeys([*check.needs, *brings]))


def chosen(assumptions: Sequence[Assumption], only: Sequence[str]) -> list[Assumption]:
    """Raises ValueError for a name that is none."""
    unknown = set(only) - {each.name for each in assumptions}
    if unknown:
        raise ValueError(f"No assumption is named {', '.join(sorted(unknown))}: see --list.")
    return [each for each in assumptions if each.check and (not only or each.name in only)]


@dataclass(slots=True)
class Limits:
    """Of time since the run began, and of money since each part was first used."""

    began: datetime
    max_minutes: float
    max_usd: float
    prices: Prices
    since: dict[Part, datetime] = field(default_factory=dict[Part, datetime])

    def use(self, parts: Sequence[Part], now: datetime) -> None:
        for part in parts:
            self.since.setdefault(part, now)

    def spent(self, now: datetime) -> float:
        hours = {part: (now - at).total_seconds() / 3600 for part, at in self.since.items()}
        return sum(self.prices.hourly(part) * each for part, each in hours.items())

    def seconds_left(self, now: datetime) -> float:
        """Until the nearer of both."""
        time = self.max_minutes * 60 - (now - self.began).total_seconds()
        hourly = sum(self.prices.hourly(part) for part in self.since)
        money = (self.max_usd - self.spent(now)) / hourly * 3600 if hourly else time
        return min(time, money)

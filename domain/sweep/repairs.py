"""Which environments the sweep repairs."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from domain.environment.health import UNHEALTHY, Health
from domain.sweep.model import EnvironmentSweepState
from domain.sweep.wanted import WantedEnvironment

REPAIR_PAUSE = timedelta(hours=1)


def find_repairs(
    environments: Iterable[EnvironmentSweepState], health: Mapping[str, Health], now: datetime
) -> list[str]:
    """Names of the environments whose repair is due. `health`: as this sweep has found it."""
    wanted = [each.wanted for each in environments if each.wanted]
    return sorted(
        each.environment
        for each in wanted
        if each.environment in health and is_repair_due(each, health[each.environment], now)
    )


def is_repair_due(wanted: WantedEnvironment, health: Health, now: datetime) -> bool:
    """A repair that did not help is not repeated at every sweep."""
    if not wanted.repairs or health.status not in UNHEALTHY:
        return False
    return wanted.repaired_at is None or now - wanted.repaired_at >= REPAIR_PAUSE

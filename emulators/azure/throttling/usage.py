"""How much of the buckets is used: in all, and in the worst minute of simulated time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulators.azure.throttling.bucket import Limit

MINUTE = 60


@dataclass(slots=True)
class Usage:
    """Of one bucket."""

    limit: Limit
    began: datetime
    requests: int = 0
    refused: int = 0
    lowest: int = 0
    worst_minute: int = 0
    _minute: int = -1
    _in_minute: int = 0

    def count(self, now: datetime, tokens: int, is_refused: bool) -> None:
        """`tokens`: that are left afterwards."""
        self.lowest = min(self.lowest, tokens) if self.requests else tokens
        self.requests += 1
        self.refused += is_refused
        minute = int((now - self.began).total_seconds() // MINUTE)
        self._in_minute = self._in_minute + 1 if minute == self._minute else 1
        self._minute = minute
        self.worst_minute = max(self.worst_minute, self._in_minute)


class Usages:
    """Of all buckets, by the limit that they have in common and their scope."""

    def __init__(self) -> None:
        self._by_limit: dict[str, dict[str, Usage]] = {}

    def clear(self) -> None:
        self._by_limit.clear()

    def of(self, name: str, scope: str, limit: Limit, began: datetime) -> Usage:
        of_limit = self._by_limit.setdefault(name, {})
        return of_limit.setdefault(scope, Usage(limit, began))

    def wire(self) -> list[dict[str, Any]]:
        return [_wire(name, list(found.values())) for name, found in self._by_limit.items()]


def _wire(name: str, usages: list[Usage]) -> dict[str, Any]:
    """One row for a limit. Worst and lowest are those of the bucket that was used most."""
    limit = usages[0].limit
    return {
        "limit": name,
        "burst": limit.burst,
        "perSecond": round(limit.refill / limit.every, 4),
        "buckets": len(usages),
        "requests": sum(each.requests for each in usages),
        "refused": sum(each.refused for each in usages),
        "worstMinute": max(each.worst_minute for each in usages),
        "lowestTokens": min(each.lowest for each in usages),
    }

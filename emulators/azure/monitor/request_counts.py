"""Counts what clients ask of each Front Door profile, minute by minute of simulated time."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from emulators.azure.clock import Clock

MINUTE = timedelta(minutes=1)


class RequestCounts:
    """By the profile's Front Door id: a profile that is built again starts at nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: Counter[tuple[str, datetime]] = Counter()

    def add(self, front_door_id: str) -> None:
        self._counts[front_door_id, floor(self._clock.now(), MINUTE)] += 1

    def total(self, front_door_id: str, start: datetime, end: datetime) -> int:
        """From `start` to `end`, which are whole minutes."""
        minutes = range((end - start) // MINUTE)
        return sum(self._counts[front_door_id, start + each * MINUTE] for each in minutes)


def floor(moment: datetime, interval: timedelta) -> datetime:
    """Where the interval begins in which `moment` lies."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return moment - (moment - epoch) % interval

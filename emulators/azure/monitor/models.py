"""What Azure Monitor knows of a profile's requests, and from when on it knows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulators.azure.arm.platform import Platform
from emulators.azure.arm.resources import Resource
from emulators.azure.front_door.kinds import PROFILE
from emulators.azure.monitor.faults import MetricsFault, MetricsTrouble
from emulators.azure.monitor.request_counts import MINUTE, RequestCounts, floor

INGESTION = timedelta(minutes=2)
"""A minute shows up this long after its end, so that the newest is three to four minutes old."""

REQUEST_COUNT = "RequestCount"


@dataclass(frozen=True, slots=True)
class Window:
    """The times that are asked for, in steps of `interval`, which is `grain` as it was written."""

    start: datetime
    end: datetime
    interval: timedelta
    grain: str

    def steps(self) -> Iterator[datetime]:
        step = floor(self.start, self.interval)
        while step < self.end:
            yield step
            step += self.interval


class Monitor:
    """Metrics of the subscription's profiles as they can be read now."""

    def __init__(
        self, platform: Platform, counts: RequestCounts, faults: Sequence[MetricsFault]
    ) -> None:
        self._platform = platform
        self._counts = counts
        self._faults = faults

    def now(self) -> datetime:
        return self._platform.clock.now()

    def find(self, profile_id: str) -> Resource | None:
        found = self._platform.resources.get(profile_id)
        return found if found is not None and found.type == PROFILE.type else None

    def is_available(self, profile_id: str) -> bool:
        return not self._troubles(profile_id, MetricsTrouble.UNAVAILABLE)

    def is_subscription(self, subscription_id: str) -> bool:
        return subscription_id.lower() == self._platform.subscription_id

    def request_count(self, profile: Resource, window: Window) -> list[dict[str, Any]]:
        """The time series: none, or one, as nobody asks for dimensions."""
        if self._troubles(profile.id, MetricsTrouble.MISSING):
            return []
        return [{"metadatavalues": [], "data": list(self._points(profile, window))}]

    def _points(self, profile: Resource, window: Window) -> Iterator[dict[str, Any]]:
        """Zero is said; a point without `total` is one of which nothing is known."""
        begin, known_until = floor(profile.created_at, MINUTE), self._known_until(profile)
        for step in window.steps():
            point: dict[str, Any] = {"timeStamp": step.strftime("%Y-%m-%dT%H:%M:%SZ")}
            start, end = max(step, begin), min(step + window.interval, known_until)
            if start < end:
                point["total"] = self._total(profile, start, end)
            yield point

    def _total(self, profile: Resource, start: datetime, end: datetime) -> float:
        if self._troubles(profile.id, MetricsTrouble.ZERO):
            return 0.0
        front_door_id = profile.properties.get("frontDoorId", "")
        return float(self._counts.total(front_door_id, start, end))

    def _known_until(self, profile: Resource) -> datetime:
        """Where the first minute begins of which nothing is known."""
        stale = self._troubles(profile.id, MetricsTrouble.STALE)
        ends = [fault.since for fault in stale if fault.since is not None]
        return floor(min([self._platform.clock.now() - INGESTION, *ends]), MINUTE)

    def _troubles(self, profile_id: str, trouble: MetricsTrouble) -> list[MetricsFault]:
        return [
            fault
            for fault in self._faults
            if fault.trouble is trouble and fault.concerns(profile_id)
        ]

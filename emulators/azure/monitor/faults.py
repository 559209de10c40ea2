"""What can be wrong with metrics."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MetricsTrouble(StrEnum):
    MISSING = "missing"
    """No time series at all."""
    STALE = "stale"
    """Nothing from a moment on."""
    ZERO = "zero"
    """No request is counted, whatever comes."""
    UNAVAILABLE = "unavailable"
    """A server error for every batch with such a profile in it."""


@dataclass(frozen=True, slots=True)
class MetricsFault:
    """Trouble with the metrics of each profile whose id matches; None means all."""

    id: str
    trouble: MetricsTrouble
    profile: re.Pattern[str] | None = None
    since: datetime | None = None

    def concerns(self, profile_id: str) -> bool:
        return self.profile is None or self.profile.search(profile_id) is not None

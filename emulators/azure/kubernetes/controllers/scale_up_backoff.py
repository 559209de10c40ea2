"""The node groups that the autoscaler leaves alone after a failed scale-up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from emulators.azure.kubernetes import durations


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a scale-up failed, as the autoscaler's status words it."""

    code: str
    message: str


def refused(error: str) -> Failed:
    """Azure refuses the request for another machine."""
    return Failed("cloudProviderError", f"failed to increase node group size: {error}")


NOT_PROVISIONED = Failed(
    "provisioning-state-failed", "Azure failed to provision a node for this node group"
)
"""Azure accepted the request, but the machine never came: its error is not passed on."""


class Backoffs:
    """Longer with each failure in a row."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._until: dict[str, datetime] = {}
        self._causes: dict[str, Failed] = {}

    def begin(self, pool: str, cause: Failed, now: datetime) -> float:
        """How many seconds it lasts."""
        failures = self._failures.get(pool, 0)
        seconds = durations.step(durations.SCALE_UP_BACKOFF_SECONDS, failures)
        self._failures[pool] = failures + 1
        self._until[pool] = now + timedelta(seconds=seconds)
        self._causes[pool] = cause
        return seconds

    def end(self, pool: str) -> None:
        """A scale-up succeeded."""
        self._failures.pop(pool, None)
        self._until.pop(pool, None)

    def cause(self, pool: str, now: datetime) -> Failed | None:
        """None for a pool that may grow."""
        in_backoff = pool in self._until and now < self._until[pool]
        return self._causes[pool] if in_backoff else None

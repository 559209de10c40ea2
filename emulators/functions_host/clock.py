"""The time line of a task hub or a host: real time, or `scale` times faster from an origin."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

_MICROSECONDS = 1_000_000


class Clock:
    """All times that a task hub or a timer shows are read here, in microseconds since 1970.

    Whole numbers, because a timer that is due must never look one rounding error too early.
    """

    def __init__(
        self,
        scale: float = 1.0,
        origin: datetime | None = None,
        real_time: Callable[[], float] = time.time,
    ) -> None:
        """`scale`: shown seconds per real second. `origin`: the moment at which both agree."""
        self._scale = scale
        self._real_time = real_time
        self._origin = real_time() if origin is None else origin.timestamp()

    @property
    def scale(self) -> float:
        return self._scale

    @property
    def origin(self) -> datetime:
        return datetime.fromtimestamp(self._origin, UTC)

    def microseconds(self) -> int:
        elapsed = self._real_time() - self._origin
        return round((self._origin + elapsed * self._scale) * _MICROSECONDS)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.microseconds() / _MICROSECONDS, UTC)

    def real_seconds_until(self, moment: int) -> float:
        """How long to wait for `moment` (microseconds since 1970); negative when it has passed."""
        return (moment - self.microseconds()) / _MICROSECONDS / self._scale

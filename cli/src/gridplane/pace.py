"""When to look again at what goes on in the API: soon after news, later while there is none."""

from gridplane.answers import Answer

SOONEST_SECONDS = 1.0


class Pace:
    """Of one thing that is followed. `Retry-After` is for those that look at an even pace."""

    def __init__(self) -> None:
        self._wait = SOONEST_SECONDS

    def after(self, answer: Answer, *, is_news: bool) -> float:
        """Seconds to wait: one after news, then twice as long each time, up to `Retry-After`."""
        self._wait = SOONEST_SECONDS if is_news else self._wait * 2
        return min(self._wait, answer.retry_after)

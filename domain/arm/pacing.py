"""When an operation of Azure is polled again, and when a refused request is sent again."""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256

from domain.outcomes import Outcome


class PollKind(StrEnum):
    """The service whose operation is polled; each has its own pace."""

    AKS = "aks"
    FRONT_DOOR = "frontDoor"
    RESOURCE_GROUP = "resourceGroup"
    NETWORK = "network"


PACES: Mapping[str, float] = {
    # AKS never sends Retry-After. Polls read the cluster, whose reads are counted per cluster.
    PollKind.AKS: 15.0,
    # Front Door sends Retry-After 10 on the first answer and nothing on its polls.
    PollKind.FRONT_DOOR: 10.0,
    PollKind.RESOURCE_GROUP: 15.0,
    # Recorded: Retry-After 10 on creations and deletions, none on the approval of a connection.
    PollKind.NETWORK: 10.0,
}
"""Seconds between polls where Azure does not ask for others."""

VERIFIED_EVERY = 16
"""Polls, of which the last asks the operation itself, although its cluster moves: another may be
what moves it. Every eighth touched AKS's 2 operation reads per second in the worst minute of 100
creations at once."""

RETRY_SECONDS = 15.0
"""A busy cluster's 409 and a route's too-early 400 carry no Retry-After; 15 s is AKS's pace."""

SHORTEST_DELAY = 1.0
LONGEST_RETRY_AFTER = 600.0
"""No recorded Retry-After comes near; a longer pause would only hide the end."""

SPREAD_SECONDS = 15.0
"""Over which waiters come back whom Azure has told the same second: its buckets refill for all."""
MOST_DOUBLINGS = 4
"""Of the spread, one with each attempt, to 4 minutes: 400 waiters for a bucket that AKS refills
once a second would ask 25 times a second within 15 s, for ever."""


def asks_operation(poll: int, *, overdue_seconds: float) -> bool:
    """Whether the poll of this number has to ask the operation, whatever its cluster shows."""
    return poll % VERIFIED_EVERY == 0 or overdue_seconds >= 0


def decide_poll_delay(retry_after: float | None, kind: str) -> float:
    """Retry-After where Azure sent one, our own pace where not."""
    if retry_after is None:
        return PACES[kind]
    return min(max(retry_after, SHORTEST_DELAY), LONGEST_RETRY_AFTER)


def decide_first_poll(retry_after: float | None, shortest: float) -> float | None:
    """Retry-After of the answer that began an operation, and not before it can have ended.

    `shortest`: seconds that no operation of its kind has fallen below; 0 if that is unknown.
    """
    return max(retry_after or 0.0, shortest) if shortest else retry_after


def decide_poll_retry_after(poll: Outcome, key: str, attempt: int = 1) -> float | None:
    """Retry-After of the answer, spread where Azure did not take the poll, nor the `attempt` - 1
    before it."""
    if poll.answered or poll.retry_after_seconds is None:
        return poll.retry_after_seconds
    return spread(poll.retry_after_seconds, key, attempt)


def decide_retry_delay(
    outcome: Outcome, *, adopted: bool, seconds_left: float, key: str, attempt: int = 1
) -> float | None:
    """Seconds until the step begins again, the last time at its deadline unless Azure has asked
    for longer; None once its outcome is final.

    An adopted operation may have been sent for another specification, and failed because of it:
    after it the resource is looked at again at once.
    """
    time_left = seconds_left > 0
    if adopted and (outcome.is_success or (outcome.failure is not None and time_left)):
        return 0.0
    if outcome.failure is None or not outcome.failure.retryable or not time_left:
        return None
    asked = outcome.failure.retry_after_seconds
    if not asked:
        return RETRY_SECONDS
    asked = min(asked, LONGEST_RETRY_AFTER)
    return min(spread(asked, key, attempt), max(asked, seconds_left))


def decide_read_delay(outcome: Outcome, usual: float, key: str, attempt: int = 1) -> float:
    """Seconds until what has failed is tried again: Retry-After, spread, where Azure sent one."""
    asked = outcome.failure and outcome.failure.retry_after_seconds
    return spread(min(asked, LONGEST_RETRY_AFTER), key, attempt) if asked else usual


def spread(seconds: float, key: str, attempt: int = 1) -> float:
    """Never earlier, and the same for the same key: an orchestrator may not roll dice."""
    share = int.from_bytes(sha256(key.encode()).digest()[:4]) / 2**32
    width = SPREAD_SECONDS * 2 ** min(attempt - 1, MOST_DOUBLINGS)
    return round(seconds + width * share, 1)

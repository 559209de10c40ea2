"""Follows one share of the requests: until every gateway has it, and for its time after that."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from domain.outcomes import Outcome
from domain.serving.shift import (
    LEAST_ANSWERS,
    Comparison,
    compare,
    find_exceeded,
    gateways_not_shifted,
    has_arrived,
    traffic_unseen,
)
from domain.serving.traffic import TrafficLook
from domain.spec.update import RollbackBounds
from domain.wire import WireModel

WINDOW = timedelta(minutes=5)
"""Answers are judged over so much at a time: a version that fails late is not saved by an hour of
good answers."""

LOOK_SECONDS = 15.0


class Version(StrEnum):
    """One of two that serve side by side."""

    OLD = "old"
    NEW = "new"


class Share(WireModel):
    """A share of the requests, and what its answers are held to."""

    routes: str
    """What gateways call the routes that have it."""
    minutes: int
    bounds: RollbackBounds
    left_by: Version | None = None
    """The version that is sent nothing any more, and whose requests are to end."""
    old_milliseconds: float | None = None
    """An answer of the old version, as measured before in the same update."""


class ShareSeen(WireModel):
    """What was seen of a share so far."""

    until: AwareDatetime | None = None
    """None: not every gateway has it yet."""
    base: TrafficLook | None = None
    """Answers since then are judged."""
    base_at: AwareDatetime | None = None
    latest: TrafficLook | None = None
    old_milliseconds: float | None = None
    has_judged_latency: bool = False

    def describe(self, share: Share) -> str:
        if self.base is None or self.latest is None:
            return "Gateways are getting the new shares."
        seen = compare(self.base, self.latest)
        return " ".join((seen.describe(), *self._list_unjudged(share, seen)))

    def _list_unjudged(self, share: Share, seen: Comparison) -> Iterable[str]:
        if share.left_by is Version.NEW:
            return
        if seen.new.answered < LEAST_ANSWERS:
            yield f"Errors judged as a share of {LEAST_ANSWERS} answers, since there are fewer."
        if not self.has_judged_latency:
            yield (
                f"Latency not judged: that takes {LEAST_ANSWERS} answers of each version within "
                f"{WINDOW // timedelta(minutes=1)} minutes."
            )


def see(share: Share, seen: ShareSeen, look: TrafficLook | None, now: datetime) -> ShareSeen:
    """With one more look; None if it failed as a whole."""
    if look is None:
        return seen
    if seen.until is None or seen.base is None or seen.base_at is None:
        if not has_arrived(look, share.routes):
            return ShareSeen(latest=look)
        until = now + timedelta(minutes=share.minutes)
        return ShareSeen(
            until=until,
            base=look,
            base_at=now,
            latest=look,
            old_milliseconds=share.old_milliseconds,
        )
    base, base_at = seen.base, seen.base_at
    if seen.latest and now - base_at >= WINDOW:
        # A gateway that was not read is no new one, which would begin at zero.
        base = TrafficLook(gateways={**base.gateways, **seen.latest.gateways})
        base_at = now
    comparison = compare(base, look)
    measured = comparison.old_milliseconds or seen.old_milliseconds
    is_judged = bool(measured) and comparison.has_new_mean
    return seen.model_copy(
        update={
            "base": base,
            "base_at": base_at,
            "latest": look,
            "old_milliseconds": measured,
            "has_judged_latency": seen.has_judged_latency or is_judged,
        }
    )


def conclude(
    share: Share, seen: ShareSeen, look: TrafficLook | None, now: datetime, deadline: datetime
) -> Outcome | None:
    """None while it goes on. Its time ends with a look at every gateway, and with the requests
    under way at a version that is left, as far as there is time."""
    if seen.until is None or seen.base is None or seen.latest is None:
        is_late = now >= deadline - timedelta(minutes=share.minutes)
        return Outcome.failed(gateways_not_shifted(seen.latest, share.routes)) if is_late else None
    comparison = compare(seen.base, seen.latest)
    if exceeded := find_exceeded(comparison, share.bounds, seen.old_milliseconds):
        return Outcome.failed(exceeded)
    if now < seen.until:
        return None
    is_late = now >= deadline
    if look is None or look.unread:
        return Outcome.failed(traffic_unseen()) if is_late else None
    if count_active(look, share.left_by) and not is_late:
        return None
    known = seen.old_milliseconds
    return Outcome.succeeded(**({"oldMilliseconds": known} if known else {}))


def count_active(look: TrafficLook, version: Version | None) -> int:
    """Requests under way at a version that is sent no more."""
    if version is None:
        return 0
    gateways = look.gateways.values()
    return sum(g.old_active if version is Version.OLD else g.new_active for g in gateways)

"""Follows one share of the requests: until every gateway has it, and for its time after that."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from domain.outcomes import Outcome
from domain.serving.shift import (
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


class Share(WireModel):
    """A share of the requests, and what its answers are held to."""

    routes: str
    """What gateways call the routes that have it."""
    minutes: int
    bounds: RollbackBounds


class ShareSeen(WireModel):
    """What was seen of a share so far."""

    until: AwareDatetime | None = None
    """None: not every gateway has it yet."""
    base: TrafficLook | None = None
    """Answers since then are judged."""
    base_at: AwareDatetime | None = None
    latest: TrafficLook | None = None

    def describe(self) -> str:
        if self.base is None or self.latest is None:
            return "Gateways are getting the new shares."
        return compare(self.base, self.latest).describe()


def see(share: Share, seen: ShareSeen, look: TrafficLook | None, now: datetime) -> ShareSeen:
    """With one more look; None if it failed as a whole."""
    if look is None:
        return seen
    if seen.until is None or seen.base is None or seen.base_at is None:
        if not has_arrived(look, share.routes):
            return ShareSeen(latest=look)
        until = now + timedelta(minutes=share.minutes)
        return ShareSeen(until=until, base=look, base_at=now, latest=look)
    if seen.latest is None or now - seen.base_at < WINDOW:
        return seen.model_copy(update={"latest": look})
    # A gateway that was not read is no new one, which would begin at zero.
    base = TrafficLook(gateways={**seen.base.gateways, **seen.latest.gateways})
    return seen.model_copy(update={"base": base, "base_at": now, "latest": look})


def conclude(
    share: Share, seen: ShareSeen, look: TrafficLook | None, now: datetime, deadline: datetime
) -> Outcome | None:
    """None while it goes on. Its time ends with a look at every gateway."""
    if seen.until is None or seen.base is None or seen.latest is None:
        is_late = now >= deadline - timedelta(minutes=share.minutes)
        return Outcome.failed(gateways_not_shifted(seen.latest, share.routes)) if is_late else None
    if exceeded := find_exceeded(compare(seen.base, seen.latest), share.bounds):
        return Outcome.failed(exceeded)
    if now < seen.until:
        return None
    if look and not look.unread:
        return Outcome.succeeded()
    return Outcome.failed(traffic_unseen()) if now >= deadline else None

"""Counts requests against the limits and, while it is switched on, refuses those beyond them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from emulators.azure.arm.answers import ArmError
from emulators.azure.arm.routing import Match
from emulators.azure.clock import Clock
from emulators.azure.throttling import errors
from emulators.azure.throttling.bucket import Level, Limit, take
from emulators.azure.throttling.limits import (
    PER_PRINCIPAL,
    PER_SUBSCRIPTION,
    ProviderLimit,
    is_aks,
    kind_of,
    provider_limit,
)
from emulators.azure.throttling.usage import Usages

Refusal = Callable[[int], ArmError]
"""Makes the error of a bucket that is empty for so many seconds."""


class Throttling:
    """All buckets of one Azure. They are counted when it is off too, for the headers' sake."""

    def __init__(self, clock: Clock, enabled: bool = False) -> None:
        self._clock = clock
        self._levels: dict[str, Level] = {}
        self._usages = Usages()
        self.switch(enabled)

    def switch(self, enabled: bool, tokens: int | None = None) -> None:
        """Switch on or off. Each bucket starts again, full or with so many `tokens`."""
        self.enabled = enabled
        self._at_first = tokens
        self._began = self._clock.now()
        self._levels.clear()
        self._usages.clear()

    def refill(self) -> None:
        self.switch(self.enabled)

    def admit(self, match: Match, principal: str) -> dict[str, str]:
        """Count a request; answers the headers that tell what is left, or raises the refusal."""
        now = self._clock.now()
        headers = self._admit_to_arm(match, principal, now)
        limit = provider_limit(match.route)
        if limit is not None:
            self._admit_to_provider(match, limit, now)
        return headers

    def wire(self) -> dict[str, Any]:
        """The switch, the buckets that have been used, as they were then, and how much they were.

        Refused are requests that would have been while it is off, too.
        """
        levels = {name: level.tokens for name, level in sorted(self._levels.items())}
        return {"enabled": self.enabled, "tokens": levels, "usage": self._usages.wire()}

    def _admit_to_arm(self, match: Match, principal: str, now: datetime) -> dict[str, str]:
        kind = kind_of(match.route.method)
        subscription = match.params.get("subscription", "").lower()

        def refusal(wait: int) -> ArmError:
            return errors.subscription_requests_throttled(kind, subscription, principal, wait)

        prefix = "x-ms-ratelimit-remaining"
        own = PER_PRINCIPAL[kind]
        if not subscription:
            left = self._take(f"tenant {kind}", principal, own, now, refusal)
            return {f"{prefix}-tenant-{kind}": str(left)}
        left = self._take(f"subscription {kind}", principal, own, now, refusal)
        shared = PER_SUBSCRIPTION[kind]
        of_all = self._take(f"subscription {kind} in all", "", shared, now, refusal)
        return {
            f"{prefix}-subscription-{kind}": str(left),
            f"{prefix}-subscription-global-{kind}": str(of_all),
        }

    def _admit_to_provider(self, match: Match, each: ProviderLimit, now: datetime) -> None:
        scope = "/".join(match.params[name].lower() for name in each.scope)

        def refusal(wait: int) -> ArmError:
            if is_aks(match.route):
                return errors.aks_throttled(each.name, wait)
            return errors.resource_requests_throttled(each.name, each.limit, wait)

        self._take(each.name, scope, each.limit, now, refusal)

    def _take(self, name: str, scope: str, limit: Limit, now: datetime, refusal: Refusal) -> int:
        bucket = f"{name} of {scope}" if scope else name
        taken = take(limit, self._levels.get(bucket) or self._unused(limit), now)
        self._levels[bucket] = taken.level
        usage = self._usages.of(name, scope, limit, self._began)
        usage.count(now, taken.level.tokens, taken.wait > 0)
        if taken.wait and self.enabled:
            raise refusal(taken.wait)
        return taken.level.tokens

    def _unused(self, limit: Limit) -> Level:
        tokens = limit.burst if self._at_first is None else min(limit.burst, self._at_first)
        return Level(tokens, self._began)

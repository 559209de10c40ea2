"""What has reached the edge locations: every change does so minutes after its operation ended."""

import copy
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulators.azure.arm.platform import Platform
from emulators.azure.arm.resources import Resource
from emulators.azure.front_door.kinds import EDGE_PROPAGATION


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """A resource as it was when its change left for the edge."""

    resource: Resource
    properties: dict[str, Any]


class Deployments:
    """The properties of each resource as the edge has them now."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._properties: dict[str, dict[str, Any]] = {}
        self._arrival: dict[str, datetime] = {}
        self._underway: dict[str, deque[_Change]] = {}

    def begin(self, resource: Resource) -> None:
        """Send the resource, as it is now, on its way to the edge."""
        change = _Change(resource, copy.deepcopy(resource.properties))
        profile = "/".join(resource.key.split("/")[:9])
        underway = self._underway.setdefault(profile, deque())
        underway.append(change)

        def arrive() -> None:
            # Timers of a loaded machine go off in another order: what left before comes first.
            while change in underway:
                self._apply(underway.popleft())

        kind = resource.type.rpartition("/")[2]
        name = f"Front Door propagate {kind} {resource.name}"
        self._platform.operations.later(name, self._seconds(profile), arrive)

    def _apply(self, change: _Change) -> None:
        if self._platform.resources.holds(change.resource):
            self._properties[change.resource.key] = change.properties

    def _seconds(self, profile: str) -> float:
        """No change overtakes an older one of the same profile."""
        now = self._platform.clock.now()
        own = now + timedelta(seconds=self._platform.latencies.sample(EDGE_PROPAGATION))
        earliest = self._arrival.get(profile, now) + timedelta(seconds=1)
        self._arrival[profile] = max(own, earliest)
        return (self._arrival[profile] - now).total_seconds()

    def forget(self, resource: Resource) -> None:
        self._properties.pop(resource.key, None)

    def properties(self, resource: Resource) -> dict[str, Any] | None:
        """What the edge knows of the resource, or None when nothing has arrived yet."""
        return self._properties.get(resource.key)

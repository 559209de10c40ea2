"""What has reached the edge locations: every change does so minutes after its operation ended."""

import copy
from datetime import datetime, timedelta
from typing import Any

from simulator.arm.platform import Platform
from simulator.arm.resources import Resource
from simulator.front_door.kinds import EDGE_PROPAGATION


class Deployments:
    """The properties of each resource as the edge has them now."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._properties: dict[str, dict[str, Any]] = {}
        self._arrival: dict[str, datetime] = {}

    def begin(self, resource: Resource) -> None:
        """Send the resource, as it is now, on its way to the edge."""
        properties = copy.deepcopy(resource.properties)

        def arrive() -> None:
            if self._platform.resources.holds(resource):
                self._properties[resource.key] = properties

        kind = resource.type.rpartition("/")[2]
        name = f"Front Door propagate {kind} {resource.name}"
        self._platform.operations.later(name, self._seconds(resource), arrive)

    def _seconds(self, resource: Resource) -> float:
        """No change overtakes an older one of the same profile."""
        profile = "/".join(resource.key.split("/")[:9])
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

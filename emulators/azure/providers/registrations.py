"""Which resource providers the subscription has registered; at the start all of them.

How long registering takes was not recorded: documented as up to minutes, assumed here. That a
namespace which is not registered refuses reads as well as writes is assumed, too.
"""

from emulators.azure.arm.operations import Operations
from emulators.azure.latency import Duration, Latencies
from emulators.azure.providers import errors

REGISTERED = "Registered"
REGISTERING = "Registering"
UNREGISTERED = "Unregistered"
UNREGISTERING = "Unregistering"

CHANGE = Duration(20, 45, 90)

ALWAYS_REGISTERED = ("microsoft.resources", "microsoft.authorization")


class Registrations:
    """The registration state of each namespace, whose case does not matter."""

    def __init__(self, operations: Operations, latencies: Latencies) -> None:
        self._operations = operations
        self._latencies = latencies
        self._states: dict[str, str] = {}

    def state(self, namespace: str) -> str:
        return self._states.get(namespace.lower(), REGISTERED)

    def check(self, namespace: str) -> None:
        """Refuse a request to a provider that the subscription has not registered."""
        if self.state(namespace) != REGISTERED:
            raise errors.not_registered(namespace)

    def register(self, namespace: str) -> None:
        if self.state(namespace) != REGISTERED:
            self._change(namespace, REGISTERING, REGISTERED)

    def unregister(self, namespace: str) -> None:
        if namespace.lower() not in ALWAYS_REGISTERED and self.state(namespace) == REGISTERED:
            self._change(namespace, UNREGISTERING, UNREGISTERED)

    def _change(self, namespace: str, until: str, then: str) -> None:
        key = namespace.lower()
        if self._states.get(key) == until:
            return
        self._states[key] = until

        def arrive() -> None:
            if self._states.get(key) == until:
                self._states[key] = then

        name = f"ARM {until} {namespace}"
        self._operations.later(name, self._latencies.sample(CHANGE), arrive)

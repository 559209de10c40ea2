"""The control API of the broker: counts, entities, faults, and connections to break."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from emulators.azure.control.input import read_json
from emulators.azure.service_bus.broker import Broker
from emulators.azure.service_bus.settings import read_entities

Handler = Callable[[web.Request], Awaitable[Any]]


class ServiceBusControl:
    """Handlers below `/_simulator/service-bus`."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def handlers(self) -> dict[tuple[str, str], Handler]:
        return {
            ("GET", "/service-bus"): self.get,
            ("PUT", "/service-bus/entities"): self.put_entities,
            ("GET", "/service-bus/faults"): self.get_faults,
            ("POST", "/service-bus/faults"): self.post_fault,
            ("DELETE", "/service-bus/faults"): self.delete_faults,
            ("DELETE", "/service-bus/connections"): self.delete_connections,
        }

    async def get(self, request: web.Request) -> Any:
        return self._broker.wire()

    async def put_entities(self, request: web.Request) -> Any:
        """Create or update what the body names; everything else stays."""
        self._broker.declare(read_entities(await read_json(request)))
        return self._broker.wire()

    async def get_faults(self, request: web.Request) -> Any:
        return [fault.wire() for fault in self._broker.gate.faults]

    async def post_fault(self, request: web.Request) -> Any:
        return self._broker.gate.add(await read_json(request)).wire()

    async def delete_faults(self, request: web.Request) -> None:
        self._broker.gate.faults.clear()

    async def delete_connections(self, request: web.Request) -> None:
        """Break all connections without a word, as a broken network does."""
        self._broker.drop_connections()

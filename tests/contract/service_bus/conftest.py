"""The broker of simulated Azure in the test's event loop."""

from emulators.tests.contract.service_bus.conftest import clock, watched_asyncio

__all__ = ["clock", "watched_asyncio"]

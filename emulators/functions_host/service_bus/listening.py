"""Runs the listeners of all Service Bus triggers on an event loop and thread of their own.

Locks are renewed and messages settled there even while a function blocks the host's loop.
"""

import asyncio
import contextlib
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path

from azure.functions.meta import Datum

from emulators.functions_host.functions import IndexedFunction
from emulators.functions_host.invocation import Invoker
from emulators.functions_host.service_bus.connections import client_for
from emulators.functions_host.service_bus.deliveries import Deliveries
from emulators.functions_host.service_bus.listener import Listener
from emulators.functions_host.service_bus.processing import Invoke, Processing
from emulators.functions_host.service_bus.triggers import ServiceBusTrigger
from emulators.functions_host.service_bus_settings import ServiceBusSettings
from emulators.functions_host.settings_files import SettingsError

_log = logging.getLogger("emulators.functions_host.service_bus")


@contextlib.asynccontextmanager
async def listening(
    triggers: Sequence[ServiceBusTrigger],
    settings: ServiceBusSettings,
    invoker: Invoker,
    ca_bundle: Path | None = None,
) -> AsyncIterator[Callable[[float], Awaitable[None]]]:
    """Listen meanwhile; what is given lets running functions end and begins nothing new."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="service_bus", daemon=True)
    thread.start()
    deliveries = Deliveries()
    invoke = _invoke_on(asyncio.get_running_loop(), invoker)
    part = _Listeners(triggers, settings, invoke, ca_bundle)
    with contextlib.ExitStack() as servers:
        if any(trigger.function.settlement_parameter for trigger in triggers):
            servers.enter_context(_serving_settlement(deliveries, loop))
        # Kept until the end: asyncio itself refers to a task weakly, and the garbage collector
        # would end one that waits for nothing but its own children.
        run = asyncio.run_coroutine_threadsafe(part.run(deliveries), loop)

        async def drain(timeout: float) -> None:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(part.stop(timeout), loop))

        try:
            yield drain
        finally:
            # The broker sees the connections end with the process, which frees the sessions.
            loop.call_soon_threadsafe(loop.stop)
            if run.done() and not run.cancelled():
                _log.error("The listeners had ended: %s", run.exception())


@contextlib.contextmanager
def _serving_settlement(deliveries: Deliveries, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    # Its stubs come with the binding extension, which only apps that settle bring along.
    from emulators.functions_host.service_bus.settlement import (
        Settlement,
        start_settlement_server,
        worker_arguments,
    )

    server, port = start_settlement_server(Settlement(deliveries, loop))
    sys.argv[1:] = worker_arguments(port)
    try:
        yield
    finally:
        server.stop(grace=None)


def _invoke_on(loop: asyncio.AbstractEventLoop, invoker: Invoker) -> Invoke:
    async def invoke(
        function: IndexedFunction, datum: Datum, metadata: Mapping[str, Datum], reason: str
    ) -> None:
        run = invoker.invoke(function, datum, reason=reason, metadata=metadata)
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(run, loop))

    return invoke


class _Listeners:
    def __init__(
        self,
        triggers: Sequence[ServiceBusTrigger],
        settings: ServiceBusSettings,
        invoke: Invoke,
        ca_bundle: Path | None,
    ) -> None:
        self._triggers = triggers
        self._settings = settings
        self._invoke = invoke
        self._ca_bundle = ca_bundle
        self._listeners: list[Listener] = []

    async def run(self, deliveries: Deliveries) -> None:
        async with contextlib.AsyncExitStack() as clients:
            for trigger in self._triggers:
                try:
                    client = client_for(trigger.connection, os.environ, self._ca_bundle)
                except (SettingsError, ValueError) as error:
                    # Like the real host: this function is in error, the others run.
                    _log.error("Function %s cannot listen: %s", trigger.function.name, error)
                    continue
                await clients.enter_async_context(client)
                processing = Processing(trigger, self._invoke, deliveries, self._settings)
                listener = Listener(trigger, client, processing, deliveries, self._settings)
                self._listeners.append(listener)
            await asyncio.gather(*(listener.run() for listener in self._listeners))

    async def stop(self, timeout: float) -> None:
        await asyncio.gather(*(listener.drain(timeout) for listener in self._listeners))

"""Receives messages for one trigger: concurrently from a queue, in order within each session."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from azure.servicebus import NEXT_AVAILABLE_SESSION
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import OperationTimeoutError, ServiceBusError

from emulators.functions_host.service_bus.connections import describe
from emulators.functions_host.service_bus.deliveries import Deliveries
from emulators.functions_host.service_bus.lock_renewal import LockRenewal, renewed
from emulators.functions_host.service_bus.processing import Processing
from emulators.functions_host.service_bus.triggers import ServiceBusTrigger
from emulators.functions_host.service_bus_settings import ServiceBusSettings

_log = logging.getLogger("emulators.functions_host.service_bus")
_WAIT_SECONDS = 30.0
_FIRST_DELAY_SECONDS = 0.1
_LONGEST_DELAY_SECONDS = 2.0


class Listener:
    def __init__(
        self,
        trigger: ServiceBusTrigger,
        client: ServiceBusClient,
        processing: Processing,
        deliveries: Deliveries,
        settings: ServiceBusSettings,
    ) -> None:
        self._trigger = trigger
        self._client = client
        self._processing = processing
        self._deliveries = deliveries
        self._settings = settings
        self._is_away = True
        self._has_listened = False
        self._running: set[asyncio.Task[None]] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._is_stopping = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled."""
        if self._trigger.is_sessions_enabled:
            slots = self._settings.max_concurrent_sessions
            await asyncio.gather(*(self._keep(self._serve_session) for _ in range(slots)))
        else:
            await self._keep(self._serve_queue)

    async def drain(self, timeout: float) -> None:
        """Begin nothing new and let running functions end."""
        self._is_stopping.set()
        if self._running:
            await asyncio.wait(self._running, timeout=timeout)

    async def _keep(self, serve: Callable[[], Awaitable[None]]) -> None:
        delay = _FIRST_DELAY_SECONDS
        while not self._is_stopping.is_set():
            try:
                await serve()
                delay = _FIRST_DELAY_SECONDS
                continue
            except ServiceBusError as error:
                self._lost(error)
            except Exception:
                _log.exception("Listening on %s failed.", self._trigger.entity)
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LONGEST_DELAY_SECONDS)

    async def _serve_queue(self) -> None:
        slots = asyncio.Semaphore(self._settings.max_concurrent_calls)
        async with self._opened(self._receiver()) as receiver:
            self._found()
            while not self._is_stopping.is_set():
                await slots.acquire()
                messages: list[Any] = []
                try:
                    messages = await self._receive(receiver, _WAIT_SECONDS)
                finally:
                    if not messages:
                        slots.release()
                if messages and not self._is_stopping.is_set():
                    task = self._start(receiver, messages)
                    task.add_done_callback(lambda _: slots.release())

    async def _serve_session(self) -> None:
        """Hold one session until it has had no message for the idle timeout."""
        async with contextlib.AsyncExitStack() as stack:
            opening = self._opened(self._receiver(session_id=NEXT_AVAILABLE_SESSION))
            try:
                receiver = await stack.enter_async_context(opening)
            except OperationTimeoutError:
                self._found()
                return
            self._found()
            renewal = self._session_renewal(receiver)
            await stack.enter_async_context(renewed(renewal))
            held = stack.enter_context(self._deliveries.held_session(receiver))
            idle = self._settings.session_idle_timeout.total_seconds()
            while not held.is_released and not self._is_stopping.is_set():
                messages = await self._receive(receiver, idle)
                if not messages or self._is_stopping.is_set():
                    return
                renewal.restart()
                await self._start(receiver, messages)

    def _session_renewal(self, receiver: ServiceBusReceiver) -> LockRenewal:
        session = receiver.session
        return LockRenewal(
            session.renew_lock,
            lambda: session.locked_until_utc,
            self._settings.max_auto_lock_renewal,
        )

    def _receiver(self, **options: Any) -> ServiceBusReceiver:
        trigger = self._trigger
        options |= {
            "max_wait_time": _WAIT_SECONDS,
            "prefetch_count": self._settings.prefetch_count,
        }
        if trigger.queue:
            return self._client.get_queue_receiver(trigger.queue, **options)
        return self._client.get_subscription_receiver(
            trigger.topic, trigger.subscription, **options
        )

    @contextlib.asynccontextmanager
    async def _opened(self, receiver: ServiceBusReceiver) -> AsyncIterator[ServiceBusReceiver]:
        await receiver.__aenter__()
        try:
            yield receiver
        finally:
            # The lock is free at once, but the SDK then waits a second for a task of its own.
            closing = asyncio.create_task(receiver.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _receive(self, receiver: ServiceBusReceiver, seconds: float) -> list[Any]:
        most = self._settings.max_message_batch_size if self._trigger.takes_many else 1
        return await receiver.receive_messages(most, max_wait_time=seconds)

    def _start(self, receiver: ServiceBusReceiver, messages: list[Any]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._processing.process(receiver, messages))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def _found(self) -> None:
        if self._is_away:
            _log.info("%s: listens on %s.", self._trigger.function.name, self._trigger.entity)
        self._is_away = False

    def _lost(self, error: ServiceBusError) -> None:
        if not self._is_away or not self._has_listened:
            _log.warning(
                "Service Bus does not serve %s: %s", self._trigger.entity, describe(error)
            )
        self._is_away = self._has_listened = True

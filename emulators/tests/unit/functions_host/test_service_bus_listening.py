"""Listening goes on as long as the host runs."""

import asyncio
import gc
import threading
from datetime import timedelta
from typing import Any, cast

import pytest

from emulators.functions_host.invocation import Invoker
from emulators.functions_host.service_bus.listening import _Listeners, listening
from emulators.functions_host.service_bus_settings import ServiceBusSettings

SETTINGS = ServiceBusSettings(
    prefetch_count=0,
    auto_complete_messages=False,
    max_auto_lock_renewal=timedelta(minutes=5),
    max_concurrent_calls=1,
    max_concurrent_sessions=1,
    max_message_batch_size=1,
    session_idle_timeout=timedelta(seconds=1),
)


async def test_listeners_are_no_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits for its own children only is referred to by nothing but them."""
    begun, ended = threading.Event(), threading.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def run(self: _Listeners, deliveries: Any) -> None:
        loops.append(asyncio.get_running_loop())
        begun.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.set()

    monkeypatch.setattr(_Listeners, "run", run)
    async with listening([], SETTINGS, cast("Invoker", None)):
        assert await asyncio.to_thread(begun.wait, 5)
        (thread,) = [each for each in threading.enumerate() if each.name == "service_bus"]
        await asyncio.to_thread(gc.collect)
        assert not ended.is_set()
        (task,) = asyncio.all_tasks(loops[0])
        loops[0].call_soon_threadsafe(task.cancel)
        assert await asyncio.to_thread(ended.wait, 5)
    await asyncio.to_thread(thread.join, 5)
    loops[0].close()

"""Puts the host together: loads the app, serves HTTP and works for the task hub."""

import asyncio
import contextlib
import json
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from emulators.functions_host.admin_api import AdminApi
from emulators.functions_host.app_loader import load_app
from emulators.functions_host.clock import Clock
from emulators.functions_host.durable_client_binding import durable_client_binding
from emulators.functions_host.durable_worker import DurableWorker, hub_channel
from emulators.functions_host.functions import FunctionIndex, IndexedFunction, TriggerKind
from emulators.functions_host.http_server import (
    HttpFunctions,
    refuse_null_characters,
    route_table,
)
from emulators.functions_host.invocation import DurableClientInput, Invoker
from emulators.functions_host.invocation_context import InvocationContexts
from emulators.functions_host.log_levels import LevelFilter
from emulators.functions_host.management.api import add_management_routes
from emulators.functions_host.own_folder import make_own_folder
from emulators.functions_host.own_task_hub import OwnTaskHub
from emulators.functions_host.routes import RouteTable
from emulators.functions_host.service_bus.triggers import ServiceBusTrigger, trigger_of
from emulators.functions_host.settings import (
    HostSettings,
    apply_local_settings,
    read_host_settings,
    set_host_environment,
    thread_count,
)
from emulators.functions_host.start_report import report_start
from emulators.functions_host.timers.declarations import Timer, timers_of
from emulators.functions_host.timers.monitor import ScheduleMonitor
from emulators.functions_host.timers.timer_runs import TimerRuns
from emulators.functions_host.work_items import WorkItems

_log = logging.getLogger("emulators.functions_host")
_MAX_REQUEST_BYTES = 100 * 1024 * 1024
"""The limit of Azure's front ends."""
_DRAIN_SECONDS = 0.7
_SHUTDOWN_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class HostOptions:
    app_dir: Path
    host: str
    port: int
    task_hub: str | None
    ready_file: Path | None
    state_dir: Path
    clock: Clock
    ca_bundle: Path | None = None
    """Authorities that the host trusts instead of the public ones."""


@dataclass(frozen=True, slots=True)
class LoadedApp:
    functions: FunctionIndex
    settings: HostSettings
    routes: RouteTable[IndexedFunction]
    timers: tuple[Timer, ...]
    service_bus: tuple[ServiceBusTrigger, ...]


@dataclass(frozen=True, slots=True)
class _Running:
    """What the parts of a running host share."""

    app: LoadedApp
    invoker: Invoker
    url: str
    drains: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """How each part lets running work end; all at once, as a stop must take less than 2 s."""


def load(app_dir: Path, shown: LevelFilter) -> LoadedApp:
    """`shown` learns from host.json what to show, before the app can log anything."""
    apply_local_settings(app_dir, os.environ)
    set_host_environment(os.environ)
    settings = read_host_settings(app_dir, os.environ)
    shown.apply(settings.log_levels, os.environ)
    functions = load_app(app_dir)
    http = functions.of_kind(TriggerKind.HTTP)
    return LoadedApp(
        functions=functions,
        settings=settings,
        routes=route_table(http, settings.route_prefix),
        timers=timers_of(functions.of_kind(TriggerKind.TIMER), os.environ),
        service_bus=tuple(
            trigger_of(function, settings.service_bus, os.environ)
            for function in functions.of_kind(TriggerKind.SERVICE_BUS)
        ),
    )


async def run(app: LoadedApp, options: HostOptions, stopped: asyncio.Event) -> None:
    """Serve until `stopped` is set."""
    listener = socket.create_server((options.host, options.port))
    listener.setblocking(False)
    url = f"http://{options.host}:{listener.getsockname()[1]}"
    async with contextlib.AsyncExitStack() as parts:
        hub = await parts.enter_async_context(_task_hub(app, options))
        running = _Running(app, _invoker(app, options.app_dir, hub, url), url)
        server = web.Application(
            client_max_size=_MAX_REQUEST_BYTES, middlewares=[refuse_null_characters]
        )
        AdminApi(app.functions, running.invoker).add_routes(server)
        if hub is not None:
            await parts.enter_async_context(_durable(running, hub, server))
        await parts.enter_async_context(_http(running, server, listener))
        report_start(app.functions, app.settings, url)
        await parts.enter_async_context(_timers(running, options))
        await parts.enter_async_context(_service_bus(running, options.ca_bundle))
        if options.ready_file:
            _write_ready_file(options.ready_file, url)
        await stopped.wait()
        _log.info("Functions host stops.")
        await asyncio.gather(*(drain() for drain in running.drains))


@contextlib.asynccontextmanager
async def _task_hub(app: LoadedApp, options: HostOptions) -> AsyncIterator[str | None]:
    """Give the address of the hub to work for; None when the app has nothing durable."""
    if options.task_hub or not app.functions.needs_task_hub:
        yield options.task_hub
        return
    own = OwnTaskHub(options.state_dir, options.clock, app.settings.default_version)
    try:
        address = await own.start()
        keeper = asyncio.create_task(own.keep_running())
        try:
            yield address
        finally:
            keeper.cancel()
    finally:
        await own.stop()


def _invoker(app: LoadedApp, app_dir: Path, hub: str | None, url: str) -> Invoker:
    binding = durable_client_binding(
        hub_name=app.settings.hub_name, hub_address=hub or "", host_url=url
    )
    pool = ThreadPoolExecutor(thread_count(os.environ), thread_name_prefix="functions")
    return Invoker(DurableClientInput(binding), InvocationContexts(str(app_dir)), pool)


@contextlib.asynccontextmanager
async def _durable(running: _Running, hub: str, server: web.Application) -> AsyncIterator[None]:
    app = running.app
    channel = hub_channel(hub)
    add_management_routes(server, channel, app.functions, app.settings.hub_name)
    worker = DurableWorker(channel, WorkItems(app.functions, running.invoker), app.settings)
    running.drains.append(lambda: worker.drain(_DRAIN_SECONDS))
    working = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        working.cancel()
        await channel.close()


@contextlib.asynccontextmanager
async def _timers(running: _Running, options: HostOptions) -> AsyncIterator[None]:
    timers = running.app.timers
    if any(timer.use_monitor for timer in timers):
        make_own_folder(options.state_dir)
    monitor = ScheduleMonitor(options.state_dir / "timers")
    runs = TimerRuns(running.invoker, options.clock, monitor)
    running.drains.append(lambda: runs.drain(_DRAIN_SECONDS))
    firing = asyncio.create_task(runs.run(timers))
    try:
        yield
    finally:
        firing.cancel()


@contextlib.asynccontextmanager
async def _service_bus(running: _Running, ca_bundle: Path | None) -> AsyncIterator[None]:
    if not running.app.service_bus:
        yield
        return
    # Only apps with such triggers need the Service Bus SDK.
    from emulators.functions_host.service_bus.listening import listening

    settings = running.app.settings.service_bus
    triggers = running.app.service_bus
    async with listening(triggers, settings, running.invoker, ca_bundle) as drain:
        running.drains.append(lambda: drain(_DRAIN_SECONDS))
        yield


@contextlib.asynccontextmanager
async def _http(
    running: _Running, server: web.Application, listener: socket.socket
) -> AsyncIterator[None]:
    HttpFunctions(running.app.routes, running.invoker).add_routes(server)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    try:
        yield
    finally:
        await runner.cleanup()


def _write_ready_file(path: Path, url: str) -> None:
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_text(json.dumps({"url": url, "pid": os.getpid()}))
    unfinished.replace(path)

"""Puts the host together: loads the app, serves HTTP and works for the task hub."""

import asyncio
import json
import logging
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from functions_host.app_loader import load_app
from functions_host.durable_client_binding import durable_client_binding
from functions_host.durable_worker import DurableWorker, hub_channel
from functions_host.functions import FunctionIndex, TriggerKind
from functions_host.http_server import HttpFunctions
from functions_host.invocation import DurableClientInput, Invoker
from functions_host.invocation_context import InvocationContexts
from functions_host.settings import HostSettings, apply_local_settings, read_host_settings
from functions_host.work_items import WorkItems

_log = logging.getLogger("functions_host")
_MAX_REQUEST_BYTES = 100 * 1024 * 1024
"""The limit of Azure's front ends."""
_DRAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class HostOptions:
    app_dir: Path
    host: str
    port: int
    task_hub: str | None
    ready_file: Path | None


@dataclass(frozen=True, slots=True)
class LoadedApp:
    functions: FunctionIndex
    settings: HostSettings


def load(app_dir: Path) -> LoadedApp:
    apply_local_settings(app_dir, os.environ)
    settings = read_host_settings(app_dir, os.environ)
    return LoadedApp(load_app(app_dir), settings)


async def run(app: LoadedApp, options: HostOptions, stopped: asyncio.Event) -> None:
    """Serve until `stopped` is set."""
    listener = _listen(options.host, options.port)
    url = f"http://{options.host}:{listener.getsockname()[1]}"
    assert options.task_hub is not None
    channel = hub_channel(options.task_hub)
    invoker = Invoker(
        DurableClientInput(
            durable_client_binding(
                hub_name=app.settings.hub_name, hub_address=options.task_hub, host_url=url
            )
        ),
        InvocationContexts(str(options.app_dir)),
        ThreadPoolExecutor(thread_name_prefix="functions"),
    )
    worker = DurableWorker(channel, WorkItems(app.functions, invoker), app.settings)
    server = web.Application(client_max_size=_MAX_REQUEST_BYTES)
    functions = HttpFunctions(
        app.functions.of_kind(TriggerKind.HTTP),
        route_prefix=app.settings.route_prefix,
        invoker=invoker,
    )
    server.router.add_route("*", "/{path:.*}", functions.handle)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    working = asyncio.create_task(worker.run())
    _log.info("Functions host listens on %s with %d functions.", url, len(app.functions.functions))
    if options.ready_file:
        _write_ready_file(options.ready_file, url)
    await stopped.wait()
    working.cancel()
    await worker.drain(_DRAIN_SECONDS)
    await runner.cleanup()
    await channel.close()


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.create_server((host, port))
    listener.setblocking(False)
    return listener


def _write_ready_file(path: Path, url: str) -> None:
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_text(json.dumps({"url": url, "pid": os.getpid()}))
    unfinished.replace(path)

"""Runs the simulator as a process: opens the port, tells where it is, and ends on a signal."""

import asyncio
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from simulator.clock import Clock
from simulator.server import SUBSCRIPTION_ID, TENANT_ID, Simulator, log
from simulator.service_bus.settings import DEFAULT_ENTITIES, Entities
from simulator.tls import make_tls

SHUTDOWN_SECONDS = 0.3
"""What open requests, such as watches, may take twice before the process ends without them."""


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A simulator that accepts connections."""

    simulator: Simulator
    runner: web.AppRunner
    url: str

    async def stop(self) -> None:
        await self.runner.cleanup()


@dataclass(frozen=True, slots=True)
class ServiceBusOptions:
    """Where the broker listens, 0 taking a free port, and what it has at the start."""

    port: int = 0
    entities: Entities = DEFAULT_ENTITIES


async def start(
    clock: Clock,
    work_dir: Path,
    port: int = 0,
    seed: int = 1,
    service_bus: ServiceBusOptions = ServiceBusOptions(),
    throttled: bool = False,
) -> RunningSimulator:
    """Open the ports on the loopback interface and write the ready file."""
    tls = make_tls()
    work_dir.mkdir(parents=True, exist_ok=True)
    ca_bundle = work_dir / "ca.pem"
    ca_bundle.write_bytes(tls.ca_pem)
    simulator = Simulator(clock, tls.ca_pem, seed, service_bus.entities, throttled)
    runner = web.AppRunner(simulator.app(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls.context).start()
    await simulator.service_bus.start(service_bus.port)
    url = f"https://127.0.0.1:{runner.addresses[0][1]}"
    ready = {
        "url": url,
        "caBundle": str(ca_bundle.resolve()),
        "identityEndpoint": f"{url}/msi/token",
        "identityHeader": simulator.identity_header,
        "subscriptionId": SUBSCRIPTION_ID,
        "tenantId": TENANT_ID,
        "serviceBus": simulator.service_bus.connection_string,
        "pid": os.getpid(),
    }
    _write_atomically(work_dir / "simulator.json", json.dumps(ready, indent=2))
    log.info("Simulated Azure answers at %s, %g times as fast as real time.", url, clock.scale)
    return RunningSimulator(simulator, runner, url)


async def run_until_signal(
    clock: Clock,
    work_dir: Path,
    port: int,
    seed: int,
    service_bus: ServiceBusOptions,
    throttled: bool = False,
) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    running = await start(clock, work_dir, port, seed, service_bus, throttled)
    await stopped.wait()
    await running.stop()
    log.info("Stopped.")


def _write_atomically(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(path)

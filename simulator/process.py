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


async def start(clock: Clock, work_dir: Path, port: int = 0, seed: int = 1) -> RunningSimulator:
    """Open the port on the loopback interface and write the ready file."""
    tls = make_tls()
    work_dir.mkdir(parents=True, exist_ok=True)
    ca_bundle = work_dir / "ca.pem"
    ca_bundle.write_bytes(tls.ca_pem)
    simulator = Simulator(clock, tls.ca_pem, seed)
    runner = web.AppRunner(simulator.app(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls.context).start()
    url = f"https://127.0.0.1:{runner.addresses[0][1]}"
    ready = {
        "url": url,
        "caBundle": str(ca_bundle.resolve()),
        "identityEndpoint": f"{url}/msi/token",
        "identityHeader": simulator.identity_header,
        "subscriptionId": SUBSCRIPTION_ID,
        "tenantId": TENANT_ID,
        "pid": os.getpid(),
    }
    _write_atomically(work_dir / "simulator.json", json.dumps(ready, indent=2))
    log.info("Simulated Azure answers at %s, %g times as fast as real time.", url, clock.scale)
    return RunningSimulator(simulator, runner, url)


async def run_until_signal(clock: Clock, work_dir: Path, port: int, seed: int) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    running = await start(clock, work_dir, port, seed)
    await stopped.wait()
    await running.stop()
    log.info("Stopped.")


def _write_atomically(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(path)

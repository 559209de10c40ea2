"""Runs the simulator as a process: opens the port, tells where it is, and ends on a signal."""

import asyncio
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from emulators.azure import saved_state
from emulators.azure.arm.sizes import MAX_HEAD_BYTES
from emulators.azure.clock import Clock
from emulators.azure.identity import MANAGED_IDENTITY
from emulators.azure.latency import AS_MEASURED, Timing
from emulators.azure.log_analytics.workspace import WORKSPACE_ID
from emulators.azure.saved_state import SavedState
from emulators.azure.server import SUBSCRIPTION_ID, TENANT_ID, Simulator, log
from emulators.azure.service_bus.settings import DEFAULT_ENTITIES, Entities
from emulators.azure.signing import SigningKey
from emulators.azure.tls import Tls, make_tls

SHUTDOWN_SECONDS = 0.3
"""What open requests, such as watches, may take twice before the process ends without them."""


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A simulator that accepts connections."""

    simulator: Simulator
    runner: web.AppRunner
    url: str
    tls: Tls
    state_file: Path | None = None

    async def stop(self) -> None:
        """Save the state first, if there is a file for it: what ends afterwards is let go."""
        if self.state_file is not None:
            self.simulator.service_bus.drop_connections()
            state = SavedState(self.simulator, self.tls.ca_pem, self.tls.ca_key_pem)
            saved_state.save(self.state_file, state)
            log.info("Saved what there is into %s.", self.state_file)
        await self.runner.cleanup()


@dataclass(frozen=True, slots=True)
class ServiceBusOptions:
    """Where the broker listens, 0 taking a free port, and what it has at the start."""

    port: int = 0
    entities: Entities = DEFAULT_ENTITIES


@dataclass(frozen=True, slots=True)
class Options:
    """How a simulator is started. Port 0 is a free one.

    With a `state_file` it goes on from what is saved there, and saves at its end. It makes a
    certificate of its own, and a key that signs tokens, unless one is given.
    """

    port: int = 0
    seed: int = 1
    service_bus: ServiceBusOptions = ServiceBusOptions()
    throttled: bool = False
    timing: Timing = AS_MEASURED
    runs_programs: bool = True
    state_file: Path | None = None
    tls: Tls | None = None
    signing_key: SigningKey | None = None


async def start(clock: Clock, work_dir: Path, options: Options = Options()) -> RunningSimulator:
    """Open the ports on the loopback interface and write the ready file. Raises CannotBeRead."""
    saved = take_state(options.state_file, clock) if options.state_file else None
    tls = make_tls(saved.ca_pem, saved.ca_key_pem) if saved else options.tls or make_tls()
    work_dir.mkdir(parents=True, exist_ok=True)
    ca_bundle = work_dir / "ca.pem"
    ca_bundle.write_bytes(tls.ca_pem)
    simulator = _simulator(saved, clock, tls, options)
    runner = web.AppRunner(
        simulator.app(),
        access_log=None,
        shutdown_timeout=SHUTDOWN_SECONDS,
        # The gateway of ARM refuses what is too large for it, in Azure's words.
        max_line_size=2 * MAX_HEAD_BYTES,
        max_field_size=2 * MAX_HEAD_BYTES,
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", options.port, ssl_context=tls.context).start()
    await simulator.service_bus.start(options.service_bus.port, tls.context)
    url = f"https://127.0.0.1:{runner.addresses[0][1]}"
    ready = _describe(simulator, url, ca_bundle)
    _write_atomically(work_dir / "simulator.json", json.dumps(ready, indent=2))
    log.info("Simulated Azure answers at %s, %g times as fast as real time.", url, clock.scale)
    return RunningSimulator(simulator, runner, url, tls, options.state_file)


def take_state(state_file: Path, clock: Clock) -> SavedState | None:
    """What is saved, once: it is of no use any more when the process has gone on from it."""
    if not state_file.exists():
        return None
    saved = saved_state.load(state_file, clock)
    state_file.unlink()
    return saved


def _simulator(saved: SavedState | None, clock: Clock, tls: Tls, options: Options) -> Simulator:
    if saved is None:
        entities = options.service_bus.entities
        return Simulator(
            clock,
            tls.ca_pem,
            options.seed,
            entities,
            options.throttled,
            options.timing,
            options.runs_programs,
            options.signing_key,
        )
    saved.simulator.resume()
    return saved.simulator


async def run_until_signal(clock: Clock, work_dir: Path, options: Options) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    running = await start(clock, work_dir, options)
    await stopped.wait()
    await running.stop()
    log.info("Stopped.")


def _describe(simulator: Simulator, url: str, ca_bundle: Path) -> dict[str, Any]:
    """What a client needs to know."""
    return {
        "url": url,
        "caBundle": str(ca_bundle.resolve()),
        "identityEndpoint": f"{url}/msi/token",
        "identityHeader": simulator.identity_header,
        "subscriptionId": SUBSCRIPTION_ID,
        "tenantId": TENANT_ID,
        "managedIdentity": {
            "clientId": MANAGED_IDENTITY.client_id,
            "principalId": MANAGED_IDENTITY.object_id,
        },
        "servicePrincipal": {
            "clientId": simulator.application.principal.client_id,
            "principalId": simulator.application.principal.object_id,
            "clientSecret": simulator.application.secret,
        },
        "logWorkspace": {
            "id": WORKSPACE_ID,
            "resourceId": simulator.azure.log_workspace.resource_id,
        },
        "serviceBus": simulator.service_bus.connection_string,
        "serviceBusNamespace": simulator.service_bus.fully_qualified_namespace,
        "pid": os.getpid(),
    }


def _write_atomically(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(path)

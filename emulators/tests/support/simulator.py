"""Starts simulated Azure for a test, inside the test's event loop or as a process of its own."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from emulators.azure.clock import Clock
from emulators.azure.process import Options, RunningSimulator, start
from emulators.tests.support.tls import shared_signing_key, shared_tls

REPOSITORY = Path(__file__).parents[3]
TEST_TIME_SCALE = 2000.0


@dataclass(frozen=True, slots=True)
class SimulatorAddress:
    """What the ready file says; client id and secret are those of the service principal."""

    url: str
    ca_bundle: str
    identity_endpoint: str
    identity_header: str
    subscription_id: str
    tenant_id: str
    client_id: str
    client_secret: str
    log_workspace_id: str
    log_workspace_resource_id: str

    def environment(self) -> dict[str, str]:
        """Variables with which azure-identity and the SDKs find this Azure."""
        return {
            "IDENTITY_ENDPOINT": self.identity_endpoint,
            "IDENTITY_HEADER": self.identity_header,
            "REQUESTS_CA_BUNDLE": self.ca_bundle,
            "SSL_CERT_FILE": self.ca_bundle,
        }


def read_address(ready_file: Path) -> SimulatorAddress:
    ready = json.loads(ready_file.read_text())
    return SimulatorAddress(
        url=ready["url"],
        ca_bundle=ready["caBundle"],
        identity_endpoint=ready["identityEndpoint"],
        identity_header=ready["identityHeader"],
        subscription_id=ready["subscriptionId"],
        tenant_id=ready["tenantId"],
        client_id=ready["servicePrincipal"]["clientId"],
        client_secret=ready["servicePrincipal"]["clientSecret"],
        log_workspace_id=ready["logWorkspace"]["id"],
        log_workspace_resource_id=ready["logWorkspace"]["resourceId"],
    )


@contextlib.asynccontextmanager
async def simulator_in_process(
    work_dir: Path, clock: Clock | None = None, seed: int = 1
) -> AsyncIterator[tuple[RunningSimulator, SimulatorAddress]]:
    """The simulator in the running event loop, with its objects at hand."""
    options = Options(seed=seed, tls=shared_tls(), signing_key=shared_signing_key())
    running = await start(clock or Clock(TEST_TIME_SCALE), work_dir, options)
    try:
        yield running, read_address(work_dir / "simulator.json")
    finally:
        await running.stop()


@contextlib.contextmanager
def simulator_process(
    work_dir: Path,
    scale: float = TEST_TIME_SCALE,
    seed: int = 1,
    origin: datetime | None = None,
    throttled: bool = False,
) -> Iterator[SimulatorAddress]:
    """The simulator as its own process, as the local stack runs it."""
    command = [sys.executable, "-m", "emulators.azure", "--port", "0", "--work-dir", str(work_dir)]
    command += ["--time-scale", str(scale), "--seed", str(seed)]
    if origin is not None:
        command += ["--clock-origin", origin.isoformat()]
    if throttled:
        command.append("--throttling")
    with (work_dir / "simulator.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, stderr=log, env=dict(os.environ))
    try:
        yield read_address(_await_file(work_dir / "simulator.json", process))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _await_file(path: Path, process: subprocess.Popen[bytes], seconds: float = 60.0) -> Path:
    end = time.monotonic() + seconds
    while not path.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"The simulator did not start: see {path.parent}/simulator.log")
        time.sleep(0.02)
    return path


class Control:
    """The control API of a running simulator."""

    def __init__(self, session: aiohttp.ClientSession, address: SimulatorAddress) -> None:
        self._session = session
        self._url = f"{address.url}/_simulator"

    async def call(
        self, method: str, path: str, body: object = None, expected: int | None = None
    ) -> Any:
        """The answer's JSON; fails on another status than the expected, or on any error."""
        async with self._session.request(method, f"{self._url}{path}", json=body) as response:
            answer = await response.json() if response.content_length else None
            if expected is not None:
                assert response.status == expected, answer
            else:
                assert response.status < 400, answer
            return answer

    async def state(self) -> Any:
        return await self.call("GET", "/state")

    async def add_fault(self, **fault: object) -> Any:
        return await self.call("POST", "/faults", fault)

    async def requests(self) -> Any:
        return await self.call("GET", "/requests")

    async def set_quota(self, region: str, name: str, limit: int) -> None:
        await self.call("PUT", "/quota", {"region": region, "name": name, "limit": limit})


async def eventually(condition: Any, seconds: float = 60.0) -> None:
    """Let other tasks run until the condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)

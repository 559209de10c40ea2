"""The life of a container that is a process: pulled, started, probed, and started again.

Probes ask the process itself. As it takes real time to start, a startup probe fails it only after
some real seconds, however fast simulated time runs.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable
from typing import Any

import aiohttp

from emulators.azure.kubernetes.config_volumes import PodVolumes
from emulators.azure.kubernetes.controllers.container_worker import ContainerWorker
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.controllers.pod_view import PodView
from emulators.azure.kubernetes.faults import ImageFault, ImageOutcome
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.probes import Probe, named_port
from emulators.azure.kubernetes.processes.container_process import ContainerProcess
from emulators.azure.kubernetes.processes.programs import Program
from emulators.azure.kubernetes.processes.running import Processes

POLL_SECONDS = 0.05
"""Of real time, between two looks at a process."""

READY_POLL_SECONDS = 2.0
"""Of real time, between two looks at a process that is ready: fast simulated time would make
probes of it the simulator's main work."""

PATIENCE_SECONDS = 30.0
"""Of real time, that each process may take to start."""

_NOT_STARTED = 128


class ProcessWorker(ContainerWorker):
    """Goes on until its task is cancelled; the process then is whoever's that ends the pod."""

    def __init__(
        self,
        machinery: Machinery,
        view: PodView,
        container: Object,
        pulled: set[str],
        environments: dict[str, dict[str, str]],
        pod: Object,
        volumes: PodVolumes,
        processes: Processes,
        program: Program,
    ) -> None:
        super().__init__(machinery, view, container, pulled, environments, volumes)
        self._manifest = pod
        self._processes = processes
        self._program = program

    async def run(self) -> None:
        found: dict[str, Any] = self._pod.container(self._name)
        restarts: int = found.get("restartCount", 0)
        is_running = "running" in found.get("state", {})
        while True:
            if not is_running:
                await self._pulls.run()
                await self._start()
            failure = await self._live()
            await self._back_off(failure, restarts)
            restarts += 1
            is_running = False

    def _pull_fault(self, image: str) -> ImageFault | None:
        if self._program.binary is None and image == self._image:
            return ImageFault(ImageOutcome.PULL_FAILS, message=self._program.advice)
        return super()._pull_fault(image)

    async def _live(self) -> ImageFault:
        """From the start of the process to its end, which is returned."""
        crash = self._fault(ImageOutcome.CRASHES)
        if crash is not None:
            await self._machinery.clock.sleep(crash.after_seconds)
            return crash
        try:
            process = self._processes.start(
                self._manifest, self._container, self._program, self._volumes
            )
        except OSError as failure:
            return ImageFault(
                ImageOutcome.CRASHES, str(failure), exit_code=_NOT_STARTED, reason="StartError"
            )
        ended = asyncio.ensure_future(_end_of(process))
        try:
            return await self._watch(process, ended)
        finally:
            ended.cancel()

    async def _watch(self, process: ContainerProcess, ended: "asyncio.Future[int]") -> ImageFault:
        if not await self._has_started(ended):
            self._pod.normal(
                "Killing", f"Container {self._name} failed startup probe, will be restarted"
            )
            process.kill()
        elif not ended.done():
            self._pod.set_container(self._name, started=True)
            await self._keep_readiness(ended)
        code = await ended
        reason = "Error" if code else "Completed"
        return ImageFault(ImageOutcome.CRASHES, exit_code=code, reason=reason)

    async def _has_started(self, ended: "asyncio.Future[int]") -> bool:
        """False when it has to be killed."""
        probe = Probe.read(self._container.get("startupProbe"))
        if probe is None:
            return True
        began, give_up_at = time.monotonic(), self._seconds() + probe.budget_seconds
        while not ended.done():
            if await self._answers_probe("startupProbe"):
                return True
            is_late = time.monotonic() - began > PATIENCE_SECONDS
            if is_late and self._seconds() > give_up_at:
                return False
            await self._pause(probe, ended)
        return True

    async def _keep_readiness(self, ended: "asyncio.Future[int]") -> None:
        probe = Probe.read(self._container.get("readinessProbe"))
        if probe is None:
            self._pod.set_container(self._name, ready=True)
            return
        failures = 0
        while not ended.done():
            if await self._answers_probe("readinessProbe"):
                failures = 0
                self._set_ready(True)
                await _until(ended, asyncio.sleep(READY_POLL_SECONDS))
            else:
                failures += 1
                refusal = probe.refusal(self._pod.address, self._container)
                self._pod.warning("Unhealthy", f"Readiness probe failed: {refusal}")
                if failures >= probe.failure_threshold:
                    self._set_ready(False)
            await self._pause(probe, ended)

    def _set_ready(self, ready: bool) -> None:
        if self._pod.container(self._name).get("ready") is not ready:
            self._pod.set_container(self._name, ready=ready)

    async def _pause(self, probe: Probe, ended: "asyncio.Future[int]") -> None:
        """A period of the probe, but never less of real time than a look takes."""
        await _until(ended, asyncio.sleep(POLL_SECONDS))
        await _until(ended, self._machinery.clock.sleep(probe.period_seconds))

    async def _answers_probe(self, field: str) -> bool:
        if self._fault(ImageOutcome.NEVER_READY):
            return False
        manifest = self._container[field]
        address = self._processes.address_of(self._manifest["metadata"]["uid"])
        timeout = float(manifest.get("timeoutSeconds", 1))
        if "httpGet" in manifest:
            asked = manifest["httpGet"]
            port = named_port(asked["port"], self._container)
            return await _answers_http(f"http://{address}:{port}{asked.get('path', '/')}", timeout)
        if "tcpSocket" in manifest:
            port = named_port(manifest["tcpSocket"]["port"], self._container)
            return await _accepts(address, port, timeout)
        return True

    def _seconds(self) -> float:
        return self._machinery.clock.now().timestamp()


async def _end_of(process: ContainerProcess) -> int:
    """Its exit code, once it has one; what it writes meanwhile is read."""
    while (code := process.exit_code) is None:
        process.read()
        await asyncio.sleep(POLL_SECONDS)
    process.read()
    return code


async def _until(ended: "asyncio.Future[int]", pause: Awaitable[None]) -> None:
    waiting = asyncio.ensure_future(pause)
    try:
        await asyncio.wait({ended, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


async def _answers_http(url: str, timeout: float) -> bool:
    limit = aiohttp.ClientTimeout(total=timeout)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.get(url, headers={"User-Agent": "kube-probe/1.33"}) as answer,
        ):
            return 200 <= answer.status < 400
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False


async def _accepts(address: str, port: int, timeout: float) -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(timeout):
            _, writer = await asyncio.open_connection(address, port)
            writer.close()
            return True
    return False

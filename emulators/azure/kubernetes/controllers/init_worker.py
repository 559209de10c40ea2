"""One init container's life: started again until it ends with 0, and then left alone."""

from typing import Any

from emulators.azure.kubernetes import container_states, durations
from emulators.azure.kubernetes.controllers.container_worker import ContainerWorker
from emulators.azure.kubernetes.faults import ImageFault, ImageOutcome
from emulators.azure.kubernetes.processes.script import ScriptEnd, is_script, run_script

LONGEST_MESSAGE = 2048
"""Bytes of the log that become the message of an end: the kubelet's limit for its tail."""

_NOT_STARTED = 128


class InitWorker(ContainerWorker):
    """Scripts that read blobs run on this machine; every other init container succeeds at once,
    unless a fault says otherwise."""

    async def run(self) -> None:
        found: dict[str, Any] = self._pod.container(self._name)
        restarts: int = found.get("restartCount", 0)
        while not found.get("ready"):
            await self._pulls.run()
            await self._start()
            failure = await self._run_to_end()
            if failure is None:
                return self._complete()
            await self._back_off(failure, restarts)
            restarts += 1

    async def _run_to_end(self) -> ImageFault | None:
        await self._machinery.latencies.wait(
            f"Kubernetes run init container {self._name}", durations.CONTAINER_START
        )
        crash = self._fault(ImageOutcome.CRASHES)
        if crash is not None:
            return crash
        if not is_script(self._container, self._volumes):
            return None
        environment = self._environments[self._name]
        try:
            end = await run_script(
                self._container, environment, self._volumes, self._machinery.now
            )
        except OSError as failure:
            return ImageFault(
                ImageOutcome.CRASHES, str(failure), exit_code=_NOT_STARTED, reason="StartError"
            )
        return self._failure_of(end)

    def _failure_of(self, end: ScriptEnd) -> ImageFault | None:
        if end.exit_code == 0:
            return None
        from_log = self._container["terminationMessagePolicy"] == "FallbackToLogsOnError"
        message = end.output[-LONGEST_MESSAGE:] if from_log else ""
        return ImageFault(ImageOutcome.CRASHES, message, exit_code=end.exit_code)

    def _complete(self) -> None:
        running: dict[str, Any] = self._pod.container(self._name)["state"].get("running", {})
        started_at, now = running.get("startedAt", ""), self._machinery.now()
        ended = container_states.terminated(0, "Completed", started_at, now, "")
        self._pod.set_container(self._name, state=ended, ready=True)

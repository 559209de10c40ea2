"""How the processes of a pod end: preStop hook, SIGTERM, and SIGKILL after the grace period."""

import asyncio
import contextlib

from emulators.azure.clock import Clock
from emulators.azure.kubernetes.controllers.process_worker import POLL_SECONDS
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.processes.container_process import ContainerProcess
from emulators.azure.kubernetes.processes.running import Processes


async def end_processes(processes: Processes, pod: Object, grace: float, clock: Clock) -> None:
    """Within the grace period of simulated time, which the hooks count for, too."""
    uid = pod["metadata"]["uid"]
    containers = {each["name"]: each for each in pod["spec"]["containers"]}
    ending = [
        _end(processes, uid, containers[name], process)
        for name, process in processes.of_pod(uid)
        if name in containers
    ]
    work = asyncio.gather(*ending)
    deadline = asyncio.ensure_future(clock.sleep(grace))
    try:
        await asyncio.wait({work, deadline}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        deadline.cancel()
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        processes.forget(uid)


async def _end(
    processes: Processes, uid: str, container: Object, process: ContainerProcess
) -> None:
    hook = ((container.get("lifecycle") or {}).get("preStop") or {}).get("exec")
    try:
        if hook is not None and process.exit_code is None:
            await _run(processes.rewritten(uid, container["name"], hook["command"]))
    finally:
        process.terminate()
    while process.exit_code is None:
        await asyncio.sleep(POLL_SECONDS)


async def _run(command: list[str]) -> None:
    """A hook in its own process group, which is ended with whatever waits for it."""
    hook = ContainerProcess.of_hook()
    with contextlib.suppress(OSError):
        hook.start(command, {"PATH": "/usr/local/bin:/usr/bin:/bin"})
    try:
        while hook.exit_code is None:
            await asyncio.sleep(POLL_SECONDS)
    finally:
        hook.kill()

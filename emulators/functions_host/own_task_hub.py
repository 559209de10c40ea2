"""The task hub that the host starts for itself when it is given none."""

import asyncio
import json
import logging
import os
import sys
from pathlib import Path

from emulators.functions_host.clock import Clock
from emulators.functions_host.own_folder import make_own_folder

_log = logging.getLogger("emulators.functions_host")
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 15.0
_STOP_SECONDS = 0.8
_LOOK_SECONDS = 0.02
_RESTART_SECONDS = 0.5


class TaskHubStartError(Exception):
    """The task hub did not start."""


class OwnTaskHub:
    """Keeps its database in the host's own folder, so the next start goes on from there."""

    def __init__(self, folder: Path, clock: Clock, default_version: str | None = None) -> None:
        self._folder = folder
        self._default_version = default_version
        self._clock = clock
        self._process: asyncio.subprocess.Process | None = None
        self._port = 0

    async def start(self) -> str:
        """Start the process and return its address."""
        make_own_folder(self._folder)
        address = await self._launch()
        self._port = int(address.rpartition(":")[2])
        return address

    async def keep_running(self) -> None:
        """Start it again at the same address whenever it ends."""
        while True:
            if self._process is not None:
                code = await self._process.wait()
                _log.error("The task hub ended with code %s; it is started again.", code)
            await asyncio.sleep(_RESTART_SECONDS)
            try:
                await self._launch()
            except TaskHubStartError as error:
                _log.error("%s", error)

    async def stop(self) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _launch(self) -> str:
        ready_file = self._folder / "task_hub.json"
        ready_file.unlink(missing_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "emulators.functions_host.dependent_task_hub",
            str(self._folder / "lock"),
            "--database",
            str(self._folder / "task_hub.db"),
            "--port",
            str(self._port),
            "--ready-file",
            str(ready_file),
            "--time-scale",
            str(self._clock.scale),
            "--clock-origin",
            self._clock.origin.isoformat(),
            *(("--default-version", self._default_version) if self._default_version else ()),
            stdin=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": _python_path()},
            # Ctrl-C in a terminal is for the host, which then ends the hub.
            start_new_session=True,
        )
        await _wait_until_ready(self._process, ready_file)
        return json.loads(ready_file.read_text())["address"]


async def _wait_until_ready(process: asyncio.subprocess.Process, ready_file: Path) -> None:
    deadline = asyncio.get_running_loop().time() + _START_SECONDS
    while not ready_file.exists():
        if process.returncode is not None:
            raise TaskHubStartError("The task hub ended before it was ready.")
        if asyncio.get_running_loop().time() > deadline:
            raise TaskHubStartError(f"The task hub was not ready after {_START_SECONDS:g} s.")
        await asyncio.sleep(_LOOK_SECONDS)


def _python_path() -> str:
    """The app's folder is the working folder, so the child has to be told where it comes from."""
    inherited = os.environ.get("PYTHONPATH")
    return os.pathsep.join([str(_PACKAGE_ROOT), *([inherited] if inherited else [])])

"""Runs the shell script of a container to its end, in a folder with what the container mounts."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.azure.kubernetes.config_volumes import PodVolumes
from emulators.azure.kubernetes.expansion import build_command_line
from emulators.azure.kubernetes.processes.container_process import ContainerProcess
from emulators.azure.kubernetes.processes.rewriting import LOOPBACK, Rewriting

SHELLS = ("/bin/sh", "sh")
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 60.0
"""Of real time, until a script is killed."""

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class ScriptEnd:
    exit_code: int
    output: str


def is_script(container: Mapping[str, Any], volumes: PodVolumes) -> bool:
    """Of the shell alone, and about blobs: whatever else a container would do to its own machine
    is not done to this one."""
    words = build_command_line(container)
    mounted = {each["name"] for each in container.get("volumeMounts") or []}
    return bool(words) and words[0] in SHELLS and bool(mounted & volumes.blobs.keys())


async def run_script(
    container: Mapping[str, Any],
    environment: Mapping[str, str],
    volumes: PodVolumes,
    now: Callable[[], str],
) -> ScriptEnd:
    """Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="simulated-script-") as home:
        folders = _write_mounts(container, volumes, Path(home))
        rewriting = Rewriting(LOOPBACK, folders, lambda namespace, name: LOOPBACK)
        words = [rewriting.text(each) for each in build_command_line(container)]
        variables = {name: rewriting.text(text) for name, text in environment.items()}
        process = ContainerProcess(Path(home) / "log", now)
        try:
            process.start(words, {"PATH": _PATH, **variables})
            await _await_end(process)
        finally:
            process.kill()
        process.read()
        output = "".join(f"{line.text}\n" for line in process.lines)
        return ScriptEnd(process.exit_code or 0, output)


async def _await_end(process: ContainerProcess) -> None:
    began = time.monotonic()
    while process.exit_code is None and time.monotonic() - began < PATIENCE_SECONDS:
        await asyncio.sleep(POLL_SECONDS)


def _write_mounts(
    container: Mapping[str, Any], volumes: PodVolumes, home: Path
) -> dict[str, Path]:
    """The folder that stands for each path. Names that lead out of it are left out."""
    folders: dict[str, Path] = {}
    for index, mount in enumerate(container.get("volumeMounts") or []):
        folder = folders[mount["mountPath"]] = home / f"mount-{index}"
        folder.mkdir()
        for name, content in volumes.mounted(mount).items():
            file = (folder / name).resolve()
            if file.is_relative_to(folder.resolve()):
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
    return folders

"""All containers of a cluster that are processes, with the folders that they read."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from emulators.azure.kubernetes.config_volumes import PodVolumes
from emulators.azure.kubernetes.expansion import build_command_line, build_environment
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.processes.config_folder import ConfigFolder
from emulators.azure.kubernetes.processes.container_process import ContainerProcess, Line
from emulators.azure.kubernetes.processes.loopback import next_address
from emulators.azure.kubernetes.processes.programs import Program, command_of, program_of
from emulators.azure.kubernetes.processes.rewriting import Rewriting, own_ports

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

Key = tuple[str, str]
"""The uid of a pod and the name of a container."""


TakeLine = Callable[[Object, str, str], None]
"""Gets each line that a container writes: its pod, its name, the text."""


class Processes:
    """Starts and knows them; `stop` leaves none behind."""

    def __init__(
        self,
        now: Callable[[], str],
        address_of_service: Callable[[str, str], str],
        take_line: TakeLine = lambda pod, container, text: None,
        runs_programs: Callable[[], bool] = lambda: True,
    ) -> None:
        self._now = now
        self._take_line = take_line
        self._runs_programs = runs_programs
        self._address_of_service = address_of_service
        self._addresses: dict[str, str] = {}
        self._running: dict[Key, ContainerProcess] = {}
        self._previous: dict[Key, ContainerProcess] = {}
        self._rewritings: dict[Key, tuple[Rewriting, frozenset[int]]] = {}
        self._folder: Path | None = None

    def program_of(self, container: Object) -> Program | None:
        """None for a container that is made up."""
        return program_of(container["image"]) if self._runs_programs() else None

    def start(
        self, pod: Object, container: Object, program: Program, volumes: PodVolumes
    ) -> ContainerProcess:
        """Raises OSError."""
        key = (pod["metadata"]["uid"], container["name"])
        home = self._home(key)
        rewriting = self._prepare(pod, container, volumes, home)
        ports = own_ports(list(volumes.files_of(container).values()))
        words = [rewriting.text(each, ports) for each in build_command_line(container)]
        process = ContainerProcess(
            home / f"log-{len(list(home.glob('log-*')))}",
            self._now,
            partial(self._take_line, pod, container["name"]),
        )
        if key in self._running:
            self._previous[key] = self._running[key]
        self._running[key] = process
        self._rewritings[key] = (rewriting, ports)
        process.start(command_of(program, words), {"PATH": _PATH, **build_environment(container)})
        return process

    def find(self, pod: Object, container: str) -> ContainerProcess | None:
        return self._running.get((pod["metadata"]["uid"], container))

    def of_pod(self, uid: str) -> Iterator[tuple[str, ContainerProcess]]:
        """With the names of their containers."""
        for (owner, name), process in list(self._running.items()):
            if owner == uid:
                yield name, process

    def rewritten(self, uid: str, container: str, words: list[str]) -> list[str]:
        """A command that is to run in the container."""
        rewriting, ports = self._rewritings[uid, container]
        return [rewriting.text(each, ports) for each in words]

    def address_of(self, uid: str) -> str:
        """Where the processes of a pod listen."""
        return self._addresses.setdefault(uid, next_address())

    def lines(self, pod: Object, container: str, previous: bool = False) -> list[Line] | None:
        """The log of a container; None for one that has no process."""
        known = self._previous if previous else self._running
        process = known.get((pod["metadata"]["uid"], container))
        if process is None:
            return None
        process.read()
        return list(process.lines)

    def forget(self, uid: str) -> None:
        """The pod is gone, and whatever still runs in it."""
        keys = {key for key in (*self._running, *self._previous) if key[0] == uid}
        for key in keys:
            for known in (self._previous, self._running):
                if process := known.pop(key, None):
                    process.finish()
            self._rewritings.pop(key, None)
            shutil.rmtree(self._home(key), ignore_errors=True)
        self._addresses.pop(uid, None)

    def stop(self) -> None:
        for uid in {uid for uid, _ in self._running}:
            self.forget(uid)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _prepare(
        self, pod: Object, container: Object, volumes: PodVolumes, home: Path
    ) -> Rewriting:
        """The folders of the container's mounts with their files, and again after each sync."""
        mounts = {
            each["mountPath"]: (each["name"], home / "mounts" / str(index))
            for index, each in enumerate(container.get("volumeMounts") or [])
        }
        rewriting = Rewriting(
            self.address_of(pod["metadata"]["uid"]),
            {path: folder for path, (_, folder) in mounts.items()},
            self._address_of_service,
        )

        def write() -> None:
            for name, folder in mounts.values():
                files = volumes.files(name)
                ConfigFolder(folder).write(
                    {path: rewriting.file(content) for path, content in files.items()}
                )

        write()
        if (pod["metadata"]["uid"], container["name"]) not in self._rewritings:
            volumes.listen(write)
        return rewriting

    def _home(self, key: Key) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="simulated-pods-"))
        home = self._folder / key[0] / key[1]
        home.mkdir(parents=True, exist_ok=True)
        return home

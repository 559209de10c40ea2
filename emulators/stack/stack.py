"""The three processes that run Gridplane on one machine."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulators.stack.api import SimulatedAzure
from emulators.stack.model_callers import MODEL_API_ID, register_callers
from emulators.stack.processes import Command, Launch, ManagedProcess, launch, start_process
from emulators.stack.saved_stack import SavedStack, find_clock_origin, simulated_time

PROJECT = Path(__file__).parents[2]
DEFAULT_TIME_SCALE = 60.0


@dataclass(slots=True)
class Stack:
    """Each process can be killed and restarted separately; ports stay the same."""

    work_dir: Path
    time_scale: float = DEFAULT_TIME_SCALE
    seed: int = 1
    app_port: int = 0
    simulator_port: int = 0
    task_hub_port: int = 0
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    """App settings, in addition to those that the stack sets."""
    app_folder: Path = PROJECT
    latency_share: float = 1.0
    """How long operations of simulated Azure take, as a share of the measured durations."""
    gpu_boot_after: float = 0.0
    """The share of a cluster's creation after which its GPU pools begin to boot."""
    task_hub_options: Sequence[str] = ()
    """Arguments of the task hub, in addition to those that the stack sets."""
    simulator_options: Sequence[str] = ()
    """Arguments of simulated Azure, in addition to those that the stack sets."""
    keeps_state: bool = False
    """Save the state when stopped, and resume from it when started."""
    is_resumed: bool = False
    """Whether it was started from a saved state."""
    clock_origin: datetime = field(default_factory=lambda: datetime.now(UTC))
    launch: Launch = launch
    processes: dict[str, ManagedProcess] = field(default_factory=dict[str, ManagedProcess])

    @property
    def simulator(self) -> Mapping[str, Any]:
        return self.processes["simulator"].ready

    @property
    def app_url(self) -> str:
        return self.processes["app"].ready["url"]

    @property
    def task_hub_address(self) -> str:
        return self.processes["task-hub"].ready["address"]

    @property
    def simulator_url(self) -> str:
        return self.simulator["url"]

    @property
    def ca_bundle(self) -> str:
        return self.simulator["caBundle"]

    def start(self) -> None:
        """Resumes from the saved state if the stack keeps one; otherwise starts from scratch."""
        saved = SavedStack.read(self._saved_file) if self.keeps_state else None
        self.is_resumed = saved is not None
        if saved:
            self._resume(saved)
        else:
            shutil.rmtree(self.work_dir, ignore_errors=True)
            self.work_dir.mkdir(parents=True)
        self.start_simulator()
        self.start_task_hub()
        self.start_app()

    def start_simulator(self) -> None:
        arguments = [
            *("emulators.azure", "--port", str(self.simulator_port), "--seed", str(self.seed)),
            *("--work-dir", str(self.work_dir), *self._clock_arguments()),
            *("--latency-share", str(self.latency_share)),
            *("--gpu-boot-after", str(self.gpu_boot_after)),
            *(("--state-file", str(self._state_file)) if self.keeps_state else ()),
            *self.simulator_options,
        ]
        self._run("simulator", arguments, self.work_dir / "simulator.json")
        self.simulator_port = _port(self.simulator_url)
        with SimulatedAzure(self.simulator_url, self.ca_bundle) as azure:
            register_callers(azure)

    def start_task_hub(self) -> None:
        ready_file = self.work_dir / "task-hub.json"
        arguments = [
            *("emulators.functions_host.task_hub", "--port", str(self.task_hub_port)),
            *("--database", str(self.work_dir / "task-hub.db")),
            *("--ready-file", str(ready_file), *self._clock_arguments()),
            *(("--move-time-line",) if self.is_resumed else ()),
            *self._version_arguments(),
            *self.task_hub_options,
        ]
        self._run("task-hub", arguments, ready_file)
        self.task_hub_port = _port(self.task_hub_address)

    def start_app(self) -> None:
        ready_file = self.work_dir / "app.json"
        arguments = [
            *(
                "emulators.functions_host",
                "start",
                "--app",
                str(self.app_folder),
                "--port",
                str(self.app_port),
            ),
            *("--task-hub", self.task_hub_address, "--ready-file", str(ready_file)),
            *("--state-dir", str(self.work_dir / "host"), *self._clock_arguments()),
            *("--ca-bundle", self.ca_bundle),
        ]
        self._run("app", arguments, ready_file, self._app_settings())
        self.app_port = _port(self.app_url)

    def restart_app(self) -> None:
        """Kills the Functions host (kill -9) and starts it again."""
        self.processes["app"].kill()
        self.start_app()

    def restart_task_hub(self) -> None:
        """Kills the task hub (kill -9) and starts it again."""
        self.processes["task-hub"].kill()
        self.start_task_hub()

    def stop(self) -> None:
        for process in reversed(self.processes.values()):
            process.stop()
        if self.keeps_state and self._state_file.exists():
            self._save()

    def find_ended(self) -> ManagedProcess | None:
        """A process that has ended, if there is one."""
        ended = (p for p in self.processes.values() if p.popen.poll() is not None)
        return next(ended, None)

    def describe(self) -> dict[str, Any]:
        """Addresses and identifiers that a tool needs to use this stack."""
        return {
            "functionApp": self.app_url,
            "simulator": self.simulator_url,
            "taskHub": self.task_hub_address,
            "caBundle": self.ca_bundle,
            "serviceBus": self.simulator["serviceBus"],
            "subscriptionId": self.simulator["subscriptionId"],
            "identityEndpoint": self.simulator["identityEndpoint"],
            "identityHeader": self.simulator["identityHeader"],
            "timeScale": self.time_scale,
            "processIds": {name: p.popen.pid for name, p in self.processes.items()},
        }

    @property
    def _saved_file(self) -> Path:
        return self.work_dir / "saved-stack.json"

    @property
    def _state_file(self) -> Path:
        return self.work_dir / "azure.state"

    def _resume(self, saved: SavedStack) -> None:
        """A saved state is used once: after a kill, task hub and Azure are inconsistent."""
        self._saved_file.unlink()
        self.app_port = self.app_port or saved.app_port
        self.simulator_port, self.task_hub_port = saved.simulator_port, saved.task_hub_port
        moment = datetime.fromisoformat(saved.stopped_at)
        self.clock_origin = find_clock_origin(moment, self.time_scale, datetime.now(UTC))

    def _save(self) -> None:
        now = simulated_time(self.clock_origin, self.time_scale, datetime.now(UTC))
        ports = (self.app_port, self.simulator_port, self.task_hub_port)
        SavedStack(now.isoformat(), *ports).write(self._saved_file)

    def _clock_arguments(self) -> list[str]:
        origin = self.clock_origin.isoformat()
        return ["--time-scale", str(self.time_scale), "--clock-origin", origin]

    def _version_arguments(self) -> list[str]:
        """As the Durable extension, which is a part of the host, reads it."""
        durable = json.loads((self.app_folder / "host.json").read_text())["extensions"]
        version = durable["durableTask"].get("defaultVersion")
        return ["--default-version", version] if version else []

    def _app_settings(self) -> dict[str, str]:
        """The same settings as in Azure, with the simulator's addresses."""
        return {
            "AZURE_SUBSCRIPTION_ID": self.simulator["subscriptionId"],
            "ARM_ENDPOINT": self.simulator_url,
            "METRICS_ENDPOINT": self.simulator_url,
            "LOG_QUERY_ENDPOINT": self.simulator_url,
            "RETAIL_PRICES_URL": self.simulator_url,
            "COST_MANAGEMENT": "true",
            "LOG_WORKSPACE_ID": self.simulator["logWorkspace"]["id"],
            "LOG_WORKSPACE_RESOURCE_ID": self.simulator["logWorkspace"]["resourceId"],
            "CA_BUNDLE": self.ca_bundle,
            "EDGE_ADDRESS": self.simulator_url.removeprefix("https://"),
            "REGISTRY_ADDRESS": self.simulator_url.removeprefix("https://"),
            "IDENTITY_ENDPOINT": self.simulator["identityEndpoint"],
            "IDENTITY_HEADER": self.simulator["identityHeader"],
            "TENANT_ID": self.simulator["tenantId"],
            "MODEL_AUDIENCE": MODEL_API_ID,
            "ENTRA_AUTHORITY": self.simulator_url,
            "ENTRA_CA_FILE": self.ca_bundle,
            **self._service_bus_settings(),
            **self.settings,
        }

    def _service_bus_settings(self) -> dict[str, str]:
        """As in Azure, by name and identity; by key where this machine has no address for it."""
        namespace = self.simulator["serviceBusNamespace"]
        if namespace is None:
            return {"SERVICE_BUS": self.simulator["serviceBus"]}
        return {
            "SERVICE_BUS__fullyQualifiedNamespace": namespace,
            "SERVICE_BUS__credential": "managedidentity",
            "SERVICE_BUS__clientId": self.simulator["managedIdentity"]["clientId"],
        }

    def _run(
        self,
        name: str,
        arguments: list[str],
        ready_file: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        log_file = self.work_dir / f"{name}.log"
        command = Command(arguments, environment or {}, PROJECT, log_file)
        self.processes[name] = start_process(name, command, ready_file, self.launch)


@contextmanager
def running_stack(work_dir: Path, **options: Any) -> Iterator[Stack]:
    """A stack that is always stopped at the end."""
    stack = Stack(work_dir, **options)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])

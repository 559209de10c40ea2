"""A cluster whose pods have logs, as its API answers to questions for them."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from clients.answers import KubernetesRefused
from clients.factory import ClientFactory
from clients.pod_logs import PodLogsClient
from domain.serving.pod_logs import PodLogAnswer, PodLogQuery

POD = "fraud-llm-6d4c7b8f9-x2x7k"


def log_pod(name: str = POD, phase: str = "Running", ready: bool = True) -> dict[str, Any]:
    return {
        "metadata": {"name": name},
        "status": {
            "phase": phase,
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
            "containerStatuses": [{"restartCount": 2}],
        },
    }


@dataclass
class FakePodLogs:
    """Lines by pod, each with its time; in `previous` those of the container before.

    It stands for the factory of clients, too, whose only cluster it is; `error` is what meets a
    caller who connects.
    """

    lines: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: {POD: []})
    previous: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    pods: list[dict[str, Any]] = field(default_factory=lambda: [log_pod()])
    started: bool = True
    next_pods: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Of the version that an update has brought beside the one that serves."""
    error: Exception | None = None
    asked: list[Mapping[str, str]] = field(default_factory=list)
    settings: Any = field(default_factory=lambda: SimpleNamespace(subscription_id="0"))

    def write(self, at: str, text: str, pod: str = POD) -> None:
        self.lines.setdefault(pod, []).append((at, text))

    async def read(self, query: PodLogQuery) -> PodLogAnswer:
        return await PodLogsClient(cast("ClientFactory", self)).read(query)

    @asynccontextmanager
    async def kubernetes(self, cluster_id: str) -> AsyncGenerator["FakePodLogs"]:
        assert cluster_id.endswith("/managedClusters/gp-fraud-llm-westeurope")
        if self.error:
            raise self.error
        yield self

    async def list_pods(self, namespace: str, labels: dict[str, str]) -> list[dict[str, Any]]:
        assert namespace == "inference"
        if labels == {"app.kubernetes.io/name": "fraud-llm-next"}:
            return self.next_pods
        assert labels == {"app.kubernetes.io/name": "fraud-llm"}
        return self.pods

    async def read_log(self, namespace: str, name: str, options: Mapping[str, str]) -> str:
        """As the kubelet: from a whole second on, or the last lines, up to a number of bytes."""
        assert namespace == "inference"
        self.asked.append(options)
        if not self.started:
            raise KubernetesRefused(400, "BadRequest", f'container in pod "{name}" is waiting')
        written = (self.previous if options.get("previous") else self.lines).get(name, [])
        since = options.get("sinceTime", "").removesuffix("Z")
        found = [line for line in written if line[0] >= since]
        if "tailLines" in options:
            found = found[-int(options["tailLines"]) :]
        text = "".join(f"{at} {line}\n" for at, line in found).encode()
        return text[: int(options["limitBytes"])].decode()

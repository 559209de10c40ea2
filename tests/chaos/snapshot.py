"""What a chaos run knows at its end, read from every side once and then only compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.environment.operation import parse_operation_id
from tests.chaos.plan import Door, DriftKind


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the run did to the stack, in simulated time."""

    at: datetime
    kind: str
    text: str
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it was made, and its answer; for a message, that the broker has taken it."""

    environment: str
    command: str
    door: Door
    request_id: str
    sent_at: datetime
    answered_at: datetime
    status: int | None = None
    """None if the request was never answered, and for a message."""
    operation_id: str | None = None
    code: str | None = None
    """Of the error."""


@dataclass(frozen=True, slots=True)
class Orchestration:
    """An instance in the task hub. Its times have the resolution of a second."""

    id: str
    name: str
    status: str
    created_at: datetime
    ended_at: datetime
    request_id: str | None = None
    kind: str | None = None
    predecessor: str | None = None
    output: Any = None

    @property
    def environment(self) -> str | None:
        """None unless it is an operation's own orchestration."""
        parsed = parse_operation_id(self.id)
        return parsed.environment if parsed else None

    @property
    def is_sweep(self) -> bool:
        return self.id.startswith("sweep")

    @property
    def has_ended(self) -> bool:
        return self.status in ("Completed", "Failed", "Terminated")

    @property
    def has_been_canceled(self) -> bool:
        return isinstance(self.output, dict) and self.output.get("status") == "Canceled"

    @property
    def has_failed(self) -> bool:
        """Whether it reached another end than success."""
        return isinstance(self.output, dict) and self.output.get("status") != "Succeeded"


@dataclass(frozen=True, slots=True)
class EdgeAnswer:
    """What the public endpoint says to a question. Status 0: there is no such endpoint."""

    status: int
    retry_after: str | None = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    message_id: str
    reason: str
    description: str


@dataclass(frozen=True, slots=True)
class Drifted:
    environment: str
    kind: DriftKind
    at: datetime


@dataclass(frozen=True, slots=True)
class GpuNode:
    """A GPU node in simulated Azure."""

    environment: str
    region: str
    name: str
    cluster_id: str
    vm_size: str
    zone: str
    """Such as `westeurope-1`; `0` if it is in none."""


@dataclass(frozen=True, slots=True)
class Replica:
    """A pod of the model that is not being deleted."""

    pod: str
    image: str
    is_next: bool
    """Whether it belongs to a version that came beside the one that serves."""


@dataclass(frozen=True, slots=True)
class Creation:
    """The time that simulated Azure took to create a cluster."""

    cluster: str
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    names: Sequence[str]
    """Of all environments of the plan."""
    environments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Views by name; those that do not exist are absent."""
    operations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Views by id, of those that the records still hold."""
    orchestrations: Sequence[Orchestration] = ()
    resources: Sequence[str] = ()
    """Ids of groups and resources in simulated Azure, host names of addresses."""
    gpu_nodes: Sequence[GpuNode] = ()
    replicas: Mapping[str, Sequence[Replica]] = field(default_factory=dict)
    """By environment, of those that are Ready."""
    creations: Sequence[Creation] = ()
    edges: Mapping[str, EdgeAnswer] = field(default_factory=dict)
    sent: Sequence[Sent] = ()
    waiting_messages: int = 0
    """How many messages are still on the queue."""
    dead_letters: Sequence[DeadLetter] = ()
    completed_messages: Mapping[str, str] = field(default_factory=dict)
    """Operation ids by message id, as the app logged them."""
    interrupted_messages: frozenset[str] = frozenset()
    """Ids of messages whose settlement the connection's end left without an answer."""
    drifted: Sequence[Drifted] = ()
    decisions: Sequence[Mapping[str, Any]] = ()
    """Of the latest sweep."""

    def says_remaining_is_unknown(self, name: str) -> bool:
        """Whether the latest operation warns that it could not list what remains."""
        latest = self.operations.get(self.operations_of(name)[-1].id, {})
        codes = {warning["code"] for warning in latest.get("warnings", ())}
        return "RemainingResourcesUnknown" in codes

    def operations_of(self, name: str) -> list[Orchestration]:
        found = [each for each in self.orchestrations if each.environment == name]
        return sorted(found, key=lambda each: int(each.id.rpartition(".")[2]))

    def find_operation(self, operation_id: str) -> Orchestration | None:
        return next((o for o in self.orchestrations if o.id == operation_id), None)

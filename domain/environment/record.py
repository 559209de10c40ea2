"""The record of one environment: what is wanted, what phase it is in, what was done and said."""

from typing import Any

from pydantic import AwareDatetime, Field

from domain.environment.idle_notes import IdleNotes
from domain.environment.kept_pool import KeptPool
from domain.environment.operation import Operation
from domain.environment.operation_request import IdempotencyRecord
from domain.environment.phases import Phase
from domain.outcomes import Failure, Outcome
from domain.spec.model import EnvironmentSpec
from domain.wire import WireModel


class Event(WireModel):
    """One line of the timeline."""

    at: AwareDatetime
    type: str
    message: str
    operation_id: str | None = None
    evidence: dict[str, Any] | None = None


class CellState(WireModel):
    region: str
    cluster_id: str = ""
    external_ip: str = ""
    fqdn: str = ""
    nodes: int = 0


class EnvironmentRecord(WireModel):
    name: str
    phase: Phase
    spec: EnvironmentSpec
    sequence: int
    """Operations begun so far; the next one's id is derived from it."""
    generation: int
    """Specs accepted so far."""
    revision: int
    """Changes of this record so far; its ETag."""
    created_at: AwareDatetime
    updated_at: AwareDatetime
    active_operation: str | None = None
    endpoint: str | None = None
    cells: tuple[CellState, ...] = ()
    failure: Failure | None = None
    remaining: tuple[str, ...] = ()
    """Ids of Azure resources that a failed or canceled operation left behind."""
    kept_pools: dict[str, KeptPool] = Field(default_factory=dict[str, KeptPool])
    """By region: the GPU pools' settings before they went to zero, which waking goes back to."""
    idle_notes: IdleNotes = IdleNotes()
    operations: tuple[Operation, ...] = ()
    events: tuple[Event, ...] = ()
    requests: tuple[IdempotencyRecord, ...] = ()
    """The latest requests that came with an id of their caller's, the oldest first."""

    @property
    def etag(self) -> str:
        """Entity tag of the record's present state, with its quotation marks."""
        return f'"{self.sequence}-{self.revision}"'

    def find_operation(self, operation_id: str) -> Operation | None:
        return next((o for o in self.operations if o.id == operation_id), None)

    def find_request(self, request_id: str) -> IdempotencyRecord | None:
        return next((r for r in self.requests if r.id == request_id), None)


class OperationEnd(WireModel):
    """What an orchestration tells the record last."""

    operation_id: str
    phase: Phase
    outcome: Outcome
    at: AwareDatetime
    endpoint: str | None = None
    cells: tuple[CellState, ...] = ()
    remaining: tuple[str, ...] = ()

"""The record of one environment: its specification, phase, operations and timeline."""

from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime, Field

from domain.environment.applied_spec import AppliedSpec
from domain.environment.approval import ApprovedPlan
from domain.environment.counters import CounterNote
from domain.environment.former_version import FormerVersion
from domain.environment.found_profile import FoundProfile
from domain.environment.gpu_usage import GpuUsage
from domain.environment.health import Health
from domain.environment.idle_notes import IdleNotes
from domain.environment.kept_pool import KeptPool
from domain.environment.metric_history import MetricHistory
from domain.environment.operation import Operation, OperationKind
from domain.environment.operation_request import IdempotencyRecord
from domain.environment.past_days import PastDay
from domain.environment.phases import UNSUCCESSFUL, Phase
from domain.environment.pinned_image import PinnedImage
from domain.environment.use_history import UseHistory
from domain.environment.versions import EnvironmentVersion
from domain.outcomes import Failure, OperationWarning, Outcome, Status
from domain.placement.attempts import CellPlacement
from domain.placement.offers import Offer, list_offers
from domain.spec.model import EnvironmentSpec
from domain.spec.role_access import GrantedRole
from domain.wire import WireModel


class TimelineEvent(WireModel):
    """One entry of an environment's timeline."""

    at: AwareDatetime
    type: str
    message: str
    operation_id: str | None = None
    evidence: dict[str, Any] | None = None
    actor: str | None = None
    """Who caused it; None where an operation goes on by itself."""


class CellState(WireModel):
    """What the last successful operation reported of a cell."""

    region: str
    cluster_id: str = ""
    external_ip: str = ""
    fqdn: str = ""
    nodes: int = 0


class EnvironmentRecord(WireModel):
    """The state of the durable entity `environment`."""

    name: str
    phase: Phase
    spec: EnvironmentSpec
    sequence: int
    """Operations started so far; the next operation's id is derived from it."""
    first_sequence: int = 1
    """Of the operations since the name was last free; those before are of other environments."""
    generation: int
    """Specifications accepted so far."""
    revision: int
    """Changes of this record so far; part of its ETag."""
    created_at: AwareDatetime
    updated_at: AwareDatetime
    active_operation: str | None = None
    endpoint: str | None = None
    cells: tuple[CellState, ...] = ()
    failure: Failure | None = None
    remaining: tuple[str, ...] = ()
    """Ids of Azure resources that a failed or canceled operation left behind."""
    warnings: tuple[OperationWarning, ...] = ()
    """What goes on after the latest operation has ended, such as GPU cost that is not stopped."""
    kept_pools: dict[str, KeptPool] = Field(default_factory=dict[str, KeptPool])
    """By region: the GPU pools' settings before they were scaled to zero."""
    placements: dict[str, CellPlacement] = Field(default_factory=dict[str, CellPlacement])
    """By the specification's region: the offers of cells that have alternatives."""
    image: PinnedImage | None = None
    """What the image was resolved to that runs; None: it runs by its tag, or was given by its
    digest."""
    profile: FoundProfile | None = None
    """As the latest operation with an edge has found it; another operation may find another."""
    granted_roles: tuple[GrantedRole, ...] = ()
    """Those at resources of others that may have been assigned to its cells."""
    versions: tuple[EnvironmentVersion, ...] = ()
    """The latest specifications' workloads, oldest first; the last one is the present."""
    former: FormerVersion | None = None
    """What serves while the running update brings another version beside it."""
    approved: ApprovedPlan | None = None
    """The latest plan that a second person has approved."""
    applied: AppliedSpec | None = None
    """What Azure was last brought to; None: not known, or not in full."""
    idle_notes: IdleNotes = IdleNotes()
    health: Health = Health()
    """As of the latest sweep; Unknown while an operation runs."""
    own_requests: dict[int, int] = Field(default_factory=dict[int, int])
    """The sweep's requests to the model, by the first minute since the epoch of an interval."""
    counters: dict[str, CounterNote] = Field(default_factory=dict[str, CounterNote])
    """By region: the latest look of the sweep that differed from the one before."""
    use_history: UseHistory = UseHistory()
    metric_history: MetricHistory = MetricHistory()
    gpu_usage: GpuUsage = GpuUsage()
    """Outlasts the environment, until the name is used again."""
    past_days: tuple[PastDay, ...] = ()
    """What environments have cost that had the name before."""
    operations: tuple[Operation, ...] = ()
    """The latest operations, oldest first."""
    events: tuple[TimelineEvent, ...] = ()
    """The latest events of the timeline, oldest first."""
    requests: tuple[IdempotencyRecord, ...] = ()
    """The latest requests that carried a request id, oldest first."""

    @property
    def is_deleted(self) -> bool:
        return self.phase is Phase.DELETED

    @property
    def all_cost_centers(self) -> set[str]:
        """Its own, and those of environments that had the name before."""
        return {self.spec.cost_center, *(each.cost_center for each in self.past_days)}

    @property
    def latest(self) -> Operation:
        """The latest operation, but for changes of a live environment that have not begun."""
        counted = (o for o in reversed(self.operations) if not _is_unapproved_change(o))
        return next(counted, self.operations[-1])

    @property
    def waiting(self) -> Operation | None:
        """The operation that waits for approval."""
        return next((o for o in reversed(self.operations) if o.is_waiting), None)

    @property
    def was_never_approved(self) -> bool:
        """Whether its specification is that of a creation that was not approved."""
        return self.latest.kind is OperationKind.PROVISION and self.latest.was_never_begun

    @property
    def was_never_begun(self) -> bool:
        """Whether no operation has begun since the name was last free: Azure has nothing of it."""
        if not self.operations or not self.was_never_approved:
            return False
        return self.latest.phase_before in (Phase.AWAITING_APPROVAL, Phase.DELETED)

    @property
    def has_failed(self) -> bool:
        """Whether the latest operation has ended without success, in whatever phase it left it."""
        latest = self.latest
        has_failed = latest.has_ended and latest.status is not Status.SUCCEEDED
        return has_failed or self.phase in UNSUCCESSFUL

    @property
    def was_restored(self) -> bool:
        """Whether its latest update has gone back to the version that serves."""
        is_update = self.latest.kind is OperationKind.UPDATE
        return self.phase is Phase.READY and is_update and self.has_failed

    @property
    def was_never_built(self) -> bool:
        """Whether the operation that creates it has not succeeded, so nothing of it serves."""
        return self.phase in UNSUCCESSFUL and not self.endpoint

    @property
    def etag(self) -> str:
        """Entity tag of the record's present state, with its quotation marks."""
        return f'"{self.sequence}-{self.revision}"'

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the cells are, in the order of the specification's regions."""
        return tuple(self.region_of(cell) for cell in self.spec.regions)

    def region_of(self, cell: str) -> str:
        return self.offer_of(cell).region

    def offer_of(self, cell: str) -> Offer:
        """The offer that a cell has; the first one unless others were tried."""
        placement = self.placements.get(cell)
        return placement.offer if placement else list_offers(self.spec, cell)[0]

    def find_operation(self, operation_id: str) -> Operation | None:
        return next((o for o in self.operations if o.id == operation_id), None)

    def find_request(self, request_id: str) -> IdempotencyRecord | None:
        return next((r for r in self.requests if r.id == request_id), None)


def _is_unapproved_change(operation: Operation) -> bool:
    return operation.kind is OperationKind.UPDATE and operation.was_never_begun


NOTHING_BUILT: Mapping[str, Any] = {
    "endpoint": None,
    "cells": (),
    "kept_pools": {},
    "placements": {},
    "image": None,
    "profile": None,
    "granted_roles": (),
    "applied": None,
    "versions": (),
    "former": None,
    "approved": None,
    "idle_notes": IdleNotes(),
    "counters": {},
    "use_history": UseHistory(),
    "metric_history": MetricHistory(),
}
"""Fields of a record whose environment is gone."""


class OperationEnd(WireModel):
    """The last report of an operation's orchestration."""

    operation_id: str
    phase: Phase
    outcome: Outcome
    at: AwareDatetime
    endpoint: str | None = None
    cells: tuple[CellState, ...] = ()
    remaining: tuple[str, ...] = ()
    warnings: tuple[OperationWarning, ...] = ()
    is_restored: bool | None = None
    """True: an update has gone back to the version that served before."""


class RecordWarning(WireModel):
    """A warning, to be recorded."""

    operation_id: str | None = None
    """The operation that it is about, if there is one."""
    at: AwareDatetime
    warning: OperationWarning
    is_standing: bool = False
    """Whether it holds for the environment until it is cleared, or another operation starts."""

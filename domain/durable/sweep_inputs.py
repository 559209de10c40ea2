"""Inputs and result of the sweep's orchestrations and activities."""

from pydantic import AwareDatetime

from domain.catalog.prices import RegionPrices
from domain.environment.counters import CounterLook
from domain.environment.operation_request import OperationRequest
from domain.sweep.found import ResourceRef
from domain.sweep.model import SweepDecision
from domain.sweep.schedule import PlannedAction
from domain.sweep.summary import SweepSummary
from domain.sweep.usage_queries import CellRef, UsageQuery
from domain.wire import WireModel


class SweepRef(WireModel):
    """The sweep that an orchestration is part of, and the deadline it must keep."""

    sweep_id: str
    deadline: AwareDatetime

    def child_id(self, *path: str) -> str:
        return ".".join((self.sweep_id, *path))


class SweepInput(WireModel):
    environments: tuple[str, ...] = ()
    """Names of all environments; those without a pool in Azure may still expire."""
    dry_run: bool = False
    prices: tuple[RegionPrices, ...] | None = None
    """Of regions as Azure lists them; others are priced as shipped."""

    @property
    def prices_by_region(self) -> dict[str, RegionPrices]:
        return {each.region: each for each in self.prices or ()}


class SweepActionInput(WireModel):
    """One action on one environment, to be checked again just before it is carried out."""

    sweep: SweepRef
    planned: PlannedAction


class OperationStart(WireModel):
    """An operation that the sweep starts."""

    operation_id: str
    request: OperationRequest


class AzureLook(WireModel):
    """A listing of everything of one kind in the subscription, on behalf of a sweep."""

    operation_id: str


class ConfirmInput(WireModel):
    """Resources that no list contains, each to be read by its id."""

    operation_id: str
    refs: tuple[ResourceRef, ...]


class OrphanRemoval(WireModel):
    """A resource group without a record, to be deleted. `region` is empty for the edge's."""

    operation_id: str
    environment: str
    region: str = ""


class EdgeQuestion(WireModel):
    """One request to the model of an environment through its edge."""

    environment: str
    host_name: str
    path: str


class EdgeQuestions(WireModel):
    """Requests to many environments, sent at the same time."""

    operation_id: str
    questions: tuple[EdgeQuestion, ...]


class SweepReport(WireModel):
    summary: SweepSummary
    decisions: tuple[SweepDecision, ...]


class CallsInput(WireModel):
    """Cells of sleeping environments whose gateways are asked for their counters."""

    operation_id: str
    cells: tuple[CellRef, ...]


class CellLook(WireModel):
    """What the gateways of one cell told; None if it could not be read."""

    cell: CellRef
    look: CounterLook | None = None


class UsageInput(WireModel):
    """Usage to read, on behalf of a sweep."""

    operation_id: str
    query: UsageQuery

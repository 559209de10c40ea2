"""Inputs and result of the sweep's orchestrations."""

from domain.durable.inputs import StoryRef
from domain.environment.operation_request import OperationRequest
from domain.sweep.model import SweepDecision
from domain.sweep.schedule import PlannedAction
from domain.sweep.summary import SweepSummary
from domain.sweep.usage_queries import UsageQuery
from domain.wire import WireModel

OPERATION_IN_PROGRESS = "OperationInProgress"
"""Reason of a start that somebody else was faster with."""


class SweepInput(WireModel):
    environments: tuple[str, ...] = ()
    """Names of all environments; those without a pool in Azure may still expire."""
    dry_run: bool = False


class SweepActionInput(WireModel):
    """One action on one environment, to be checked again just before it is done."""

    story: StoryRef
    planned: PlannedAction


class OperationStart(WireModel):
    """An operation that the sweep starts."""

    operation_id: str
    request: OperationRequest


class SweepReport(WireModel):
    summary: SweepSummary
    decisions: tuple[SweepDecision, ...]


class UsageInput(WireModel):
    """Usage to read, on behalf of a sweep."""

    operation_id: str
    query: UsageQuery

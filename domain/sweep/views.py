"""Requests and responses of the API for sweeps."""

from typing import Literal

from pydantic import Field, StrictBool

from domain.api_errors import ErrorBody
from domain.sweep.model import SweepDecision
from domain.sweep.summary import SweepSummary
from domain.wire import WireModel


class SweepRequest(WireModel):
    """Options of a sweep."""

    dry_run: StrictBool = Field(
        default=False, description="Make decisions without acting on them."
    )


class SweepAnswer(WireModel):
    """A sweep: its decisions as soon as they are made, and its summary once it has ended."""

    status: Literal["Running", "Succeeded", "Failed"] = Field(description="Status of the sweep.")
    decisions: tuple[SweepDecision, ...] | None = Field(
        default=None, description="One per GPU pool that Azure listed."
    )
    summary: SweepSummary | None = Field(
        default=None, description="Findings and results; only after success."
    )
    error: ErrorBody | None = Field(default=None, description="Why the sweep failed, if known.")

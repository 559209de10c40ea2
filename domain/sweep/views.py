"""The sweep as the API takes its requests and answers them."""

from typing import Literal

from pydantic import Field, StrictBool

from domain.api_errors import ErrorBody
from domain.sweep.model import SweepDecision
from domain.sweep.summary import SweepSummary
from domain.wire import WireModel


class SweepRequest(WireModel):
    """How the sweep is to run."""

    dry_run: StrictBool = Field(default=False, description="Decide, but do nothing.")


class SweepAnswer(WireModel):
    """A sweep: its decisions as soon as they are made, its summary when it has ended."""

    status: Literal["Running", "Succeeded", "Failed"] = Field(
        description="How far the sweep has come."
    )
    decisions: tuple[SweepDecision, ...] | None = Field(
        default=None, description="One per GPU pool that Azure listed."
    )
    summary: SweepSummary | None = Field(
        default=None, description="What it found and did; only after success."
    )
    error: ErrorBody | None = Field(default=None, description="Why it failed, if that is known.")

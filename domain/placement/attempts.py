"""Attempts to get a cell's GPU nodes, as an operation lists them, and what the record keeps."""

from enum import StrEnum

from pydantic import AwareDatetime

from domain.outcomes import Failure, Outcome
from domain.placement.blocklist import Block
from domain.placement.offers import Offer
from domain.wire import WireModel


class AttemptStatus(StrEnum):
    """What has become of an offer in an operation."""

    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    REFUSED = "Refused"
    """Azure has no capacity or quota for it."""
    SKIPPED = "Skipped"
    """Azure refused the same a short while ago."""
    FAILED = "Failed"
    """For a reason with which another offer would not help."""
    CANCELED = "Canceled"

    @classmethod
    def of(cls, outcome: Outcome, *, is_refused: bool) -> "AttemptStatus":
        if outcome.is_success:
            return cls.SUCCEEDED
        if outcome.failure is None:
            return cls.CANCELED
        return cls.REFUSED if is_refused else cls.FAILED


class OfferAttempt(WireModel):
    """One offer of one cell in one operation."""

    cell: str
    """The region of the specification that the cell is for."""
    offer: Offer
    status: AttemptStatus
    at: AwareDatetime
    failure: Failure | None = None
    block: Block | None = None
    """Why it was skipped; none if another cell was in its region."""


class RecordAttempt(WireModel):
    """An attempt, to be recorded."""

    operation_id: str
    attempt: OfferAttempt


class CellPlacement(WireModel):
    """The offer that a cell has, or that it is being built with."""

    offer: Offer
    is_refused: bool = False
    """Whether Azure has refused it; the cell's other resources may exist all the same."""

"""Offers, and the attempts to get GPU nodes with them, as the API returns them."""

from pydantic import AwareDatetime, Field

from domain.api_errors import ErrorBody, build_failure_body
from domain.placement.attempts import AttemptStatus, OfferAttempt
from domain.placement.offers import Offer
from domain.wire import WireModel


class AttemptView(WireModel):
    """What became of one offer of a cell in an operation."""

    cell: str = Field(
        description="Region of the specification that the cell is for.", examples=["westeurope"]
    )
    offer: Offer = Field(description="What was tried or skipped.")
    status: AttemptStatus = Field(
        description="`Refused` if Azure has no capacity or quota for it, `Skipped` if it refused "
        "the same a short while ago or another cell is in the region, `Failed` for another reason."
    )
    last_action_date_time: AwareDatetime = Field(description="When the status last changed.")
    blocked_until: AwareDatetime | None = Field(
        default=None, description="Until when a skipped offer is not tried."
    )
    error: ErrorBody | None = Field(default=None, description="Why it was refused or failed.")


def build_attempt_view(attempt: OfferAttempt) -> AttemptView:
    return AttemptView(
        cell=attempt.cell,
        offer=attempt.offer,
        status=attempt.status,
        last_action_date_time=attempt.at,
        blocked_until=attempt.block and attempt.block.until,
        error=build_failure_body(attempt.failure) if attempt.failure else None,
    )

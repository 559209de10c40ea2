"""Failures of a cell for which Azure has refused every offer."""

from collections.abc import Sequence

from domain.outcomes import Failure
from domain.placement.offers import Offer


def all_offers_refused(refused: Sequence[tuple[Offer, Failure]]) -> Failure:
    """`refused`: those that were tried, with Azure's reasons; the others were skipped."""
    if not refused:
        return Failure(
            reason="RegionsInUse",
            message="Every region that this cell may use has another cell of the environment.",
            retryable=False,
            suggested_action="Replace the specification by PUT with more regions under placement.",
        )
    tried = "; ".join(f"{offer.describe()}: {failure.reason}" for offer, failure in refused)
    _, last = refused[-1]
    message = f"Azure refused every offer that was tried: {tried}. The last: {last.message}"
    return last.model_copy(update={"message": message})

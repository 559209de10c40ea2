"""What a caller reads when Azure has refused every offer."""

import pytest

from domain.outcomes import Failure
from domain.placement.failures import all_offers_refused
from domain.placement.offers import Offer, list_offers

A100 = "Standard_NC24ads_A100_v4"
WEST = Offer(region="westeurope", vm_size=A100, spot=False)


def refusal(reason: str) -> Failure:
    return Failure(reason=reason, message="No machines.", retryable=True, suggested_action="Wait.")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({}, f"{A100} (regular) in westeurope", id="regular"),
        pytest.param({"spot": True}, f"{A100} (spot) in westeurope", id="spot"),
        pytest.param(
            {"zones": ("2", "3")}, f"{A100} (regular) in westeurope, zone 2, 3", id="zones"
        ),
    ],
)
def test_an_offer_is_told_with_all_that_it_is(changes: dict[str, object], text: str):
    assert WEST.model_copy(update=changes).describe() == text


def test_the_last_refusal_is_the_failure_and_names_those_before_it():
    spot = WEST.model_copy(update={"spot": True})
    failure = all_offers_refused(
        [(spot, refusal("SpotEvicted")), (WEST, refusal("AllocationFailed"))]
    )
    assert failure == refusal("AllocationFailed").model_copy(
        update={
            "message": "Azure refused every offer that was tried: "
            f"{A100} (spot) in westeurope: SpotEvicted; "
            f"{A100} (regular) in westeurope: AllocationFailed. The last: No machines."
        }
    )


def test_a_cell_without_a_region_of_its_own_gets_more_of_them_by_put():
    assert all_offers_refused([]) == Failure(
        reason="RegionsInUse",
        message="Every region that this cell may use has another cell of the environment.",
        retryable=False,
        suggested_action="Replace the specification by PUT with more regions under placement.",
    )


def test_regular_capacity_is_no_alternative_to_itself(make_spec):
    spec = make_spec({"placement.regularIfNoSpot": True})
    assert [offer.spot for offer in list_offers(spec, "westeurope")] == [False]

"""The one list of offers that Azure refused lately."""

from azure.durable_functions.testing import EntityTestResult, execute_entity

from domain.placement.blocklist import Blocklist, RefusedOffer, add_block
from domain.placement.offers import Offer
from orchestrators.blocklist_entity import blocklist
from tests.support.payloads import QUOTA
from tests.support.specs import NOON

OFFER = Offer(region="westeurope", vm_size="Standard_NC24ads_A100_v4", spot=False)


def a_refusal(offer: Offer = OFFER) -> RefusedOffer:
    assert QUOTA.failure
    return RefusedOffer(offer=offer, failure=QUOTA.failure, at=NOON)


def ask(operation: str, value: object = None, known: Blocklist | None = None) -> EntityTestResult:
    state = known.to_wire() if known else None
    return execute_entity(blocklist, operation, value, state, entity_key="all")


def test_at_first_it_is_empty_and_reading_it_keeps_nothing():
    asked = ask("read")
    assert asked.get_result() == Blocklist().to_wire()
    assert asked.get_state() is None


def test_a_refused_offer_is_kept_and_returned():
    known = add_block(Blocklist(), a_refusal())
    added = ask("add", a_refusal().to_wire())
    assert added.get_state() == known.to_wire() == added.get_result()
    assert ask("read", known=known).get_result() == known.to_wire()


def test_another_offer_is_added_to_those_that_are_known():
    spot = a_refusal(OFFER.model_copy(update={"region": "northeurope"}))
    known = add_block(Blocklist(), a_refusal())
    added = ask("add", spot.to_wire(), known)
    assert added.get_state() == add_block(known, spot).to_wire()

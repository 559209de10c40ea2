"""Entities whose state is the answer: ledgers of claims, versions of models, and offers."""

from typing import Any

import pytest
from azure.durable_functions.testing import execute_entity

from domain.durable.names import ClaimsOperation, MarketOperation, ModelOperation
from domain.guard.claims import CLAIM_LIFETIME, Claim, ClaimRequest, Ledger
from domain.guard.kept_offers import KeptOffers, KeptSizes
from domain.spec.model_holds import HOLD_LIFETIME, Forgetting, ModelHold
from domain.spec.model_versions import ModelContent, RegisteredModel, Registration
from orchestrators.claims_entity import claims
from orchestrators.market_entity import market
from orchestrators.model_entity import registered_model
from tests.support.specs import NOON, minutes

CLAIM = Claim(
    id="fraud-llm.1.a",
    operation_id="fraud-llm.1",
    amounts={"cores": 24},
    at=NOON,
    expires_at=NOON + CLAIM_LIFETIME,
)
CONTENT = ModelContent(name="fraud-llm", image=f"a.azurecr.io/llm@sha256:{'0' * 64}")


def ask_ledger(operation: str, value: Any, state: Any = None) -> Ledger:
    told = execute_entity(claims, operation, value, state, entity_key="quota.westeurope")
    return Ledger.from_wire(told.get_state())


def claim(room: float, state: Any = None) -> Ledger:
    wire = ClaimRequest(claim=CLAIM, room={"cores": room}).to_wire()
    return ask_ledger(ClaimsOperation.CLAIM, wire, state)


@pytest.mark.parametrize(("room", "is_granted"), [(24, True), (23, False)])
def test_a_claim_is_answered_by_the_state(room: float, is_granted: bool):
    assert claim(room).find_answer(CLAIM) is is_granted


def test_a_released_claim_leaves_nothing():
    wire = {"id": CLAIM.id, "at": NOON.isoformat()}
    assert ask_ledger(ClaimsOperation.RELEASE, wire, claim(24).to_wire()) == Ledger()


def test_a_model_grows_by_a_version_and_keeps_its_numbers():
    wire = Registration(content=CONTENT, at=NOON).to_wire()
    first = execute_entity(registered_model, ModelOperation.REGISTER, wire, None, entity_key="x")
    model = RegisteredModel.from_wire(first.get_state())
    assert (model.latest, [each.content for each in model.versions]) == (1, [CONTENT])
    hold = ModelHold(operation_id="fraud-llm.1", version=1, expires_at=NOON + HOLD_LIFETIME)
    held = execute_entity(
        registered_model, ModelOperation.HOLD, hold.to_wire(), first.get_state(), entity_key="x"
    )
    assert RegisteredModel.from_wire(held.get_state()).holds == (hold,)
    wire = Forgetting(version=1, at=NOON).to_wire()
    forgotten = execute_entity(
        registered_model, ModelOperation.FORGET, wire, first.get_state(), entity_key="x"
    )
    assert RegisteredModel.from_wire(forgotten.get_state()) == RegisteredModel(latest=1)


def test_the_market_of_a_region_keeps_what_was_read_last():
    first, second = (
        KeptOffers(
            region="westeurope",
            currency="USD",
            sizes=KeptSizes(read_at=NOON + minutes(each), value=()),
        )
        for each in (1, 2)
    )
    state: Any = None
    for read in (second, first):
        told = execute_entity(market, MarketOperation.KEEP, read.to_wire(), state, entity_key="x")
        state = told.get_state()
    assert KeptOffers.from_wire(state) == second

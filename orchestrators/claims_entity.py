"""The durable entity `claims`: a ledger of what requests are about to use. One for each region,
and one for each cost center that the policy bounds."""

from datetime import datetime
from typing import Any

from durabletask.entities import EntityContext

from domain.durable.names import ClaimsOperation
from domain.guard.claims import ClaimRequest, Ledger, decide_claim, release_claim


def claims(context: EntityContext, value: Any) -> None:
    """The claiming request reads the answer from the state: a client gets none from an entity."""
    state = context.get_state()
    ledger = Ledger.from_wire(state) if state else Ledger()
    context.set_state(change_ledger(context.operation, ledger, value).to_wire())


def change_ledger(operation: str, ledger: Ledger, value: Any) -> Ledger:
    match operation:
        case ClaimsOperation.CLAIM:
            return decide_claim(ledger, ClaimRequest.from_wire(value))
        case ClaimsOperation.RELEASE:
            return release_claim(ledger, value["id"], datetime.fromisoformat(value["at"]))
        case _:
            raise ValueError(f"claims has no operation {operation}")

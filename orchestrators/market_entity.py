"""The durable entity `market`: sizes and prices of a region as they were read last. One for each
region and currency."""

from typing import Any

from durabletask.entities import EntityContext

from domain.durable.names import MarketOperation
from domain.guard.kept_offers import KeptOffers, merge_offers


def market(context: EntityContext, value: Any) -> None:
    if context.operation != MarketOperation.KEEP:
        raise ValueError(f"market has no operation {context.operation}")
    state = context.get_state()
    kept = KeptOffers.from_wire(state) if state else None
    context.set_state(merge_offers(kept, KeptOffers.from_wire(value)).to_wire())

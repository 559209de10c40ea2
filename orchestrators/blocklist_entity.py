"""The durable entity `blocklist`: offers that Azure refused lately. One for the whole app."""

from typing import Any

from durabletask.entities import EntityContext

from domain.durable.names import BlocklistOperation
from domain.placement.blocklist import Blocklist, RefusedOffer, add_block


def blocklist(context: EntityContext, value: Any) -> Any:
    """Returns the list, with the refused offer if one is added."""
    state = context.get_state()
    blocks = Blocklist.from_wire(state) if state else Blocklist()
    if context.operation == BlocklistOperation.ADD:
        blocks = add_block(blocks, RefusedOffer.from_wire(value))
        context.set_state(blocks.to_wire())
    return blocks.to_wire()

"""The durable entity `plan`: a plan that was made, until it expires. One for each plan."""

from typing import Any

from durabletask.entities import EntityContext

from domain.durable.names import PlanOperation


def plan(context: EntityContext, value: Any) -> None:
    """A plan that is made again replaces itself, with a later end."""
    match context.operation:
        case PlanOperation.KEEP:
            context.set_state(value)
        case PlanOperation.FORGET:
            context.set_state(None)
        case _:
            raise ValueError(f"plan has no operation {context.operation}")

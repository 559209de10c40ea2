"""Runs steps in sequence until one fails."""

from collections.abc import Callable

from domain.outcomes import Outcome
from orchestrators.operation_context import Steps


def in_order(*steps: Callable[[], Steps[Outcome]]) -> Steps[Outcome]:
    """The first outcome that is not a success, or the last one with the results of all steps."""
    result = Outcome.succeeded()
    for step in steps:
        outcome = yield from step()
        if not outcome.is_success:
            return outcome
        result = outcome.model_copy(update={"result": {**result.result, **outcome.result}})
    return result

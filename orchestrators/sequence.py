"""Steps one after the other, as far as they succeed."""

from collections.abc import Callable

from domain.outcomes import Outcome
from orchestrators.operation_context import Steps


def in_order(*steps: Callable[[], Steps[Outcome]]) -> Steps[Outcome]:
    """Runs the steps until one does not succeed; the outcome collects the results of all."""
    result = Outcome.succeeded()
    for step in steps:
        outcome = yield from step()
        if not outcome.is_success:
            return outcome
        result = outcome.model_copy(update={"result": {**result.result, **outcome.result}})
    return result

"""Runs steps one after the other until one fails."""

from collections.abc import Callable, Iterable

from domain.outcomes import Outcome
from orchestrators.operation_context import Steps


def in_order(*steps: Callable[[], Steps[Outcome]]) -> Steps[Outcome]:
    """The first outcome that is not a success, or the last one with the results of all steps."""
    outcomes: list[Outcome] = []
    for step in steps:
        outcome = yield from step()
        if not outcome.is_success:
            return outcome
        outcomes.append(outcome)
    return merge(outcomes)


def merge(outcomes: Iterable[Outcome]) -> Outcome:
    """Of steps that have succeeded: the last one with the results of all."""
    merged = Outcome.succeeded()
    for outcome in outcomes:
        merged = outcome.model_copy(update={"result": {**merged.result, **outcome.result}})
    return merged

"""A problem with a request, in the form in which an API error reports it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`code`: kind of problem. `message`: the problem and its fix, for people.

    `target`: JSON path of the field; empty for the body as a whole.
    """

    code: str
    message: str
    target: str

"""One thing that is wrong with a request, in a form that an API error can carry."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong (`code`), where (`target`, a JSON path) and the fix (`message`)."""

    code: str
    message: str
    target: str

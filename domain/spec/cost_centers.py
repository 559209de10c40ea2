"""Names of cost centers, which are the same in any case: `ML-Team` and `ml-team` have one budget.

Azure tells values of tags apart by case; what a specification says is written to them as it is.
"""

import re
from collections.abc import Iterable

COST_CENTER_PATTERN = r"^[A-Za-z0-9._-]+$"
LONGEST_COST_CENTER = 50


def is_cost_center(text: str) -> bool:
    return len(text) <= LONGEST_COST_CENTER and bool(re.fullmatch(COST_CENTER_PATTERN, text))


def fold(cost_center: str) -> str:
    """One spelling for all that are the same."""
    return cost_center.lower()


def is_same_center(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and fold(one) == fold(other)


def is_among_centers(cost_center: str | None, names: Iterable[str]) -> bool:
    return any(is_same_center(cost_center, name) for name in names)

"""The constraints of route parameters: `{id:int}`, `{name:length(3,24)}` and their like."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

type Constraint = Callable[[str], bool]

_INTEGER = re.compile(r"[\t-\r ]*[+-]?[0-9]+[\t-\r ]*")
"""As .NET parses one; and as in .NET a `$` lets a last newline pass."""


class ConstraintError(Exception):
    """A constraint that does not exist or has wrong arguments."""


def constraint(text: str) -> Constraint:
    """Build the check for one constraint as it is written in the template."""
    written = re.fullmatch(r"([A-Za-z]+)(?:\((.*)\))?", text, re.DOTALL)
    if written is None:
        raise ConstraintError(f"{text!r} is not a route constraint.")
    name, arguments = written[1].lower(), written[2]
    if name == "regex" and arguments is not None:
        return _matches(arguments)
    numbers = [int(part) for part in (arguments or "").split(",") if part.strip()]
    if name in _PLAIN and not numbers:
        return _PLAIN[name]
    if name in _WITH_NUMBERS and len(numbers) in _WITH_NUMBERS[name][0]:
        return _WITH_NUMBERS[name][1](*numbers)
    raise ConstraintError(f"{text!r} is not a route constraint.")


def _matches(expression: str) -> Constraint:
    pattern = re.compile(expression, re.IGNORECASE)
    return lambda value: pattern.search(value) is not None


def _parses(parse: Callable[[str], object]) -> Constraint:
    def check(value: str) -> bool:
        try:
            parse(value)
        except ValueError:
            return False
        return True

    return check


def _whole_number(low: int, high: int) -> Constraint:
    return lambda value: _INTEGER.fullmatch(value) is not None and low <= int(value) <= high


def _length(shortest: int, longest: int | None = None) -> Constraint:
    return lambda value: shortest <= len(value) <= (shortest if longest is None else longest)


_LONG = 2**63
_PLAIN: dict[str, Constraint] = {
    "int": _whole_number(-(2**31), 2**31 - 1),
    "long": _whole_number(-_LONG, _LONG - 1),
    "bool": lambda value: value.lower() in {"true", "false"},
    "guid": _parses(UUID),
    "decimal": _parses(float),
    "double": _parses(float),
    "float": _parses(float),
    "datetime": _parses(datetime.fromisoformat),
    "alpha": lambda value: re.search(r"^[A-Za-z]*$", value) is not None,
    "required": bool,
}
_WITH_NUMBERS: dict[str, tuple[set[int], Callable[..., Constraint]]] = {
    "min": ({1}, lambda low: _whole_number(low, _LONG - 1)),
    "max": ({1}, lambda high: _whole_number(-_LONG, high)),
    "range": ({2}, _whole_number),
    "minlength": ({1}, lambda shortest: lambda value: len(value) >= shortest),
    "maxlength": ({1}, lambda longest: lambda value: len(value) <= longest),
    "length": ({1, 2}, _length),
}

"""Reads `labelSelector` query parameters and words what is wrong with them."""

import re
from collections.abc import Callable

from emulators.azure.kubernetes import errors
from emulators.azure.kubernetes.selectors import LabelSelector, Requirement
from emulators.azure.kubernetes.validation import formats, go_values

_TOKEN = re.compile(r"\s*(==|!=|[=!<>(),]|[^\s=!<>(),]+)")
_SYMBOLS = frozenset(("==", "!=", "=", "!", "<", ">", "(", ")", ","))
_OPERATORS = {"=": "In", "==": "In", "!=": "NotIn", "in": "In", "notin": "NotIn"}
_COMPARISONS = {">": "Gt", "<": "Lt"}


def parse(text: str) -> LabelSelector:
    """Raises the 400 that the API server answers."""
    return LabelSelector(tuple(_Parser(_TOKEN.findall(text)).requirements()))


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._position = 0

    def requirements(self) -> list[Requirement]:
        found: list[Requirement] = []
        while self._peek() or not found:
            if not self._peek():
                return found
            if self._peek() in _SYMBOLS and self._peek() != "!":
                raise _refusal(
                    f"found '{self._peek()}', expected: !, identifier, or 'end of string'"
                )
            found.append(self._requirement())
            if not self._peek():
                return found
            if self._next() != ",":
                self._position -= 1
                raise _refusal(f"found '{self._peek()}', expected: ',' or 'end of string'")
            if not self._peek():
                raise _refusal("found '', expected: identifier after ','")
        return found

    def _requirement(self) -> Requirement:
        if self._peek() == "!":
            self._next()
            return Requirement(self._key(), "DoesNotExist")
        key = self._key()
        operator = self._peek()
        if operator in ("", ","):
            return Requirement(key, "Exists")
        if operator in ("in", "notin"):
            self._next()
            return Requirement(key, _OPERATORS[operator], self._values())
        if operator in _COMPARISONS:
            self._next()
            return Requirement(key, _COMPARISONS[operator], (self._integer(),))
        if operator not in _OPERATORS:
            expected = "in, notin, =, ==, !=, gt, lt"
            raise _unparsable(f"found '{operator}', expected: {expected}")
        self._next()
        return Requirement(key, _OPERATORS[operator], (self._value(),))

    def _key(self) -> str:
        return _checked(self._next(), formats.qualified_name, "<nil>")

    def _value(self) -> str:
        if self._peek() in ("", ","):
            return ""
        return _checked(self._next(), formats.label_value, "values[0]")

    def _integer(self) -> str:
        value = self._value()
        if not re.fullmatch(r"-?\d+", value):
            quoted = go_values.text(value)
            raise _unparsable(
                f"values[0]: Invalid value: {quoted}: for 'Gt', 'Lt' operators, the value must"
                " be an integer"
            )
        return value

    def _values(self) -> tuple[str, ...]:
        if self._next() != "(":
            self._position -= 1
            raise _unparsable(f"found '{self._peek()}' expected: '('")
        values: list[str] = []
        while self._peek() != ")":
            if self._peek() == ",":
                self._next()
            elif self._peek():
                values.append(self._value())
            else:
                raise _unparsable("found '', expected: ',' or ')'")
        self._next()
        return tuple(values) or ("",)

    def _peek(self) -> str:
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._position += 1
        return token


def _checked(value: str, check: Callable[[str], list[str]], place: str) -> str:
    for message in check(value):
        raise _unparsable(f"{place}: Invalid value: {go_values.text(value)}: {message}")
    return value


def _refusal(message: str) -> errors.ApiError:
    return errors.bad_request(message)


def _unparsable(message: str) -> errors.ApiError:
    return errors.bad_request(f"unable to parse requirement: {message}")

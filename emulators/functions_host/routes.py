"""Route templates of HTTP triggers: parsing, matching and which of two routes wins."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote

from emulators.functions_host.route_constraints import Constraint, ConstraintError, constraint

_PARAMETER = re.compile(
    r"\{(?P<stars>\*{0,2})(?P<name>[^:=?{}*]+)(?P<constraints>(?::(?:\([^)]*\)|[^:=?{}()])+)*)"
    r"(?:=(?P<default>[^{}?]*))?(?P<optional>\?)?\}"
)
_LITERAL, _CONSTRAINED, _FREE, _CATCH_ALL = 1, 2, 3, 5


class RouteError(Exception):
    """A route template that Azure would not accept either."""


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    is_catch_all: bool
    is_optional: bool
    default: str | None
    constraints: tuple[Constraint, ...]

    def allows(self, value: str) -> bool:
        return all(check(value) for check in self.constraints)


@dataclass(frozen=True, slots=True)
class Route:
    """One template such as `orders/{id:int}/{*rest}`, compiled."""

    template: str
    precedence: tuple[int, ...]
    _expression: re.Pattern[str]
    _parameters: tuple[_Parameter, ...] = field(repr=False)

    @classmethod
    def parse(cls, template: str) -> Self:
        segments = [segment for segment in template.strip("/").split("/") if segment]
        parameters: list[_Parameter] = []
        expression = ""
        precedence: list[int] = []
        for position, segment in enumerate(segments):
            found = _parameters_of(segment, template)
            if any(p.is_catch_all for p in found) and position < len(segments) - 1:
                raise RouteError(f"Route {template!r}: only its last part can be {{*...}}.")
            expression += _segment_expression(segment, found)
            precedence.append(_rank(segment, found))
            parameters.extend(found)
        return cls(
            template,
            tuple(precedence),
            re.compile(expression, re.IGNORECASE | re.DOTALL),
            tuple(parameters),
        )

    def match(self, path: str) -> dict[str, str] | None:
        """Return the values of the parameters, or None when the path is not this route's."""
        found = self._expression.fullmatch(_decoded(path))
        if found is None:
            return None
        values: dict[str, str] = {}
        for parameter, value in zip(self._parameters, found.groups(), strict=True):
            if not value:
                value = parameter.default
            elif not parameter.allows(value):
                return None
            if value is not None:
                values[parameter.name] = value
        return values


class RouteTable[T]:
    """Finds the route that takes a request: the most literal one whose methods fit."""

    def __init__(self, entries: Iterable[tuple[Route, frozenset[str] | None, T]]) -> None:
        self._entries = sorted(entries, key=lambda entry: entry[0].precedence)

    def find(self, method: str, path: str) -> tuple[T, dict[str, str]] | None:
        for route, methods, target in self._entries:
            if methods is not None and method.upper() not in methods:
                continue
            values = route.match(path)
            if values is not None:
                return target, values
        return None


def _decoded(path: str) -> str:
    """Decode each segment; an encoded slash stays encoded, as ASP.NET leaves it."""
    segments = [unquote(segment).replace("/", "%2F") for segment in path.strip("/").split("/")]
    return "/" + "/".join(segments) if segments != [""] else ""


def _parameters_of(segment: str, template: str) -> list[_Parameter]:
    if re.search(r"[{}]", _PARAMETER.sub("", segment)):
        raise RouteError(f"Route {template!r}: {segment!r} is not a route parameter.")
    try:
        return [_parameter(written) for written in _PARAMETER.finditer(segment)]
    except (ConstraintError, re.error, ValueError) as error:
        raise RouteError(f"Route {template!r}: {error}") from error


def _parameter(written: re.Match[str]) -> _Parameter:
    texts = re.findall(r":((?:\([^)]*\)|[^:()])+)", written["constraints"])
    return _Parameter(
        name=written["name"],
        is_catch_all=bool(written["stars"]),
        is_optional=written["optional"] is not None,
        default=written["default"],
        constraints=tuple(constraint(text) for text in texts),
    )


def _segment_expression(segment: str, parameters: list[_Parameter]) -> str:
    if len(parameters) == 1 and _PARAMETER.fullmatch(segment):
        parameter = parameters[0]
        if parameter.is_catch_all:
            return r"(?:/(.*))?"
        if parameter.is_optional or parameter.default is not None:
            return r"(?:/([^/]+))?"
        return r"/([^/]+)"
    literals = _PARAMETER.split(segment)[:: _PARAMETER.groups + 1]
    return "/" + r"([^/]+)".join(re.escape(literal) for literal in literals)


def _rank(segment: str, parameters: list[_Parameter]) -> int:
    if not parameters:
        return _LITERAL
    if not _PARAMETER.fullmatch(segment):
        return _CONSTRAINED
    constrained = bool(parameters[0].constraints)
    if parameters[0].is_catch_all:
        return _CATCH_ALL - constrained
    return _CONSTRAINED if constrained else _FREE

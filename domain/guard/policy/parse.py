"""Reads the policy file: all of its problems at once, each with its line and field."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.arm.merge_existing import as_mapping
from domain.catalog.regions import normalise_region
from domain.guard.policy.model import Allowed, ApprovalRule, Budget, CostCenter, Limits, Policy
from domain.guard.policy.names import KNOWN_REGIONS
from domain.spec.cost_centers import fold
from domain.spec.validation import TYPE_FIXES

type Place = tuple[str | int, ...]
"""Keys and indexes that lead to a value; empty for the document."""

POLICY_SECTIONS: Mapping[tuple[str, ...], type[BaseModel]] = {
    (): Policy,
    ("allow",): Allowed,
    ("limits",): Limits,
    ("approval",): ApprovalRule,
    ("costCenters", "*"): CostCenter,
    ("costCenters", "*", "budget"): Budget,
}


@dataclass(frozen=True, slots=True)
class LocatedDocument:
    """A parsed document, with the line on which each of its values begins."""

    value: Any
    lines: Mapping[Place, int]

    def line_of(self, place: Place) -> int:
        """That of the nearest enclosing value where the value itself is missing."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """What is wrong with the file. `field`: empty for the file as a whole."""

    line: int
    field: str
    message: str

    def describe(self) -> str:
        where = f"line {self.line}, {self.field}" if self.field else f"line {self.line}"
        return f"{where}: {self.message}"


def parse_policy(
    document: LocatedDocument, regions: Iterable[str] = ()
) -> Policy | list[PolicyProblem]:
    """`regions`: those of the settings, which may be newer than what is known here."""
    value = as_mapping(document.value)
    if "version" not in value:
        return [PolicyProblem(1, "version", "Write a mapping that begins with 'version: 1'.")]
    problems = list(_find_repeated(as_mapping(value.get("costCenters")), document))
    try:
        known = {KNOWN_REGIONS: frozenset(map(normalise_region, regions))}
        policy = Policy.model_validate(value, by_name=False, context=known)
    except ValidationError as refused:
        problems += _describe(refused.errors(include_url=False), document)
    else:
        if not problems:
            return policy
    return sorted(problems, key=lambda each: each.line)


def _find_repeated(
    cost_centers: Mapping[str, Any], document: LocatedDocument
) -> Iterable[PolicyProblem]:
    """Which of two spellings would hold is not said by their order."""
    first: dict[str, str] = {}
    for name in map(str, cost_centers):
        known = first.setdefault(fold(name), name)
        if known != name:
            yield PolicyProblem(
                document.line_of(("costCenters", name)),
                f"costCenters.{name}",
                f"The cost center is written as '{known}' already: case makes no difference.",
            )


def digest_of(content: bytes) -> str:
    """Names a version of the file."""
    return hashlib.sha256(content).hexdigest()[:12]


def _describe(
    errors: Sequence[ErrorDetails], document: LocatedDocument
) -> Iterable[PolicyProblem]:
    lists = {error["loc"][:-1] for error in errors}
    for error in errors:
        if error["type"] == "too_short" and error["loc"] in lists:
            continue  # It is short of entries that have a problem themselves.
        place = tuple(part for part in error["loc"] if part != "[key]")
        field = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place).lstrip(".")
        yield PolicyProblem(document.line_of(place), field, _fix(error, place))


def _fix(error: ErrorDetails, place: Place) -> str:
    kind = error["type"]
    if kind == "missing":
        return f"Add '{place[-1]}'."
    if kind == "extra_forbidden":
        section = POLICY_SECTIONS.get(_section(place[:-1]))
        known = [each.alias or "" for each in section.model_fields.values()] if section else []
        return f"Remove '{place[-1]}'. Known fields: {', '.join(known)}."
    if kind in TYPE_FIXES:
        return (
            TYPE_FIXES[kind]
            .format(**error.get("ctx", {}))
            .replace("JSON object", "mapping")
            .replace("JSON array", "list")
        )
    message = error["msg"]
    return message if message.endswith(".") else f"{message}."


def _section(place: Place) -> tuple[str, ...]:
    names = [str(part) for part in place]
    if names[:1] == ["costCenters"] and len(names) > 1:
        names[1] = "*"
    return tuple(names)

"""Label and field selectors, and whether they match."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulators.azure.kubernetes import errors
from emulators.azure.kubernetes.kinds import EVENT, NAMESPACE, NODE, POD, SERVICE, Kind, Object

_FIELD_TERM = re.compile(r"^(?P<path>[^=!]+)(?P<operator>!=|==|=)(?P<value>.*)$")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label, in the vocabulary of matchExpressions."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def holds(self, labels: Mapping[str, str]) -> bool:
        return _OPERATORS[self.operator](labels.get(self.key), self.values)


def _as_integers(value: str | None, values: tuple[str, ...]) -> tuple[int, int] | None:
    try:
        return (int(value), int(values[0])) if value is not None else None
    except (ValueError, IndexError):
        return None


def _greater(value: str | None, values: tuple[str, ...]) -> bool:
    pair = _as_integers(value, values)
    return pair is not None and pair[0] > pair[1]


def _less(value: str | None, values: tuple[str, ...]) -> bool:
    pair = _as_integers(value, values)
    return pair is not None and pair[0] < pair[1]


_OPERATORS: Mapping[str, Callable[[str | None, tuple[str, ...]], bool]] = {
    "In": lambda value, values: value in values,
    "NotIn": lambda value, values: value not in values,
    "Exists": lambda value, _: value is not None,
    "DoesNotExist": lambda value, _: value is None,
    "Gt": _greater,
    "Lt": _less,
}


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """Conditions that must all hold."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        return all(each.holds(labels) for each in self.requirements)


def of_manifest(selector: Mapping[str, Any]) -> LabelSelector:
    """The selector that a workload carries as matchLabels and matchExpressions."""
    return LabelSelector(
        tuple(
            Requirement(key, "In", (value,))
            for key, value in (selector.get("matchLabels") or {}).items()
        )
        + tuple(of_expression(each) for each in selector.get("matchExpressions") or [])
    )


def as_text(selector: Mapping[str, Any]) -> str:
    """As `kubectl get` prints it: labels by their name, then the expressions."""
    labels = selector.get("matchLabels") or {}
    words = [f"{key}={labels[key]}" for key in sorted(labels)]
    for each in selector.get("matchExpressions") or []:
        key, values = each["key"], ",".join(each.get("values") or ())
        words.append(
            {
                "In": f"{key} in ({values})",
                "NotIn": f"{key} notin ({values})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }[each["operator"]]
        )
    return ",".join(words)


def of_expression(expression: Mapping[str, Any]) -> Requirement:
    return Requirement(
        expression["key"], expression["operator"], tuple(expression.get("values") or ())
    )


def of_labels(labels: Mapping[str, str]) -> LabelSelector:
    """The plain map that Services and nodeSelector use."""
    return of_manifest({"matchLabels": labels})


_FIELDS: Mapping[str, tuple[str, ...]] = {
    POD.plural: (
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "status.phase",
        "status.podIP",
        "status.nominatedNodeName",
    ),
    NODE.plural: ("spec.unschedulable",),
    NAMESPACE.plural: ("status.phase",),
    SERVICE.plural: ("spec.clusterIP", "spec.type"),
    EVENT.plural: (
        "involvedObject.apiVersion",
        "involvedObject.fieldPath",
        "involvedObject.kind",
        "involvedObject.name",
        "involvedObject.namespace",
        "involvedObject.resourceVersion",
        "involvedObject.uid",
        "reason",
        "reportingComponent",
        "source",
        "type",
    ),
}


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """Conditions on fields, each (path, value, whether equality is wanted)."""

    terms: tuple[tuple[str, str, bool], ...] = ()

    def matches(self, subject: Object) -> bool:
        return all((_field(subject, path) == value) is equal for path, value, equal in self.terms)


def parse_field_selector(text: str, kind: Kind) -> FieldSelector:
    """Read a `fieldSelector` query parameter; only some fields of each kind can be asked for."""
    supported = ("metadata.name", "metadata.namespace", *_FIELDS.get(kind.plural, ()))
    terms: list[tuple[str, str, bool]] = []
    for part in (each.strip() for each in text.split(",") if each.strip()):
        found = _FIELD_TERM.match(part)
        if found is None:
            raise errors.bad_request(f"invalid selector: '{part}'; can't understand '{part}'")
        if found["path"] not in supported:
            raise errors.bad_request(_not_supported(kind, found["path"]))
        terms.append((found["path"], found["value"], found["operator"] != "!="))
    return FieldSelector(tuple(terms))


def _not_supported(kind: Kind, path: str) -> str:
    if kind.plural in _FIELDS:
        return f"field label not supported: {path}"
    known = '"metadata.name", "metadata.namespace"'
    return f'"{path}" is not a known field selector: only {known}'


def _field(subject: Object, path: str) -> str:
    value: Any = subject
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        value = value.get("component")
    return "" if value is None else str(value)

"""YAML with the line on which each value begins."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, cast

import yaml

from domain.guard.policy.parse import LocatedDocument, Place, PolicyProblem

MAX_VALUES = 100_000
"""Aliases repeat what they stand for: a few lines of them make more than any memory holds."""


def load_with_lines(content: bytes) -> LocatedDocument | PolicyProblem:
    """A problem for what is no YAML, or writes a key twice."""
    try:
        loader = yaml.SafeLoader(content)
        node = loader.get_single_node()
        places = list(islice(_walk(node, ()), MAX_VALUES + 1)) if node else []
        if len(places) > MAX_VALUES:
            return PolicyProblem(1, "", f"Use at most {MAX_VALUES} values.")
        seen: set[Place] = set()
        for place, line in places:
            if place in seen:
                return PolicyProblem(line, _field(place), "The key is written twice.")
            seen.add(place)
        value = cast("Any", loader).construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return PolicyProblem(mark.line + 1 if mark else 1, "", f"Not valid YAML: {error.problem}.")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return PolicyProblem(1, "", f"Not valid YAML: {error}.")
    return LocatedDocument(value, dict(places))


def _walk(node: yaml.Node, place: Place) -> Iterator[tuple[Place, int]]:
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            for below, line in _walk(value, (*place, str(key.value))):
                is_value = len(below) == len(place) + 1
                yield below, key.start_mark.line + 1 if is_value else line
    elif isinstance(node, yaml.SequenceNode):
        for index, each in enumerate(cast("list[yaml.Node]", node.value)):
            yield from _walk(each, (*place, index))


def _field(place: Place) -> str:
    return ".".join(map(str, place))

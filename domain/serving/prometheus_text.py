"""Reads metrics in the text format of Prometheus."""

import re
from collections.abc import Container, Iterator, Mapping
from math import isfinite
from typing import NamedTuple

_SAMPLE = re.compile(
    r"(?P<name>[A-Za-z_:][\w:]*)[ \t]*(?:\{(?P<labels>.*)\})?[ \t]+(?P<value>\S+)(?:[ \t]+-?\d+)?"
)
_LABEL = re.compile(r'[ \t]*([A-Za-z_]\w*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(?:,|$)')
_NAME_END = re.compile(r"[{ \t]")
_ESCAPE = re.compile(r"\\(.)")


class MetricSample(NamedTuple):
    """One value of a metric."""

    labels: Mapping[str, str]
    value: float


def read_samples(text: str, names: Container[str]) -> Iterator[tuple[str, MetricSample]]:
    """Samples of these metrics, in their order; lines that cannot be read are left out."""
    for line in text.splitlines():
        if _NAME_END.split(line, maxsplit=1)[0] not in names:
            continue
        found = _SAMPLE.fullmatch(line.rstrip())
        value = _parse_value(found["value"]) if found else None
        if found and value is not None:
            yield found["name"], MetricSample(_parse_labels(found["labels"] or ""), value)


def _parse_value(text: str) -> float | None:
    """None for what is no finite number; Prometheus writes NaN for a value that is not known."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _parse_labels(text: str) -> dict[str, str]:
    return {name: _ESCAPE.sub(_unescape, value) for name, value in _LABEL.findall(text)}


def _unescape(escape: re.Match[str]) -> str:
    return "\n" if escape[1] == "n" else escape[1]

"""Amounts of resources as Kubernetes writes them: `500m`, `16Gi`, `4`."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

_SUFFIXES = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}

Amounts = dict[str, Decimal]


def parse(text: str | int | float) -> Decimal:
    """The amount as a plain number. Raises ValueError for what is no quantity."""
    written = str(text).strip()
    number = written.rstrip("numkKMGTPEi")
    try:
        return Decimal(number) * _SUFFIXES[written[len(number) :]]
    except (InvalidOperation, KeyError) as failure:
        raise ValueError(written) from failure


def parse_all(resources: Mapping[str, Any] | None) -> Amounts:
    return {name: parse(each) for name, each in (resources or {}).items()}


def total(parts: Iterable[Amounts]) -> Amounts:
    """The sum per resource."""
    result: Amounts = {}
    for part in parts:
        for name, amount in part.items():
            result[name] = result.get(name, Decimal(0)) + amount
    return result


def requests_of(pod: Mapping[str, Any]) -> Amounts:
    """What a pod asks a node for: the greater of its containers' sum and its init containers."""
    spec = pod["spec"]
    wanted = total(_requests(each) for each in spec.get("containers") or [])
    for each in spec.get("initContainers") or []:
        for name, amount in _requests(each).items():
            wanted[name] = max(amount, wanted.get(name, Decimal(0)))
    return wanted


def _requests(container: Mapping[str, Any]) -> Amounts:
    return parse_all((container.get("resources") or {}).get("requests"))

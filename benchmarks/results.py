"""What benchmarks have measured: one file, composed of several runs.

Every benchmark writes its values to the file that `--json` names; `benchmarks.suite` keeps them
here with date, machine and command.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from emulators.stack.stack import PROJECT

RESULTS = PROJECT / "benchmarks" / "results.json"

type Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark's latest run."""

    command: str
    at: str
    """UTC, to the minute."""
    machine: str
    load: float
    """Load average of one minute when it began."""
    values: Values


def read_results(path: Path = RESULTS) -> dict[str, Result]:
    """By the name of the measure."""
    if not path.exists():
        return {}
    return {name: Result(**each) for name, each in json.loads(path.read_text()).items()}


def keep_result(name: str, result: Result, path: Path = RESULTS) -> None:
    """In place of an earlier one of the name."""
    results = {**read_results(path), name: result}
    found = {each: asdict(results[each]) for each in sorted(results)}
    path.write_text(json.dumps(found, indent=2) + "\n")


def write_values(path: Path | None, values: Values) -> None:
    """`path`: what `--json` has named, if anything."""
    if path:
        path.write_text(json.dumps(values))

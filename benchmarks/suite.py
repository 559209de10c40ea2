"""Runs all benchmarks one after the other and writes docs/performance.md.

`make bench` runs them all, some two hours; `--only sweep-200,chain` some, and each result that
was measured before stays in the document with its own date. A benchmark that fails is reported at
the end, and its former result stays.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from benchmarks.machine import ANYWAY, describe_machine, stop_if_busy
from benchmarks.peers.endpoint import SKIPPED
from benchmarks.performance import write_document
from benchmarks.results import Result, Values, keep_result

SCALES = {1: 10.0, 10: 10.0, 50: 5.0, 100: 2.5, 200: 1.25}
"""Simulated seconds per second, by how many are built at once: two processors keep up with it."""


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    arguments: tuple[str, ...]
    """A module of this folder, and its options."""

    @property
    def command(self) -> str:
        return f"python -m benchmarks.{' '.join(self.arguments)}"

    @property
    def module(self) -> str:
        return f"benchmarks.{self.arguments[0]}"


MEASURES: tuple[Measure, ...] = (
    *(
        Measure(f"at-once-{count}", ("waiting", f"--environments={count}", f"--scale={scale}"))
        for count, scale in SCALES.items()
    ),
    Measure("crashes-100", ("crashes", "--environments=100", "--scale=2.5")),
    Measure("chain-60x", ("chain", "--environments=20", "--time-scale=60")),
    Measure("chain-5x", ("chain", "--environments=20", "--stacks=5", "--time-scale=5")),
    Measure("sweep-200", ("sweep", "--environments=200")),
    Measure("plans-500", ("plans", "--plans=500")),
    Measure("list-10000", ("listing", "--environments=10000")),
    Measure("footprint", ("footprint",)),
    Measure("idle-policies", ("idle_policies",)),
    Measure("peer-az", ("peers.azure_cli",)),
    Measure("peer-terraform", ("peers.terraform",)),
    Measure("hour-1000", ("hour", "--environments=1000", "--records=10000")),
    Measure("sweep-1000", ("sweep", "--environments=1000")),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    names = [measure.name for measure in MEASURES]
    parser.add_argument("--only", type=lambda text: text.split(","), default=names, metavar="A,B")
    parser.add_argument("--list", action="store_true", help="name the measures and end")
    options = parser.parse_args()
    if unknown := [name for name in options.only if name not in names]:
        parser.error(f"no measure is called {', '.join(unknown)}; there are {', '.join(names)}")
    if options.list:
        print("\n".join(f"{measure.name:16} {measure.command}" for measure in MEASURES))
        return 0
    stop_if_busy()
    troubles = list(run_all([each for each in MEASURES if each.name in options.only]))
    print(f"\n{write_document()}")
    for trouble in troubles:
        print(trouble, file=sys.stderr)
    return 1 if any(trouble.startswith("FAILED") for trouble in troubles) else 0


def run_all(measures: Sequence[Measure]) -> Iterator[str]:
    """What could not be measured, and why. Results are kept as they come."""
    machine = describe_machine()
    for measure in measures:
        print(f"\n== {measure.name}: {measure.command}", flush=True)
        if find_spec(measure.module) is None:
            yield f"SKIPPED {measure.name}: there is no {measure.module}."
            continue
        at, load = datetime.now(UTC), os.getloadavg()[0]
        code, values = run(measure)
        if values:
            result = Result(measure.command, f"{at:%Y-%m-%d %H:%M}", machine, load, values)
            keep_result(measure.name, result)
        if code == SKIPPED:
            yield f"SKIPPED {measure.name}: see above."
        elif code:
            yield f"FAILED {measure.name}: {measure.command} ended with {code}."


def run(measure: Measure) -> tuple[int, Values]:
    """Its exit code and what it wrote; nothing of one that failed before it had measured."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "values.json"
        command = [sys.executable, "-m", measure.module, *measure.arguments[1:], f"--json={path}"]
        # Whether the machine was quiet was decided before the first one.
        done = subprocess.run(command, env={**os.environ, ANYWAY: "1"}, check=False)
        values: Values = json.loads(path.read_text()) if path.exists() else {}
        return done.returncode, values


if __name__ == "__main__":
    sys.exit(main())

"""What mutmut leaves in its folder: mutants, how their tests ended, and what they change."""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import ndiff
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

FOLDER = Path("mutants")
SUFFIX = "__mutmut_"

KILLED, SURVIVED, UNTESTED, UNCHECKED = "killed", "survived", "untested", "unchecked"
STATUSES: dict[int | None, str] = {None: UNCHECKED, 0: SURVIVED, 5: UNTESTED, 33: UNTESTED}
"""By the exit code of pytest or of mutmut; anything else is a failure, a crash or a timeout."""


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    """`domain.sweep.usage.x_judge_usage__mutmut_7`"""
    source: Path
    """Below the repository, and below mutmut's folder with all mutants in it."""
    status: str

    @property
    def room(self) -> str:
        return "/".join(self.source.parts[: 2 if len(self.source.parts) > 2 else 1])

    @property
    def mangled(self) -> str:
        return self.name.partition(SUFFIX)[0]

    @property
    def function(self) -> str:
        """`domain.sweep.usage.judge_usage`, or with the class of a method."""
        module, _, mangled = self.mangled.rpartition(".")
        return f"{module}.{mangled.replace('xǁ', '').replace('ǁ', '.').removeprefix('x_')}"

    @property
    def change(self) -> str:
        """The lines that differ, as `- before` and `+ after`."""
        bodies = _read_bodies(FOLDER / self.source)
        own = self.name.rpartition(".")[2]
        before = bodies[f"{own.partition(SUFFIX)[0]}{SUFFIX}orig"]
        lines = ndiff(before.splitlines()[1:], bodies[own].splitlines()[1:])
        return "\n".join(f"{line[0]} {line[2:].strip()}" for line in lines if line[0] in "+-")


def load_mutants() -> list[Mutant]:
    return [
        Mutant(name, source, STATUSES.get(code, KILLED))
        for source, codes in _read_results()
        for name, code in codes.items()
    ]


def mark_killed(mutant: Mutant) -> None:
    """So that mutmut, too, does not run it again until its function changes."""
    _mark(mutant, 1)


def forget_survivors(names: Sequence[str]) -> None:
    """So that they run again: mutmut does not notice that tests changed."""
    for mutant in load_mutants():
        if mutant.status in {SURVIVED, UNTESTED} and is_named(mutant, names):
            _mark(mutant, None)


def is_named(mutant: Mutant, names: Sequence[str]) -> bool:
    """By one of the patterns; without any, all are."""
    return not names or any(fnmatchcase(mutant.name, name) for name in names)


def _mark(mutant: Mutant, code: int | None) -> None:
    path = FOLDER / mutant.source.with_name(f"{mutant.source.name}.meta")
    results = json.loads(path.read_text())
    results["exit_code_by_key"][mutant.name] = code
    path.write_text(json.dumps(results, indent=4))


def _read_results() -> Iterator[tuple[Path, Mapping[str, int | None]]]:
    for path in sorted(FOLDER.rglob("*.py.meta")):
        source = path.relative_to(FOLDER).with_suffix("")
        yield source, json.loads(path.read_text())["exit_code_by_key"]


@cache
def _read_bodies(path: Path) -> dict[str, str]:
    text = path.read_text()
    lines = text.splitlines()
    return {
        node.name: "\n".join(lines[node.lineno - 1 : node.end_lineno])
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

"""The mutation score by room, and every survivor with why it is accepted, or that it is not.

score = killed / all. What `accepted.toml` accepts survives and counts as such.
"""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Self

from tests.mutation.mutants import KILLED, UNCHECKED, Mutant, load_mutants

GOALS = {"domain": 0.85}
ACCEPTED = Path(__file__).with_name("accepted.toml")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Survivors that are no gap in the tests. `change`: a pattern found in what they change."""

    functions: str
    change: re.Pattern[str]
    why: str

    @classmethod
    def read(cls, entry: Mapping[str, str]) -> Self:
        return cls(entry["functions"], re.compile(entry.get("change", "")), entry["why"])

    def covers(self, mutant: Mutant) -> bool:
        return fnmatchcase(mutant.function, self.functions) and bool(
            self.change.search(mutant.change)
        )


def print_report() -> bool:
    """Whether each folder reaches its goal."""
    mutants = load_mutants()
    survivors = [each for each in mutants if each.status not in {KILLED, UNCHECKED}]
    entries = tomllib.loads(ACCEPTED.read_text())["accepted"]
    acceptances = [Acceptance.read(entry) for entry in entries]
    reasons = {each.name: find_reason(each, acceptances) for each in survivors}
    print_survivors(survivors, reasons)
    print_scores(mutants, reasons)
    print_idle_entries(acceptances, survivors)
    return all(score_of(mutants, folder) >= goal for folder, goal in GOALS.items())


def find_reason(mutant: Mutant, acceptances: Sequence[Acceptance]) -> str | None:
    return next((each.why for each in acceptances if each.covers(mutant)), None)


def score_of(mutants: Sequence[Mutant], folder: str = "") -> float:
    statuses = Counter(each.status for each in mutants if each.room.startswith(folder))
    checked = statuses.total() - statuses[UNCHECKED]
    return statuses[KILLED] / checked if checked else 0.0


def print_survivors(survivors: Sequence[Mutant], reasons: Mapping[str, str | None]) -> None:
    by_reason: defaultdict[str, list[Mutant]] = defaultdict(list)
    for each in survivors:
        by_reason[reasons[each.name] or "Not accepted: these want a test"].append(each)
    for reason, same in by_reason.items():
        print(f"\n{reason} ({len(same)})")
        for each in same:
            print(f"  {each.name}")
            print("".join(f"      {line}\n" for line in each.change.splitlines()), end="")


def print_scores(mutants: Sequence[Mutant], reasons: Mapping[str, str | None]) -> None:
    print(f"\n{'':22}{'mutants':>8}{'killed':>8}{'accepted':>9}{'open':>6}{'score':>8}")
    rooms = sorted({each.room for each in mutants} | {""})
    for folder in reversed(rooms):
        print_line(folder, mutants, reasons)
    unchecked = sum(each.status == UNCHECKED for each in mutants)
    if unchecked:
        print(f"{unchecked} mutants were not run")


def print_line(folder: str, mutants: Sequence[Mutant], reasons: Mapping[str, str | None]) -> None:
    own = [each for each in mutants if each.room.startswith(folder)]
    survivors = [each for each in own if each.name in reasons]
    killed = sum(each.status == KILLED for each in own)
    accepted = sum(reasons[each.name] is not None for each in survivors)
    numbers = f"{len(own):>8}{killed:>8}{accepted:>9}{len(survivors) - accepted:>6}"
    print(f"{folder or 'all':22}{numbers}{score_of(own):>8.1%}")


def print_idle_entries(acceptances: Sequence[Acceptance], survivors: Sequence[Mutant]) -> None:
    """What accepts nothing any more can go."""
    for entry in acceptances:
        if not any(entry.covers(each) for each in survivors):
            print(f"accepts nothing: {entry.functions} {entry.change.pattern}")

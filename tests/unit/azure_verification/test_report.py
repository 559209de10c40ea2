"""What a run leaves to be read."""

from pathlib import Path

import pytest

from tests.azure.assumptions import ASSUMPTIONS
from tests.azure.report import Heading, Line, exit_code, render_report
from tests.azure.seen import Seen
from tests.support.specs import NOON

AGREES, DIFFERS = Seen.of(True, "as assumed"), Seen.of(False, "400 | a table\nof two lines")
UNTRIED = Seen.nothing("no quota")
HEADING = Heading("gridplane-verify-1", "gp-verify-1-nodes", "westeurope", "Standard_X", NOON)


def lines(*seen: Seen) -> list[Line]:
    return [
        Line(a, s, Path(f"01-{a.name}.jsonl")) for a, s in zip(ASSUMPTIONS, seen, strict=False)
    ]


def test_a_report_sets_assumed_against_seen():
    text = render_report(HEADING, lines(AGREES, DIFFERS, UNTRIED), "proven")
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    first, second, third = ASSUMPTIONS[:3]
    assert rows[0] == (
        f"| {first.name} | {first.assumed} | as assumed | agrees | `01-{first.name}.jsonl` |"
    )
    assert f"| {second.name} |" in rows[1]
    assert "| 400 / a table of two lines | **differs** |" in rows[1]
    assert f"| {third.name} |" in rows[2]
    assert "3 assumptions: 1 agrees, 1 differs, 1 not tried." in text


def test_a_report_names_the_groups_before_anything_is_in_them():
    text = render_report(HEADING, [], "not yet")
    assert "`gridplane-verify-1`" in text
    assert "`gp-verify-1-nodes`" in text
    assert "Removal: not yet" in text


@pytest.mark.parametrize(
    ("seen", "is_removed", "ended", "code"),
    [
        ((AGREES, UNTRIED), True, None, 0),
        ((AGREES, DIFFERS), True, None, 1),
        ((AGREES, DIFFERS), False, None, 2),
        ((AGREES,), False, 130, 2),
        ((AGREES, DIFFERS), True, 130, 130),
        ((), True, 3, 3),
    ],
)
def test_the_exit_code_says_what_matters_most(
    seen: tuple[Seen, ...], is_removed: bool, ended: int | None, code: int
):
    assert exit_code(lines(*seen), is_removed, ended) == code

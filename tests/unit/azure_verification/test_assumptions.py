"""The table of assumptions is complete, true of the tree, and what docs/assumptions.md shows."""

import re
from collections import Counter

import pytest

from emulators.azure.coverage import Known
from emulators.azure.coverage.__main__ import SECTIONS
from tests.azure.assumptions import ASSUMPTIONS
from tests.azure.document import FILE, render
from tests.azure.untouched import UNTOUCHED
from tests.support.documents import REPOSITORY

IN_PART = re.compile(r"assumed|inferred|never recorded|found")
"""In the note of a row: not all of it is known."""

ENTRIES = [entry for section in SECTIONS for entry in section.entries]
DOUBTFUL = {e.name for e in ENTRIES if e.known is Known.ASSUMED or IN_PART.search(e.note)}
NAMED = [row for each in ASSUMPTIONS for row in each.rows]


def test_every_assumed_row_of_simulated_azure_is_an_assumption_or_not_relied_on():
    assert len(DOUBTFUL) > 40
    assert DOUBTFUL - set(NAMED) - UNTOUCHED.keys() == set()


def test_no_row_is_both_relied_on_and_not():
    assert set(NAMED) & UNTOUCHED.keys() == set()


def test_rows_are_named_as_in_the_coverage():
    names = {entry.name for entry in ENTRIES}
    assert {*NAMED, *UNTOUCHED} - names == set()
    assert UNTOUCHED.keys() - DOUBTFUL == set(), "known by now: no reason is needed"


def test_each_assumption_has_a_name_of_its_own_and_says_what_would_go_wrong():
    names = Counter(each.name for each in ASSUMPTIONS)
    assert [name for name, count in names.items() if count > 1] == []
    assert [each.name for each in ASSUMPTIONS if not (each.assumed and each.if_false)] == []


@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=lambda each: each.name)
def test_what_relies_on_it_exists(assumption):
    assert assumption.relied_on_by
    missing = [path for path in assumption.relied_on_by if not (REPOSITORY / path).is_file()]
    assert missing == []


def test_what_is_not_tried_says_why_and_what_shows_it_instead():
    assert [each.name for each in ASSUMPTIONS if not (each.check or each.otherwise)] == []


def test_the_page_is_current():
    assert FILE.read_text() == render(), "run `make format`"

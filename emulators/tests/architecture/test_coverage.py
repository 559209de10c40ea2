"""The table of what is simulated names what exists, and COVERAGE.md is made from it."""

import pkgutil
from collections import Counter

import pytest

from emulators.azure.coverage import Entry
from emulators.azure.coverage.__main__ import FILE, SECTIONS, render

ENTRIES = [
    pytest.param(entry, id=f"{section.title}: {entry.name}")
    for section in SECTIONS
    for entry in section.entries
]


def test_the_file_is_made_from_the_tables() -> None:
    assert FILE.read_text() == render(), "Run `python -m emulators.azure.coverage`."


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_makes_a_behaviour_exists_or_its_absence_has_a_reason(entry: Entry) -> None:
    if entry.made_by is None:
        assert entry.note
    else:
        assert pkgutil.resolve_name(f"emulators.azure.{entry.made_by}") is not None


def test_a_name_stands_once_in_its_section() -> None:
    names = Counter(
        (section.title, entry.name) for section in SECTIONS for entry in section.entries
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_no_cell_breaks_its_table() -> None:
    entries = [entry for section in SECTIONS for entry in section.entries]
    assert entries
    assert [entry for entry in entries if "|" in f"{entry.name}{entry.what}{entry.note}"] == []

"""docs/fault-matrix.md shows the table, and the table is as wide as it claims to be."""

from collections import Counter

from domain.environment.operation import OperationKind
from tests.faults.table import ROWS
from tests.support.fault_matrix import FILE, render

LEAST_ROWS = 60
SHORT_FORM = {
    OperationKind.PROVISION,
    OperationKind.UPDATE,
    OperationKind.WAKE,
    OperationKind.DELETE,
}
"""What is woken was scaled down before, and a repair runs the steps of an update."""


def test_the_page_is_current():
    assert FILE.read_text() == render(), "run `make format`"


def test_every_row_has_a_name_of_its_own_and_every_operation_has_rows():
    assert len(ROWS) >= LEAST_ROWS
    assert [name for name, count in Counter(row.name for row in ROWS).items() if count > 1] == []
    assert {row.during for row in ROWS} == set(OperationKind)
    assert {row.during for row in ROWS if row.short} == SHORT_FORM


def test_every_row_provokes_something():
    idle = [
        row.name
        for row in ROWS
        if not (
            row.faults
            or row.others
            or row.shortages
            or row.by_hand
            or "does-not-exist" in str(row.change)
        )
    ]
    assert idle == []

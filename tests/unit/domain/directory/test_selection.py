"""Pages of a list, by the rows alone."""

import pytest

from domain.directory.selection import Selected, Selection, select
from domain.environment.health import HealthStatus
from domain.environment.phases import IN_MOTION, Phase
from tests.unit.domain.directory.rows import a_row

ROWS = [
    a_row(name="delta", phase=Phase.FAILED),
    a_row(name="alpha", cost_center="ML-1"),
    a_row(name="charlie", phase=Phase.WAKING, health=HealthStatus.UNKNOWN),
    a_row(name="bravo", cost_center="ML-1", phase=Phase.UPDATING),
]
ALL = ("alpha", "bravo", "charlie", "delta")


@pytest.mark.parametrize(
    ("wanted", "selected"),
    [
        (Selection(), Selected(ALL, None)),
        (Selection(size=4), Selected(ALL, None)),
        (Selection(size=3), Selected(ALL[:3], "charlie")),
        (Selection(size=1, after="alpha"), Selected(("bravo",), "bravo")),
        (Selection(size=2, after="bravo"), Selected(("charlie", "delta"), None)),
        (Selection(size=1, after="alphabet"), Selected(("bravo",), "bravo")),
        (Selection(after="delta"), Selected((), None)),
        (Selection(phases=IN_MOTION), Selected(("bravo", "charlie"), None)),
        (Selection(phases=()), Selected((), None)),
        (Selection(health="Unknown"), Selected(("charlie",), None)),
        (Selection(cost_center="ML-1", phases=("Ready",)), Selected(("alpha",), None)),
        (Selection(cost_center="ML-1", size=1), Selected(("alpha",), "alpha")),
        (Selection(cost_center="nobody's", size=1), Selected((), None)),
        (Selection(cost_center="ml-1"), Selected(("alpha", "bravo"), None)),
        (Selection(cost_centers={"ML-1"}), Selected(("alpha", "bravo"), None)),
        (Selection(cost_centers={"ml-1"}), Selected(("alpha", "bravo"), None)),
        (Selection(cost_centers=()), Selected((), None)),
    ],
)
def test_rows_are_filtered_sorted_and_cut(wanted: Selection, selected: Selected):
    assert select(ROWS, wanted) == selected

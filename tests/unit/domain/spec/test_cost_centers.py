"""Cost centers are the same in any case."""

import pytest

from domain.spec.cost_centers import fold, is_among_centers, is_cost_center, is_same_center


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ML-Team", "ml-team", True),
        ("ML-Team", "ML-Team", True),
        ("ML-Team", "ML_Team", False),
        ("ML-Team", None, False),
        (None, None, False),
    ],
)
def test_case_makes_no_difference(one: str | None, other: str | None, same: bool):
    assert is_same_center(one, other) is is_same_center(other, one) is same
    assert is_among_centers(one, [] if other is None else ["RISK-7", other]) is same


def test_all_spellings_have_one():
    assert {fold(each) for each in ("ML-Team", "ml-team", "ML-TEAM")} == {"ml-team"}


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("ML-1.a_b", True), ("", False), ("ML 1", False), ("ML-1\n", False), ("m" * 51, False)],
)
def test_a_name_is_one_that_tags_and_reports_take(text: str, is_one: bool):
    assert is_cost_center(text) is is_one

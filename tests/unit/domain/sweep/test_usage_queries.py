"""Few questions for many cells, and none that makes others read too much."""

import pytest

from domain.durable.sweep_payloads import CellRef, UsageInput
from domain.spec.model import Idle
from domain.sweep.usage_queries import ask_usage
from tests.unit.domain.sweep_models import NOW, POLICY, ago


def ask(windows: dict[str, int], *cells: tuple[str, str]) -> list[UsageInput]:
    """`windows`: afterMinutes by environment, each with one cell if nothing else is said."""
    refs = [
        CellRef(environment=name, region=region)
        for name, region in cells or [(name, "westeurope") for name in windows]
    ]
    idles = {name: Idle(after_minutes=after) for name, after in windows.items()}
    return ask_usage("sweep", refs, idles, NOW, POLICY)


@pytest.mark.parametrize(
    ("windows", "grains", "reaches"),
    [
        pytest.param({}, [], [], id="nobody, no question"),
        pytest.param({"a": 30}, [1], [30 + 8 + 2], id="one"),
        pytest.param({"a": 30, "b": 300}, [1], [300 + 8 + 2], id="the longest of a grain"),
        pytest.param(
            {"week": 10080, "half hour": 30},
            [1, 60],
            [30 + 8 + 2, 10080 + 8 + 120],
            id="a week is asked for in hours, half an hour in minutes",
        ),
    ],
)
def test_one_question_per_time_grain(
    windows: dict[str, int], grains: list[int], reaches: list[int]
) -> None:
    questions = ask(windows)
    assert [question.interval_minutes for question in questions] == grains
    assert [question.start for question in questions] == [ago(reach) for reach in reaches]
    assert {question.observed_at for question in questions} <= {NOW}


def test_the_cells_of_one_environment_stay_together() -> None:
    (question,) = ask({"a": 30}, ("a", "westeurope"), ("a", "uksouth"))
    assert [cell.region for cell in question.cells] == ["westeurope", "uksouth"]

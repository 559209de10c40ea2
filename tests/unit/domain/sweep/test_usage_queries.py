"""Few queries for many cells, and none that makes others read too much."""

import pytest

from domain.spec.idle import Idle
from domain.sweep.usage_queries import CellRef, UsageQuery, build_usage_queries
from tests.unit.domain.sweep_models import NOW, POLICY, ago


def ask(windows: dict[str, int], *cells: tuple[str, str]) -> list[UsageQuery]:
    """`windows`: afterMinutes by environment, each with one cell if nothing else is said."""
    refs = [
        CellRef(environment=name, region=region)
        for name, region in cells or [(name, "westeurope") for name in windows]
    ]
    idles = {name: Idle(after_minutes=after) for name, after in windows.items()}
    return build_usage_queries(refs, idles, NOW, POLICY)


@pytest.mark.parametrize(
    ("windows", "grains", "reaches"),
    [
        pytest.param({}, [], [], id="no cells, no query"),
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
def test_one_query_per_time_grain(
    windows: dict[str, int], grains: list[int], reaches: list[int]
) -> None:
    queries = ask(windows)
    assert [query.interval_minutes for query in queries] == grains
    assert [query.start for query in queries] == [ago(reach) for reach in reaches]
    assert {query.observed_at for query in queries} <= {NOW}


def test_the_cells_of_one_environment_stay_together() -> None:
    (query,) = ask({"a": 30}, ("a", "westeurope"), ("a", "uksouth"))
    assert [cell.region for cell in query.cells] == ["westeurope", "uksouth"]

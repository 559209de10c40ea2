"""When the directory is filled again."""

import pytest

from domain.directory.filling import is_filling_due
from domain.directory.shard import SHARD_KEYS, Shard, fill, plan_fillings
from tests.support.specs import NOON, minutes
from tests.unit.domain.directory.rows import a_row, a_shard


def filled(build: str | None = "83efbc6") -> dict[str, Shard]:
    return {key: fill(Shard(), each) for key, each in plan_fillings([], NOON, build).items()}


LAST = SHARD_KEYS[-1]


@pytest.mark.parametrize(
    ("shards", "build", "after_minutes", "is_due"),
    [
        pytest.param({}, None, 0, True, id="the first deployment"),
        pytest.param(filled(), "83efbc6", 24 * 60 - 1, False, id="less than a day ago"),
        pytest.param(filled(), "83efbc6", 24 * 60, True, id="a day ago"),
        pytest.param(filled(), "a5d29cd", 5, True, id="another build"),
        pytest.param(filled(None), None, 5, False, id="builds without a commit"),
        pytest.param({**filled(), LAST: a_shard(a_row())}, "83efbc6", 5, True, id="one has none"),
        pytest.param(
            {k: s for k, s in filled().items() if k != LAST}, "83efbc6", 5, True, id="one is gone"
        ),
        pytest.param({**filled(), LAST: filled("a5d29cd")[LAST]}, "83efbc6", 5, True, id="half"),
    ],
)
def test_after_a_deployment_and_daily(
    shards: dict[str, Shard], build: str | None, after_minutes: float, is_due: bool
):
    assert is_filling_due(shards, build, NOON + minutes(after_minutes)) is is_due

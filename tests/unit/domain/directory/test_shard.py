"""Shards take rows in, in whatever order they arrive."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.directory.row import DirectoryRow
from domain.directory.shard import (
    SHARD_KEYS,
    SHARDS,
    Shard,
    ShardFilling,
    ShardRows,
    fill,
    forget,
    is_filled,
    list_names,
    plan_fillings,
    put,
    read_rows,
    shard_key,
)
from domain.environment.health import HealthStatus
from domain.environment.phases import Phase
from domain.spec.model import LONGEST_NAME, is_environment_name
from tests.support.specs import NOON, minutes
from tests.unit.domain.directory.rows import a_filling, a_row, a_shard, news

OLD, NEW = a_row(3, Phase.PROVISIONING), a_row(4, Phase.READY)
DELETED = a_row(5, Phase.DELETED)
INLINE_CHARACTERS = 30_000
"""60 KB in UTF-16, the largest state that Azure's task hub keeps outside of blobs."""


@pytest.mark.parametrize(
    ("known", "told", "expected"),
    [
        pytest.param(a_shard(), NEW, NEW, id="the first row"),
        pytest.param(a_shard(OLD), NEW, NEW, id="a newer one"),
        pytest.param(a_shard(NEW), NEW, NEW, id="the same one again"),
        pytest.param(a_shard(NEW), OLD, NEW, id="an older one, late"),
        pytest.param(a_shard(DELETED), NEW, DELETED, id="a late one does not revive"),
        pytest.param(a_shard(DELETED), a_row(6), a_row(6), id="the name is used again"),
        pytest.param(a_shard(a_row(9)), a_row(10), a_row(10), id="revisions are numbers"),
    ],
)
def test_the_newest_row_wins(known: Shard, told: DirectoryRow, expected: DirectoryRow):
    assert put(known, news(told)) == a_shard(expected)


def test_deleted_environments_are_not_listed():
    assert read_rows([a_shard(DELETED, a_row(name="other"))]) == [a_row(name="other")]


def test_a_cost_centers_names_are_in_order_with_those_that_were_deleted():
    others = a_row(name="x", cost_center="RISK-7")
    shards = [a_shard(DELETED, others), a_shard(a_row(name="alpha"))]
    assert list_names(shards, "ML-1234") == ["alpha", "fraud-llm"]
    assert list_names(shards, "RISK-7") == ["x"]


@pytest.mark.parametrize(
    ("known", "left"),
    [
        pytest.param(a_shard(DELETED), a_shard(), id="its row"),
        pytest.param(a_shard(), a_shard(), id="a second time"),
        pytest.param(a_shard(NEW), a_shard(), id="before the news of its deletion"),
        pytest.param(a_shard(a_row(6)), a_shard(a_row(6)), id="the name is used again"),
    ],
)
def test_rows_are_forgotten_unless_they_are_newer(known: Shard, left: Shard):
    assert forget(known, news(DELETED)) == left


def test_filling_replaces_no_row_that_came_in_meanwhile():
    other = a_row(name="born-meanwhile")
    filled = fill(a_shard(NEW, other), a_filling(OLD, a_row(name="missed")))
    assert filled.rows == news(NEW, other, a_row(name="missed")).rows
    assert (filled.filled_at, filled.filled_by) == (NOON, "83efbc6")


def test_a_late_filling_does_not_count_as_the_latest():
    filled = fill(Shard(), a_filling(after_minutes=5, build="new"))
    late = fill(filled, a_filling(OLD, build="old"))
    assert (late.filled_at, late.filled_by) == (NOON + minutes(5), "new")
    assert late.rows == news(OLD).rows


def test_the_directory_is_used_once_every_shard_was_filled():
    fillings = plan_fillings([NEW], NOON, None)
    shards = {key: fill(Shard(), filling) for key, filling in fillings.items()}
    assert len(shards) == SHARDS
    assert is_filled(shards)
    assert read_rows(shards.values()) == [NEW]
    key = shard_key("other")
    assert not is_filled({**shards, key: a_shard(a_row(name="other"))})
    assert not is_filled({k: shard for k, shard in shards.items() if k != key})


def test_a_name_keeps_its_shard():
    """In every process and version: its news and its row must meet."""
    keys = {name: shard_key(name) for name in ("fraud-llm", "a-b", "x" * LONGEST_NAME)}
    assert keys == {"fraud-llm": "b-042", "a-b": "b-030", "xxxxxxxxxxxxxxxxxxxxxxxx": "b-018"}


def test_ten_thousand_rows_at_their_longest_stay_out_of_blobs():
    longest_phase = max(Phase, key=len)
    longest_health = max(HealthStatus, key=len)
    rows = [
        a_row(9_999_999, longest_phase, f"e{'x' * (LONGEST_NAME - 6)}{n:05}", longest_health)
        for n in range(10_000)
    ]
    rows = [DirectoryRow(r.name, r.revision, r.phase, r.health, "C" * 50) for r in rows]
    assert is_environment_name(rows[0].name)
    assert max(len(f'"{row.name}": "{row.text}", ') for row in rows) <= 160
    fillings = plan_fillings(rows, NOON, "0" * 40)
    assert set(fillings) == set(SHARD_KEYS)
    for filling in fillings.values():
        stored = json.dumps(fill(Shard(), filling).to_wire())
        assert len(json.dumps(json.dumps(stored))) < INLINE_CHARACTERS, "escaped twice"


type Told = ShardRows | ShardFilling

NAMES = ("a", "b", "c")
rows = st.builds(
    lambda name, revision, is_gone: a_row(
        revision, Phase.DELETED if is_gone else f"Phase{revision}", name
    ),
    st.sampled_from(NAMES),
    st.integers(0, 20),
    st.booleans(),
)
"""One text per name and revision, but for those that say deleted."""

lives = st.lists(rows, max_size=12, unique_by=lambda row: (row.name, row.revision))


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[DirectoryRow], list[Told]]:
    """All rows of some lives, each at least once in some order, by puts or fillings."""
    life = draw(lives)
    told: list[Told] = [news(row) for row in life]
    for at in range(draw(st.integers(0, 3))):
        snapshot = {row.name: row for row in draw(st.lists(st.sampled_from(life)))} if life else {}
        told.append(a_filling(*snapshot.values(), after_minutes=at))
    repeated = draw(st.lists(st.sampled_from(told))) if told else []
    return life, draw(st.permutations([*told, *repeated]))


@given(deliveries())
def test_in_whatever_order_and_number_news_arrive_the_latest_rows_are_left(
    delivered: tuple[list[DirectoryRow], list[Told]],
):
    life, told = delivered
    shard = Shard()
    for each in told:
        shard = fill(shard, each) if isinstance(each, ShardFilling) else put(shard, each)
    latest = {row.name: row for row in sorted(life, key=lambda row: row.revision)}
    assert shard.rows == {name: row.text for name, row in latest.items()}
    listed = {row.name: row for row in read_rows([shard])}
    assert listed == {name: row for name, row in latest.items() if not row.is_deleted}

"""When GPU nodes became more or fewer: a bounded list of changes, and means over time."""

from datetime import UTC, datetime, timedelta

from domain.environment.node_changes import (
    KEPT_NODE_CHANGES,
    NodeChange,
    NodeMeans,
    mean_between,
    note_nodes,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def seen(*looks: tuple[float, int]) -> tuple[NodeChange, ...]:
    changes: tuple[NodeChange, ...] = ()
    for minutes, nodes in looks:
        changes = note_nodes(changes, after(minutes), [(nodes, 2.0)])
    return changes


def counted(changes: tuple[NodeChange, ...]) -> list[tuple[datetime, int]]:
    return [(each.time, each.nodes) for each in changes]


def test_only_what_changes_is_kept() -> None:
    assert counted(seen((0, 1), (5, 1), (10, 3))) == [(NOW, 1), (after(10), 3)]


def test_regions_are_added_up_and_what_has_no_price_is_told_apart() -> None:
    (change,) = note_nodes((), NOW, [(2, 3.5), (1, None)])
    assert change[1:] == (3, 1, 7.0)


def test_of_two_regions_in_one_moment_the_sum_stays() -> None:
    first = note_nodes((), NOW, [(1, 2.0)])
    assert counted(note_nodes(first, NOW, [(1, 2.0), (1, 2.0)])) == [(NOW, 2)]


def test_a_look_that_is_behind_does_not_turn_time_round() -> None:
    assert counted(seen((10, 1), (5, 2))) == [(after(10), 2)]


def test_a_bounded_number_is_kept() -> None:
    changes = seen(*((number, number % 2 + 1) for number in range(KEPT_NODE_CHANGES + 5)))
    assert len(changes) == KEPT_NODE_CHANGES
    assert changes[0].time == after(5)


def test_means_are_weighted_by_time() -> None:
    changes = seen((0, 1), (30, 3))
    assert mean_between(changes, NOW, after(60)) == NodeMeans(2.0, 0.0, 4.0)
    assert mean_between(changes, after(-30), after(30)).nodes == 0.5
    assert mean_between(changes, after(45), after(60)).nodes == 3.0
    assert mean_between(changes, after(-60), after(-30)).nodes == 0.0
    assert mean_between((), NOW, after(60)).nodes == 0.0

"""What the record keeps of traffic: slots for a day, hours for two weeks, never more than that."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from domain.environment.metric_history import (
    KEPT_HOURS,
    MetricHistory,
    TrafficPoint,
    has_slots,
    hour_of,
    newest_growth,
    note_traffic,
    start_of_hour,
    traffic_by_hour,
    traffic_by_slot,
)
from domain.environment.use_history import slot_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEEN = TrafficPoint(0, 3, 1, 40, 90, 55, 1)


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def seen(*looks: tuple[float, TrafficPoint]) -> MetricHistory:
    history = MetricHistory()
    for minutes, point in looks:
        history = note_traffic(history, after(minutes), point)
    return history


def test_each_slot_has_what_was_seen_in_it() -> None:
    history = seen((0, SEEN), (10, SEEN._replace(requests=4)))
    assert [(each.start, each.requests) for each in history.slots] == [
        (slot_of(NOW), 3),
        (slot_of(after(10)), 4),
    ]
    assert history.since == NOW


def test_two_looks_in_one_slot_are_added_up_and_the_higher_moment_stays() -> None:
    """Two regions are seen in one sweep."""
    other = TrafficPoint(0, 4, None, 2, None, 60, 2)
    (point,) = seen((0, SEEN), (1, other)).slots
    assert point == TrafficPoint(slot_of(NOW), 7, 1, 42, 90, 60, 2)


def test_what_nobody_could_read_is_not_zero() -> None:
    (point,) = seen((0, TrafficPoint(0)), (1, TrafficPoint(0))).slots
    assert point == TrafficPoint(slot_of(NOW))


def test_a_late_look_is_put_in_its_place() -> None:
    starts = [each.start for each in seen((10, SEEN), (0, SEEN)).slots]
    assert starts == [slot_of(NOW), slot_of(after(10))]


def test_slots_become_hours_after_a_day_and_hours_end_after_two_weeks() -> None:
    history = seen((0, SEEN), (55, SEEN), (60, SEEN), (25 * 60, SEEN))
    assert [(each.start, each.requests) for each in history.hours] == [(hour_of(NOW), 6)]
    assert [each.start for each in history.slots] == [slot_of(after(60)), slot_of(after(25 * 60))]
    later = note_traffic(history, after(60 * KEPT_HOURS), SEEN)
    assert [each.start for each in later.hours] == [hour_of(after(60)), hour_of(after(25 * 60))]
    assert later.since == start_of_hour(hour_of(after(60)))


def test_by_hour_slots_are_counted_as_well_and_by_slot_they_are_kept_for_a_day() -> None:
    history = seen((0, SEEN), (55, SEEN), (26 * 60, SEEN))
    assert {k: each.requests for k, each in traffic_by_hour(history).items()} == {
        hour_of(NOW): 6,
        hour_of(after(26 * 60)): 3,
    }
    assert list(traffic_by_slot(history)) == [slot_of(after(26 * 60))]
    assert has_slots(after(2 * 60), after(26 * 60))
    assert not has_slots(after(2 * 60 - 1), after(26 * 60))


def test_its_size_is_bounded_whatever_the_traffic() -> None:
    history, dice = MetricHistory(), random.Random(1)
    for minutes in range(0, (KEPT_HOURS + 48) * 60, 5):
        requests, errors, tokens_in, tokens_out = (dice.randrange(10_000_000) for _ in range(4))
        busy = TrafficPoint(0, requests, errors, tokens_in, tokens_out, 100, 64)
        history = note_traffic(history, after(minutes), busy)
    assert len(history.hours) == KEPT_HOURS - 25
    assert len(history.slots) == 25 * 12
    assert len(history.model_dump_json()) < 40_000


def test_it_survives_the_wire_with_what_is_not_known() -> None:
    history = seen((0, SEEN._replace(errors=None)), (5, TrafficPoint(0)))
    assert MetricHistory.from_wire(history.to_wire()) == history


FIVE_LATER = TrafficPoint(0, 5, 1, 60, 95, 70, 2)


def in_slots(*points: TrafficPoint) -> MetricHistory:
    return MetricHistory(slots=points)


@pytest.mark.parametrize(
    ("before", "later", "growth"),
    [
        pytest.param(None, in_slots(), None, id="nothing was seen"),
        pytest.param(None, in_slots(SEEN), SEEN, id="the first look"),
        pytest.param(in_slots(SEEN), in_slots(SEEN), None, id="nothing has moved"),
        pytest.param(
            in_slots(SEEN),
            in_slots(SEEN, FIVE_LATER._replace(start=1)),
            FIVE_LATER._replace(start=1),
            id="another slot",
        ),
        pytest.param(
            in_slots(SEEN),
            in_slots(FIVE_LATER),
            TrafficPoint(0, 2, 0, 20, 5, 70, 2),
            id="more in the same slot",
        ),
        pytest.param(
            in_slots(TrafficPoint(0)),
            in_slots(SEEN),
            SEEN,
            id="what was not known before is all new",
        ),
        pytest.param(
            in_slots(TrafficPoint(0, 1)),
            in_slots(TrafficPoint(0, 2)),
            TrafficPoint(0, 1),
            id="what is not known stays so",
        ),
        pytest.param(
            in_slots(SEEN._replace(start=-1), SEEN), in_slots(SEEN), None, id="an old slot is gone"
        ),
    ],
)
def test_the_growth_of_the_latest_slot_is_what_it_had_not_before(
    before: MetricHistory | None, later: MetricHistory, growth: TrafficPoint | None
):
    assert newest_growth(before, later) == growth

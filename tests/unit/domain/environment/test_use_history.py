"""What the record keeps of use: periods in slots of five minutes, a bounded number of them."""

from datetime import UTC, datetime, timedelta

from domain.environment.use_history import (
    KEPT_SLOTS,
    KEPT_USE_PERIODS,
    UseHistory,
    note_look_at_use,
    note_use,
    requests_by_slot,
    slot_of,
    start_of,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def seen(*looks: tuple[float, int]) -> UseHistory:
    history = UseHistory()
    for minutes, requests in looks:
        history = note_use(history, after(minutes), requests)
    return history


def test_looks_in_a_row_are_one_period() -> None:
    (period,) = seen((0, 3), (5, 4), (10, 0)).periods
    assert (start_of(period.first), start_of(period.last)) == (NOW, after(10))
    assert period.requests == 7


def test_a_gap_begins_another_period() -> None:
    assert [each.requests for each in seen((0, 3), (10, 4)).periods] == [3, 4]


def test_two_looks_in_one_slot_are_of_one_period() -> None:
    """Two regions are seen in one sweep."""
    assert [each.requests for each in seen((0, 3), (1, 4)).periods] == [7]


def test_a_late_look_does_not_turn_a_period_round() -> None:
    (period,) = seen((5, 3), (0, 4)).periods
    assert period.first == period.last == slot_of(after(5))


def test_a_history_begins_with_the_first_look_whatever_it_saw() -> None:
    history = note_look_at_use(UseHistory(), NOW)
    assert note_use(history, after(60), 1).since == NOW
    assert note_look_at_use(history, after(60)) is history


def test_requests_are_spread_over_the_slots_of_their_period() -> None:
    first = slot_of(NOW)
    assert requests_by_slot(seen((0, 4), (5, 3))) == {first: 4, first + 1: 3}


def test_four_weeks_are_kept() -> None:
    later = KEPT_SLOTS * 5 + 60
    history = seen((0, 1), (later, 1))
    assert [each.first for each in history.periods] == [slot_of(after(later))]
    assert history.since == after(later)


def test_a_bounded_number_of_periods_is_kept_and_the_history_begins_with_them() -> None:
    history = seen(*((10 * number, 1) for number in range(KEPT_USE_PERIODS + 1)))
    assert len(history.periods) == KEPT_USE_PERIODS
    assert history.since == start_of(history.periods[0].first) == after(10)
    assert len(str(history.to_wire())) < 9_000

"""A pool played through known use, slot by slot."""

import pytest

from domain.sweep.idle_simulation import IdleSetting, SimulatedUse, simulate

NIGHT = range(6, 9)


@pytest.mark.parametrize(
    ("use", "setting", "awake", "cold", "waiting"),
    [
        pytest.param({}, IdleSetting(None), 12, 0, 0, id="never asleep"),
        pytest.param({}, IdleSetting(2), 2, 0, 0, id="nothing is asked"),
        pytest.param({0: 1, 1: 1}, IdleSetting(2), 4, 0, 0, id="asked at first only"),
        pytest.param({0: 1, 6: 3, 7: 2}, IdleSetting(2), 7, 1, 5, id="one cold start"),
        pytest.param({0: 1, 3: 1, 6: 1, 9: 1}, IdleSetting(3), 12, 0, 0, id="just in time"),
        pytest.param({0: 1, 4: 0}, IdleSetting(2), 6, 1, 0, id="use without a counted request"),
    ],
)
def test_a_pool_is_awake_as_long_as_its_setting_says(
    use: dict[int, int], setting: IdleSetting, awake: int, cold: int, waiting: int
) -> None:
    assert simulate(use, range(12), setting, 2) == SimulatedUse(awake, cold, waiting)


def test_outside_of_off_hours_it_is_awake_unasked() -> None:
    found = simulate({0: 1}, range(12), IdleSetting(1, NIGHT.__contains__), 1)
    assert found == SimulatedUse(slots_awake=10, cold_starts=0, requests_waiting=0)


def test_who_calls_while_it_starts_at_the_end_of_off_hours_waits() -> None:
    found = simulate({0: 1, 9: 4}, range(12), IdleSetting(1, NIGHT.__contains__), 1)
    assert (found.cold_starts, found.requests_waiting) == (1, 4)


def test_it_does_not_go_to_sleep_while_it_starts() -> None:
    assert simulate({3: 1}, range(9), IdleSetting(1), 3).slots_awake == 1 + 3

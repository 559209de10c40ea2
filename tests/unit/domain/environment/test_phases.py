from itertools import pairwise

import pytest

from domain.environment.phases import IN_MOTION, TRANSITIONS, Phase, can_move


def test_every_phase_has_its_row():
    assert set(TRANSITIONS) == set(Phase)


@pytest.mark.parametrize("phase", sorted(IN_MOTION))
def test_a_phase_in_motion_can_end_in_failure(phase: Phase):
    assert can_move(phase, Phase.FAILED)


@pytest.mark.parametrize("phase", sorted(set(Phase) - {Phase.DELETED}))
def test_every_live_phase_can_be_left_by_deletion(phase: Phase):
    assert can_move(phase, Phase.DELETING)


@pytest.mark.parametrize(
    ("current", "target"),
    [
        (Phase.DELETED, Phase.READY),
        (Phase.READY, Phase.PROVISIONING),
        (Phase.SCALED_DOWN, Phase.READY),
        (Phase.READY, Phase.WAKING),
        (Phase.WAKING, Phase.UPDATING),
        (Phase.UPDATING, Phase.WAKING),
        (Phase.DELETING, Phase.WAKING),
        (Phase.DELETED, Phase.WAKING),
        (Phase.PROVISIONING, Phase.SCALED_DOWN),
    ],
)
def test_there_are_no_short_cuts(current: Phase, target: Phase):
    assert not can_move(current, target)


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(
            [Phase.READY, Phase.UPDATING, Phase.SCALED_DOWN, Phase.WAKING, Phase.READY],
            id="to sleep and back",
        ),
        pytest.param(
            [Phase.UPDATING, Phase.FAILED, Phase.WAKING, Phase.READY],
            id="back after a failed scale-down",
        ),
        pytest.param(
            [Phase.WAKING, Phase.FAILED, Phase.WAKING, Phase.READY], id="a second try to wake"
        ),
        pytest.param([Phase.WAKING, Phase.SCALED_DOWN], id="a wake that changed nothing"),
        pytest.param([Phase.DELETING, Phase.READY], id="a deletion that changed nothing"),
        pytest.param(
            [Phase.DELETING, Phase.CANCELED, Phase.UPDATING, Phase.READY],
            id="a deletion that was canceled, and repaired",
        ),
        pytest.param(
            [Phase.SCALED_DOWN, Phase.DELETING, Phase.DELETED], id="deleted in its sleep"
        ),
    ],
)
def test_each_move_of_a_story_is_allowed(way: list[Phase]):
    for current, target in pairwise(way):
        assert can_move(current, target), f"{current} -> {target}"

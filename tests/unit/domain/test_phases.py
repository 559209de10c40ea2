import pytest

from domain.phases import IN_MOTION, TRANSITIONS, Phase, is_allowed


def test_every_phase_has_its_row():
    assert set(TRANSITIONS) == set(Phase)


@pytest.mark.parametrize("phase", sorted(IN_MOTION))
def test_a_phase_in_motion_can_end_in_failure(phase: Phase):
    assert is_allowed(phase, Phase.FAILED)


@pytest.mark.parametrize("phase", sorted(set(Phase) - {Phase.DELETED}))
def test_every_live_phase_can_be_left_by_deletion(phase: Phase):
    assert is_allowed(phase, Phase.DELETING)


@pytest.mark.parametrize(
    ("current", "target"),
    [
        (Phase.DELETED, Phase.READY),
        (Phase.READY, Phase.PROVISIONING),
        (Phase.DELETING, Phase.READY),
        (Phase.SCALED_DOWN, Phase.READY),
    ],
)
def test_there_are_no_short_cuts(current: Phase, target: Phase):
    assert not is_allowed(current, target)

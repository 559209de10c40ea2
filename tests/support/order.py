"""Which tests begin first."""

from pathlib import Path

SECONDS = {
    "test_command_line.py": 135,
    "test_crashes.py": 70,
    "test_approvals.py": 65,
    "test_idle_sweep.py": 54,
    "test_wrong_clocks.py": 43,
    "test_failed_creations.py": 45,
    "test_flood.py": 42,
    "test_pull_secrets.py": 39,
    "test_weights.py": 38,
    "test_faults.py": 36,
    "test_placement.py": 36,
    "test_orphans.py": 35,
    "test_blue_green.py": 35,
    "test_purge.py": 34,
    "test_role_actions.py": 32,
    "test_autoscale.py": 32,
    "test_failed_updates.py": 31,
    "test_origin_certificate.py": 30,
    "test_races.py": 29,
    "test_reboot.py": 22,
    "test_update.py": 19,
    "test_repair_and_cancel.py": 19,
    "test_upgrade.py": 18,
    "test_messages.py": 18,
    "test_drift.py": 18,
    "test_expiry.py": 17,
    "test_environment_story.py": 17,
}
"""What modules of `tests/e2e` and `tests/faults` take beside all other tests, on 2 processors."""

USUAL_SECONDS = 9
"""Of all others of these folders."""


def find_seconds(module: Path) -> int:
    """0 for tests without processes of their own."""
    is_of_processes = module.parent.name in {"e2e", "faults"}
    return SECONDS.get(module.name, USUAL_SECONDS) if is_of_processes else 0

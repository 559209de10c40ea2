"""Which tests begin first."""

from pathlib import Path

SECONDS = {
    "test_command_line.py": 107,
    "test_crashes.py": 72,
    "test_approvals.py": 72,
    "test_idle_sweep.py": 52,
    "test_pull_secrets.py": 41,
    "test_failed_creations.py": 40,
    "test_wrong_clocks.py": 39,
    "test_flood.py": 39,
    "test_weights.py": 37,
    "test_role_actions.py": 36,
    "test_faults.py": 36,
    "test_orphans.py": 35,
    "test_races.py": 32,
    "test_autoscale.py": 32,
    "test_blue_green.py": 30,
    "test_failed_updates.py": 29,
    "test_placement.py": 27,
    "test_purge.py": 26,
    "test_origin_certificate.py": 26,
    "test_repair_and_cancel.py": 23,
    "test_upgrade.py": 20,
    "test_update.py": 20,
    "test_reboot.py": 19,
    "test_plans.py": 18,
    "test_drift.py": 18,
    "test_private_images.py": 16,
    "test_messages.py": 16,
    "test_expiry.py": 16,
    "test_secrets.py": 16,
}
"""What modules of `tests/e2e` and `tests/faults` take beside all other tests, on 2 processors."""

USUAL_SECONDS = 8
"""Of all others of these folders."""


def find_seconds(module: Path) -> int:
    """0 for tests without processes of their own."""
    is_of_processes = module.parent.name in {"e2e", "faults"}
    return SECONDS.get(module.name, USUAL_SECONDS) if is_of_processes else 0

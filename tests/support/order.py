"""Which tests begin first."""

from pathlib import Path

LONGEST = (
    "test_idle_sweep.py",
    "test_placement.py",
    "test_flood.py",
    "test_purge.py",
    "test_orphans.py",
    "test_faults.py",
    "test_crashes.py",
    "test_drift.py",
    "test_role_actions.py",
    "test_update.py",
    "test_reboot.py",
    "test_wrong_clocks.py",
    "test_failed_updates.py",
    "test_messages.py",
)
"""Modules of `tests/e2e` and `tests/faults`, the longest test first."""


def rank(module: Path) -> int:
    """Tests of real processes before all others, and the longest of them first."""
    if module.parent.name not in {"e2e", "faults"}:
        return len(LONGEST) + 1
    return LONGEST.index(module.name) if module.name in LONGEST else len(LONGEST)

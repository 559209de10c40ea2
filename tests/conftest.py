"""The order in which tests are handed to the workers of xdist, and what they are spared."""

import gc
from pathlib import Path

import pytest

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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that mostly wait go first and the longest before all, so that none is left for the
    end while other workers have nothing to do; all others keep their order."""
    items.sort(key=lambda item: rank(item.path))


def pytest_collection_finish() -> None:
    """Collected tests and imported modules live to the end: the garbage collector would look
    through their 400,000 objects again and again."""
    gc.freeze()


def rank(module: Path) -> int:
    if module.parent.name not in {"e2e", "faults"}:
        return len(LONGEST) + 1
    return LONGEST.index(module.name) if module.name in LONGEST else len(LONGEST)

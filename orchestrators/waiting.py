"""Cancelable timers, and new runs that keep histories short."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from durabletask.task import when_any

from domain.outcomes import Outcome
from orchestrators.operation_context import Orchestration, Steps

READS_PER_RUN = 16
"""After these a wait begins a new run: each turn replays its whole history, and the task hub keeps
the last run alone."""


def sleep_unless_canceled(run: Orchestration, seconds: float) -> Steps[bool]:
    """False if the run was canceled before the time had passed."""
    if run.is_canceled:
        return False
    timer = run.context.create_timer(timedelta(seconds=seconds))
    yield when_any([timer, run.canceled])
    if timer.is_complete:
        return True
    timer.cancel()
    return False


def continue_as_new(run: Orchestration, value: Mapping[str, Any]) -> dict[str, Any] | None:
    """Begins a new run with an empty history; the engine discards what is returned after that."""
    if run.is_canceled:
        return Outcome.canceled().to_wire()
    run.context.continue_as_new(value, save_events=True)
    return None

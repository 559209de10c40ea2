"""A clock that is minutes off makes an idle environment look busy or a busy one idle."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from emulators.stack.api import Api
from emulators.stack.stack import Stack
from tests.e2e.conftest import LATENCY_SHARE, NEVER
from tests.e2e.stories import provision
from tests.e2e.sweeps import IDLE_AFTER_10_MINUTES, idle_events, sweep, sweep_until
from tests.support.documented_api import DocumentedApi

TIME_SCALE = 180.0
GRACE = "GraceAfterCreate"
FIRST_LOOK = "CountersNew"
"""Counters are compared with themselves: they run by no clock, and are known after one window."""

OWN_REQUESTS_SEEN = "RequestsSeen"
"""The sweep's own requests, noted by a clock that is slow, lie where Azure counted none: they are
not recognised, and count as use."""


def start_with_wrong_clock(stack: Stack, minutes_fast: float) -> None:
    """Azure's time is right; the app and its task hub live `minutes_fast` ahead of it."""
    stack.work_dir.mkdir()
    stack.start_simulator()
    # Moved back, the origin makes simulated time run fast from an earlier moment on.
    stack.clock_origin -= timedelta(minutes=minutes_fast / (stack.time_scale - 1))
    stack.start_task_hub()
    stack.start_app()


@pytest.fixture(params=[10, -10], ids=["10 minutes fast", "10 minutes slow"])
def wrong(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Api, str]]:
    stack = Stack(
        tmp_path / "stack",
        time_scale=TIME_SCALE,
        settings=NEVER,
        latency_share=LATENCY_SHARE,
    )
    try:
        start_with_wrong_clock(stack, request.param)
        with DocumentedApi(stack.app_url) as api:
            yield api, "RequestsStale" if request.param > 0 else OWN_REQUESTS_SEEN
    finally:
        stack.stop()


def test_by_a_clock_that_is_off_nobody_is_idle(wrong: tuple[Api, str]):
    """Its window would lie where the traffic is not; both clocks can only be wrong together."""
    api, reason = wrong
    provision(api, "timeless", idle=IDLE_AFTER_10_MINUTES)
    reasons = sweep_until(api, lambda seen: reason in seen.get("timeless", []))
    first, *others, last = reasons["timeless"]
    assert (first, last) == (GRACE, reason)
    assert set(others) <= {FIRST_LOOK, OWN_REQUESTS_SEEN}
    (decision,) = sweep(api)["decisions"]
    assert (decision["action"], decision["reason"]) == ("none", reason)
    assert idle_events(api, "timeless") == []

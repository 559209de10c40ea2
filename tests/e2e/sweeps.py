"""Sweeps started by hand, and what they decided for whom."""

import time
from collections.abc import Callable
from typing import Any

from emulators.stack.api import Api

IDLE_AFTER_10_MINUTES = {"afterMinutes": 10, "action": "scaleToZero"}
TIMEOUT_SECONDS = 90.0
BETWEEN_SWEEPS_SECONDS = 0.5

type Reasons = dict[str, list[str]]
"""By environment, each once and in the order in which they were first given."""


def sweep(api: Api, *, dry_run: bool = False) -> dict[str, Any]:
    """One sweep, to its end."""
    latest = "/sweeps/latest?dryRun=true" if dry_run else "/sweeps/latest"
    assert api.post("/sweeps", json={"dryRun": True} if dry_run else None).status_code == 202
    end = time.monotonic() + TIMEOUT_SECONDS
    while (report := api.get(latest).json())["status"] == "Running":
        assert time.monotonic() < end, report
        time.sleep(0.2)
    assert report["status"] == "Succeeded", report
    return report


def sweep_until(
    api: Api, condition: Callable[[Reasons], bool], between: Callable[[], Any] | None = None
) -> Reasons:
    """Sweep again and again until the condition holds; `between` happens after each sweep."""
    reasons: Reasons = {}
    end = time.monotonic() + TIMEOUT_SECONDS
    while not condition(reasons):
        assert time.monotonic() < end, reasons
        ours = (d for d in sweep(api)["decisions"] if d["pool"]["isOurs"])
        for decision in ours:
            seen = reasons.setdefault(decision["environment"], [])
            if decision["reason"] not in seen:
                seen.append(decision["reason"])
        if between:
            between()
        time.sleep(BETWEEN_SWEEPS_SECONDS)
    return reasons


def timeline(api: Api, name: str) -> list[dict[str, Any]]:
    return api.get(f"/environments/{name}/events").json()["value"]


def idle_events(api: Api, name: str) -> list[str]:
    """What the sweep told the environment's timeline."""
    return [event["type"] for event in timeline(api, name) if event["type"].startswith("Idle")]

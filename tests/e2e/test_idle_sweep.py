"""Nobody uses an environment: it is warned, goes to zero, and comes back when it is woken."""

import time
from typing import Any

from local_stack.api import Api, SimulatedAzure
from local_stack.stack import Stack
from tests.e2e.published_events import await_events
from tests.e2e.stories import delete, finish, provision

IDLE_AFTER_10_MINUTES = {"afterMinutes": 10, "action": "scaleToZero"}
TIMEOUT_SECONDS = 60.0
BETWEEN_SWEEPS_SECONDS = 0.5


def sweep(api: Api) -> dict[str, Any]:
    """One sweep by hand, to its end."""
    assert api.post("/sweeps").status_code == 202
    end = time.monotonic() + TIMEOUT_SECONDS
    while (latest := api.get("/sweeps/latest").json())["status"] == "Running":
        assert time.monotonic() < end, latest
        time.sleep(0.05)
    assert latest["status"] == "Succeeded", latest
    return latest


def sweep_until(api: Api, name: str, event: str) -> list[str]:
    """Sweep again and again until the environment's timeline has `event`; the reasons seen."""
    reasons: list[str] = []
    end = time.monotonic() + TIMEOUT_SECONDS
    while event not in timeline(api, name):
        assert time.monotonic() < end, reasons
        for decision in sweep(api)["decisions"]:
            if decision["environment"] == name and decision["reason"] not in reasons:
                reasons.append(decision["reason"])
        time.sleep(BETWEEN_SWEEPS_SECONDS)
    return reasons


def timeline(api: Api, name: str) -> list[str]:
    return [event["type"] for event in timeline_of(api, name)]


def timeline_of(api: Api, name: str) -> list[dict[str, Any]]:
    return api.get(f"/environments/{name}/events").json()["value"]


def test_an_idle_environment_is_warned_goes_to_zero_and_wakes(
    api: Api, azure: SimulatedAzure, stack: Stack
):
    environment = provision(api, "idler", idle=IDLE_AFTER_10_MINUTES)
    azure.ask_model(environment, "Anybody there?")

    reasons = sweep_until(api, "idler", "IdleWarned")
    assert reasons[0] == "GraceAfterCreate"
    assert api.get_environment("idler")["phase"] == "Ready"
    warned_at = next(e["at"] for e in timeline_of(api, "idler") if e["type"] == "IdleWarned")
    await_events(stack, "idler", f"idler.idle-warned.{warned_at}")
    sweep_until(api, "idler", "IdleScaledToZero")
    assert api.get_environment("idler")["phase"] == "ScaledDown"
    latest = api.get("/sweeps/latest").json()
    assert latest["summary"]["results"] == {"succeeded": 1}
    assert latest["summary"]["savedPerHourUsd"] > 0

    waking = api.post("/environments/idler/wake").json()["id"]
    assert finish(api, waking)["status"] == "Succeeded"
    woken = [d for d in sweep(api)["decisions"] if d["environment"] == "idler"]
    assert [d["reason"] for d in woken] == ["GraceAfterWake"]
    assert delete(api, "idler")["status"] == "Succeeded"


def test_a_dry_run_decides_and_does_nothing(api: Api):
    provision(api, "onlooker", idle=IDLE_AFTER_10_MINUTES)
    assert api.post("/sweeps", json={"dryRun": True}).status_code == 202
    end = time.monotonic() + TIMEOUT_SECONDS
    while api.get("/sweeps/latest?dryRun=true").json()["status"] == "Running":
        assert time.monotonic() < end
        time.sleep(0.05)
    report = api.get("/sweeps/latest?dryRun=true").json()
    assert report["summary"]["dryRun"] is True
    assert "onlooker" in {d["environment"] for d in report["decisions"]}
    assert [e for e in timeline(api, "onlooker") if e.startswith("Idle")] == []
    assert delete(api, "onlooker")["status"] == "Succeeded"

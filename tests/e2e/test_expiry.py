"""An environment whose time is over is warned and then deleted by the sweep."""

from datetime import datetime, timedelta

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.published_events import await_events
from tests.e2e.stories import leftovers, provision
from tests.e2e.sweeps import sweep_until, timeline

LIFE = timedelta(minutes=25)


def types(api: Api, name: str) -> list[str]:
    return [event["type"] for event in timeline(api, name)]


def test_who_expires_is_told_within_the_last_hour_and_deleted_afterwards(
    api: Api, azure: SimulatedAzure, stack: Stack
):
    now = datetime.fromisoformat(azure.get("/_simulator/clock").json()["now"])
    provision(api, "mayfly", expiresAt=(now + LIFE).isoformat())
    sweep_until(api, lambda _: "ExpiryWarned" in types(api, "mayfly"))
    sweep_until(api, lambda _: "Expired" in types(api, "mayfly"))
    assert api.get("/environments/mayfly").status_code == 404, "a sweep waits for its operations"
    assert leftovers(azure, "mayfly") == []
    expired = next(e for e in timeline(api, "mayfly") if e["type"] == "Expired")
    assert expired["operationId"] == "mayfly.2"
    await_events(stack, "mayfly", "mayfly.2.accepted", "mayfly.2.succeeded")

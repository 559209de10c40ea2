"""What is left of a creation that failed costs no GPU, and is deleted where that is asked for."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.stories import delete, finish, gpu_nodes, leftovers, wait_until
from tests.e2e.sweeps import sweep, timeline
from tests.support.specs import spec_body

IMAGE = "registry.example.com/llm:crashes"
GONE, KEPT = "not-kept", "kept-to-look"


@pytest.fixture
def azure(stack: Stack) -> Iterator[SimulatedAzure]:
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        azure.add_fault({"cluster": "gp-.*", "images": {IMAGE: {"outcome": "Crashes"}}})
        yield azure
        azure.clear_faults()


def body(name: str, **changes: str) -> dict[str, object]:
    workload = {**spec_body()["workload"], "image": IMAGE}
    return spec_body(name=name, workload=workload, **changes)


def types(api: Api, name: str) -> list[str]:
    return [event["type"] for event in timeline(api, name)]


def test_what_failed_is_deleted_after_an_hour_or_kept(api: Api, azure: SimulatedAzure):
    operations = [
        api.create_environment(body(GONE, onFailure="delete")),
        api.create_environment(body(KEPT, onFailure="keep")),
    ]
    ended = [finish(api, each) for each in operations]
    assert [each["error"]["code"] for each in ended] == ["CrashLoopBackOff"] * 2
    for name in (GONE, KEPT):
        assert any("managedClusters" in e for e in api.get_environment(name)["remainingResources"])
        assert gpu_nodes(azure, name) == []

    sweep(api)
    assert "FailedCreationDeleted" not in types(api, GONE), "there is an hour to look at it"
    due = datetime.fromisoformat(ended[0]["lastActionDateTime"]) + timedelta(hours=1)
    wait_until(lambda: datetime.fromisoformat(azure.get("/_simulator/clock").json()["now"]) > due)
    sweep(api)
    assert "FailedCreationDeleted" in types(api, GONE)
    assert api.get(f"/environments/{GONE}").status_code == 404
    assert leftovers(azure, GONE) == []

    assert api.get_environment(KEPT)["phase"] == "Failed"
    assert leftovers(azure, KEPT)
    assert delete(api, KEPT)["status"] == "Succeeded"
    assert leftovers(azure, KEPT) == []

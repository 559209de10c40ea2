"""The control API of the simulator."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.contract.arm.test_clusters import CLUSTER, NAME, VERSION
from emulators.tests.support.arm_bodies import cluster_body
from emulators.tests.support.simulator import Control


async def test_the_state_shows_resources_clusters_and_operations(
    arm: Arm, group: str, control: Control
) -> None:
    accepted = await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)
    state = await control.state()
    assert [each["name"] for each in state["resourceGroups"]] == [
        "gp-fraud",
        "gp-fraud-westeurope-nodes",
    ]
    resource = state["resources"][
        accepted.body["id"].replace("/resourcegroups/", "/resourceGroups/")
    ]
    assert resource["provisioningState"] == "Creating"
    assert resource["tags"]["environment"] == "fraud"
    assert [each["name"] for each in state["clusters"]] == [NAME]
    assert [each["name"] for each in state["operations"]] == [f"AKS create {NAME}"]
    assert datetime.fromisoformat(state["now"]).utcoffset() == timedelta(0)


async def test_a_reset_forgets_everything_but_the_identity(
    arm: Arm, azure: Azure, group: str, control: Control
) -> None:
    await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)
    await control.add_fault(match={"method": "PATCH"}, status=500)
    await control.call("POST", "/reset")
    state = await control.state()
    assert (state["resourceGroups"], state["resources"], state["clusters"]) == ([], {}, [])
    assert await control.call("GET", "/faults") == []
    assert await control.call("GET", "/latencies") == []
    assert (await arm.call("GET", "resourceGroups")).body == {"value": []}


async def test_the_clock_can_run_faster_and_jump_but_not_go_back(
    control: Control, simulator: RunningSimulator
) -> None:
    before = await control.call("GET", "/clock")
    assert set(before) == {"now", "scale", "origin"}
    later = datetime.fromisoformat(before["now"]) + timedelta(days=1)
    after = await control.call("PUT", "/clock", {"now": later.isoformat(), "scale": 60})
    assert datetime.fromisoformat(after["now"]) >= later
    assert simulator.simulator.clock.scale == 60
    refused = await control.call("PUT", "/clock", {"now": before["now"]}, expected=400)
    assert "now must not lie in the past" in refused["error"]["message"]


async def test_the_state_says_whether_the_processes_beside_it_keep_up(control: Control) -> None:
    await control.call("PUT", "/clock", {"scale": 60})
    assert (await control.state())["lag"]["keepsUp"] is True
    told = await control.call("PUT", "/lag", {"seconds": 0.08})
    assert told == {"realSeconds": 0.08, "simulatedSeconds": 4.8, "keepsUp": False}
    assert (await control.state())["lag"] == await control.call("GET", "/lag") == told
    await control.call("PUT", "/clock", {"scale": 10})
    assert (await control.state())["lag"]["keepsUp"] is True
    refused = await control.call("PUT", "/lag", {}, expected=400)
    assert "seconds" in refused["error"]["message"]


async def test_the_clock_can_stand_still_and_be_moved_by_hand(control: Control) -> None:
    standing = await control.call("PUT", "/clock", {"scale": 0})
    assert await control.call("GET", "/clock") == standing
    moved = await control.call("PUT", "/clock", {"advanceSeconds": 90})
    then, now = (datetime.fromisoformat(each["now"]) for each in (standing, moved))
    assert now - then == timedelta(seconds=90)


async def test_every_imposed_delay_is_recorded_with_its_name(
    azure: Azure, group: str, control: Control
) -> None:
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, cluster_body()
    )
    await begun.result()
    record = {each["name"]: each for each in await control.call("GET", "/latencies")}
    accepted = record[f"ARM PUT managedClusters {NAME} accepted"]
    created = record[f"AKS create {NAME}"]
    assert accepted["endedAt"] <= created["startedAt"]
    seconds = datetime.fromisoformat(created["endedAt"]) - datetime.fromisoformat(
        created["startedAt"]
    )
    assert timedelta(seconds=200) < seconds < timedelta(seconds=700)


async def test_requests_are_counted_and_shown_without_tokens_and_queries(
    arm: Arm, control: Control
) -> None:
    await control.call("DELETE", "/requests")
    await arm.call("PUT", "resourceGroups/gp-fraud", {"location": "westeurope"})
    await arm.call("GET", "resourceGroups/gp-nothing")
    log = await control.requests()
    assert log["countsByMethod"] == {"PUT": 1, "GET": 1}
    assert log["countsByStatus"] == {"201": 1, "404": 1}
    assert [each["path"] for each in log["requests"]] == [
        f"{arm.subscription}/resourceGroups/gp-fraud",
        f"{arm.subscription}/resourceGroups/gp-nothing",
    ]
    assert all(each["durationSeconds"] > 0 for each in log["requests"])


@pytest.mark.parametrize(
    ("method", "path", "body", "text"),
    [
        pytest.param("PUT", "/clock", {"scale": "fast"}, "scale must be a number", id="scale"),
        pytest.param("PUT", "/clock", {"scale": -1}, "scale must be a number", id="backwards"),
        pytest.param("PUT", "/clock", {"now": "soon"}, "now must be a time", id="time"),
        pytest.param("PUT", "/clock", {"speed": 2}, "speed is not known", id="unknown field"),
        pytest.param(
            "PUT", "/clock", {}, "scale, now or advanceSeconds is required", id="nothing"
        ),
        pytest.param("PUT", "/clock", [], "must be a JSON object", id="no object"),
        pytest.param("POST", "/faults", {"match": {}}, "status or latencySeconds", id="no effect"),
        pytest.param(
            "POST",
            "/faults",
            {"match": {"path": "("}, "status": 500},
            "path is no regular expression",
            id="pattern",
        ),
        pytest.param(
            "POST",
            "/faults",
            {"match": {}, "status": 42},
            "status must be an integer",
            id="status",
        ),
        pytest.param(
            "POST",
            "/faults",
            {"match": {"verb": "GET"}, "status": 500},
            "verb is not known in match",
            id="unknown match",
        ),
        pytest.param(
            "POST", "/faults", {"operation": "PUT"}, "error must be an object", id="no error"
        ),
        pytest.param("PUT", "/quota", {"region": "westeurope"}, "name is required", id="quota"),
        pytest.param("POST", "/faults", {"cluster": 1}, "cluster must be a string", id="cluster"),
        pytest.param(
            "POST",
            "/faults",
            {"cluster": "x", "images": {"llm": {"outcome": "Burns"}}},
            "outcome must be one of PullFails, Crashes, NeverReady",
            id="outcome",
        ),
        pytest.param(
            "PUT",
            "/quota",
            {"region": "atlantis", "name": "cores", "limit": 1},
            "region atlantis is not known",
            id="region",
        ),
        pytest.param(
            "PUT",
            "/quota",
            {"region": "westeurope", "name": "gpus", "limit": 1},
            "name gpus is no VM family",
            id="family",
        ),
    ],
)
async def test_bad_input_is_answered_with_a_sentence_that_names_the_field(
    control: Control, method: str, path: str, body: Any, text: str
) -> None:
    refused = await control.call(method, path, body, expected=400)
    assert text in refused["error"]["message"]


async def test_quota_shows_limits_and_what_runs(
    azure: Azure, group: str, control: Control
) -> None:
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, cluster_body(gpu_minimum=1)
    )
    await begun.result()
    await control.set_quota("westeurope", "StandardNCADSA100v4Family", 48)
    listed = await control.call("GET", "/quota?region=westeurope")
    quota = {each["name"]: (each["usage"], each["limit"]) for each in listed}
    assert quota["StandardNCADSA100v4Family"] == (24, 48)
    assert quota["cores"][0] == 28
    await control.call("GET", "/quota", expected=400)


async def test_a_dns_label_can_be_taken_by_somebody_else(
    control: Control, simulator: RunningSimulator
) -> None:
    label = {"region": "westeurope", "label": "fraud-1a2b3c4d"}
    assert (await control.call("PUT", "/dns-labels", {**label, "taken": True}))["taken"]
    assert not (await control.call("PUT", "/dns-labels", {**label, "taken": False}))["taken"]


async def test_an_unknown_control_is_not_found(control: Control) -> None:
    await control.call("GET", "/nothing", expected=404)
    await control.call("DELETE", "/faults/fault-9", expected=404)


async def test_an_unexpected_failure_is_answered_as_arm_would(
    arm: Arm, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(simulator.simulator.azure.groups, "get", fail)
    answer = await arm.call("GET", "resourceGroups/gp-fraud")
    assert answer.error == (500, "InternalServerError")
    assert "boom" not in answer.message

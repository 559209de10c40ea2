"""The management API answers as the Durable extension does."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from emulators.tests.integration.functions_host.host_processes import (
    WEBHOOKS,
    FunctionsHost,
    eventually,
)

INSTANCES = f"{WEBHOOKS}/instances"


def instance_of(host: FunctionsHost, instance_id: str) -> dict[str, Any]:
    return host.http.get(f"{INSTANCES}/{instance_id}").json()


def test_a_started_orchestration_is_answered_with_its_urls(native: FunctionsHost) -> None:
    started = native.http.post(f"{WEBHOOKS}/orchestrators/chain/urls-1", json=1)

    assert started.status_code == 202
    assert started.headers["retry-after"] == "10"
    body = started.json()
    assert body["id"] == "urls-1"
    assert "rewindPostUri" not in body
    assert native.http.get(started.headers["location"]).json()["instanceId"] == "urls-1"


def test_a_running_orchestration_is_202_and_says_where_to_look_again(
    native: FunctionsHost,
) -> None:
    url = f"{INSTANCES}/{native.begin('approval')}?showInput=false"

    answer = native.http.get(url)

    assert answer.status_code == 202
    assert answer.headers["location"].endswith(url)
    assert answer.headers["retry-after"] == "5"


def test_a_completed_orchestration_tells_all_of_itself(native: FunctionsHost) -> None:
    instance = native.begin("chain", 1)
    status = native.finished(instance)

    assert {name: status[name] for name in ("name", "runtimeStatus", "input", "output")} == {
        "name": "chain",
        "runtimeStatus": "Completed",
        "input": 1,
        "output": 4,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", status["createdTime"])
    assert "historyEvents" not in status
    short = native.http.get(f"{INSTANCES}/{instance}?showInput=false").json()
    assert short["input"] is None


def test_history_shows_its_outputs_on_demand(native: FunctionsHost) -> None:
    instance = native.begin("chain", 1)
    native.finished(instance)
    url = f"{INSTANCES}/{instance}?showHistory=true"

    without = native.http.get(url).json()["historyEvents"]
    with_outputs = native.http.get(f"{url}&showHistoryOutput=true").json()["historyEvents"]

    assert [event["EventType"] for event in without] == [
        "ExecutionStarted",
        "TaskCompleted",
        "TaskCompleted",
        "TaskCompleted",
        "ExecutionCompleted",
    ]
    assert "Result" not in without[1]
    assert with_outputs[1]["Result"] == 2


def test_a_failed_orchestration_is_200_unless_500_is_asked_for(native: FunctionsHost) -> None:
    instance = native.begin("failing", "it broke")

    assert "it broke" in native.finished(instance)["output"]
    loudly = native.http.get(f"{INSTANCES}/{instance}?returnInternalServerErrorOnFailure=true")
    assert loudly.status_code == 500


def test_the_caller_may_wait_for_the_output(native: FunctionsHost) -> None:
    url = f"{WEBHOOKS}/orchestrators/chain?timeout=15&pollingInterval=1"

    answer = native.http.post(url, json=20)

    assert (answer.status_code, answer.json()) == (200, 23)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "instances/none", 404, id="status of an unknown id"),
        pytest.param("POST", "instances/none/raiseEvent/go", 404, id="event to an unknown id"),
        pytest.param("POST", "instances/none/terminate", 404, id="terminate an unknown id"),
        pytest.param("POST", "instances/none/suspend", 404, id="suspend an unknown id"),
        pytest.param("POST", "instances/none/resume", 404, id="resume an unknown id"),
        pytest.param("POST", "instances/none/rewind", 404, id="rewind an unknown id"),
        pytest.param("POST", "instances/none/restart", 400, id="restart an unknown id"),
        pytest.param("DELETE", "instances/none", 404, id="purge an unknown id"),
        pytest.param("DELETE", "instances", 400, id="purge without createdTimeFrom"),
        pytest.param("POST", "orchestrators/none", 400, id="start an unknown function"),
        pytest.param("GET", "entities/counter/none", 404, id="state of an unknown entity"),
        pytest.param("POST", "entities/counter/a%40b", 400, id="an impossible entity key"),
        pytest.param("POST", "entities/counter/a%40b?op=add", 400, id="signal an impossible key"),
        pytest.param("PUT", "instances/none", 404, id="a method it does not know"),
        pytest.param("POST", "instances/none/dance", 404, id="an operation it does not know"),
    ],
)
def test_what_cannot_be_is_refused(
    native: FunctionsHost, method: str, path: str, status: int
) -> None:
    assert native.http.request(method, f"{WEBHOOKS}/{path}").status_code == status


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("raiseEvent/go", 410),
        ("terminate", 410),
        ("suspend", 410),
        ("resume", 410),
        ("rewind", 412),
    ],
)
def test_a_finished_orchestration_takes_no_more(
    native: FunctionsHost, action: str, status: int
) -> None:
    instance = native.begin("chain", 1)
    native.finished(instance)

    answer = native.http.post(f"{INSTANCES}/{instance}/{action}", json={})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("content", "content_type"), [("{}", "text/plain"), ("{", "application/json")]
)
def test_only_json_can_be_an_event(native: FunctionsHost, content: str, content_type: str) -> None:
    answer = native.http.post(
        f"{INSTANCES}/{native.begin('approval')}/raiseEvent/approval",
        content=content,
        headers={"content-type": content_type},
    )

    assert answer.status_code == 400


def test_a_terminated_orchestration_keeps_the_reason(native: FunctionsHost) -> None:
    instance = native.begin("approval")

    native.http.post(f"{INSTANCES}/{instance}/terminate?reason=enough")

    status = native.finished(instance)
    assert (status["runtimeStatus"], status["output"]) == ("Terminated", "enough")


def test_a_suspended_orchestration_goes_on_when_resumed(native: FunctionsHost) -> None:
    instance = native.begin("approval")
    native.http.post(f"{INSTANCES}/{instance}/suspend?reason=wait")
    eventually(lambda: instance_of(native, instance)["runtimeStatus"] == "Suspended")

    native.http.post(f"{INSTANCES}/{instance}/raiseEvent/approval", json="later")
    assert instance_of(native, instance)["runtimeStatus"] == "Suspended"
    native.http.post(f"{INSTANCES}/{instance}/resume?reason=go")

    assert native.finished(instance)["output"] == "later"


def test_a_purged_orchestration_is_gone(native: FunctionsHost) -> None:
    instance = native.begin("chain", 1)
    native.finished(instance)
    url = f"{INSTANCES}/{instance}"

    assert native.http.delete(url).json() == {"instancesDeleted": 1}
    assert native.http.get(url).status_code == 404


def test_many_orchestrations_are_purged_at_once(native: FunctionsHost) -> None:
    instance = native.begin("approval")
    native.http.post(f"{INSTANCES}/{instance}/terminate")
    native.finished(instance)
    url = f"{INSTANCES}?createdTimeFrom=2000-01-01&runtimeStatus=Terminated"

    assert native.http.delete(f"{url}&createdTimeTo=2001-01-01").status_code == 404
    assert native.http.delete(url).json()["instancesDeleted"] >= 1
    assert native.http.get(f"{INSTANCES}/{instance}").status_code == 404


def test_a_failed_orchestration_goes_on_from_where_it_failed(
    native: FunctionsHost, tmp_path: Path
) -> None:
    instance = native.begin("once", str(tmp_path))
    url = f"{INSTANCES}/{instance}"
    for runs in (1, 2):
        eventually(lambda runs=runs: len(list(tmp_path.iterdir())) == runs)
        eventually(lambda: instance_of(native, instance)["runtimeStatus"] == "Failed")
        assert native.http.post(f"{url}/rewind?reason=mended").status_code == 202

    eventually(lambda: instance_of(native, instance)["runtimeStatus"] == "Completed")
    assert instance_of(native, instance)["output"] == 3


def test_a_running_orchestration_cannot_be_purged(native: FunctionsHost) -> None:
    answer = native.http.delete(f"{INSTANCES}/{native.begin('approval')}")

    assert answer.status_code == 412
    assert answer.json().startswith("Only orchestrations in a terminal state can be purged, but")


def test_a_live_id_cannot_be_started_again(native: FunctionsHost) -> None:
    url = f"{WEBHOOKS}/orchestrators/approval/only-once"
    native.http.post(url)

    assert native.http.post(url).status_code == 409


def test_an_orchestration_starts_again_under_a_new_id(native: FunctionsHost) -> None:
    instance = native.begin("chain", 30)
    native.finished(instance)

    restarted = native.http.post(f"{INSTANCES}/{instance}/restart").json()["id"]

    assert restarted != instance
    assert native.finished(restarted)["output"] == 33


def test_instances_are_listed_page_by_page(native: FunctionsHost) -> None:
    for number in range(3):
        native.http.post(f"{WEBHOOKS}/orchestrators/chain/listed-{number}", json=number)
        native.finished(f"listed-{number}")
    native.http.post(f"{WEBHOOKS}/orchestrators/approval/listed-3")
    url = f"{INSTANCES}?instanceIdPrefix=listed-&runtimeStatus=Completed,Failed&top=2"

    first = native.http.get(url)
    token = first.headers["x-ms-continuation-token"]
    second = native.http.get(url, headers={"x-ms-continuation-token": token})

    found = [instance["instanceId"] for instance in first.json() + second.json()]
    assert len(first.json()) == 2
    assert sorted(found) == ["listed-0", "listed-1", "listed-2"]
    assert "x-ms-continuation-token" not in second.headers


def test_entities_are_signalled_read_and_listed(native: FunctionsHost) -> None:
    url = f"{WEBHOOKS}/entities/Counter/by-hand"

    assert native.http.post(f"{url}?op=add", json=2).status_code == 202

    assert eventually(lambda: native.http.get(url).text) == "2"
    listed = native.http.get(f"{WEBHOOKS}/entities/counter?fetchState=true").json()
    by_hand = next(e for e in listed if e["entityId"] == {"name": "counter", "key": "by-hand"})
    assert by_hand["state"] == 2


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param(
            "POST",
            "instances/none/rewind",
            'No orchestration with instance ID "$none" found.',
            id="rewind an unknown id",
        ),
        pytest.param(
            "DELETE",
            "instances",
            "Please provide value for 'createdTimeFrom' parameter.",
            id="purge without createdTimeFrom",
        ),
        pytest.param(
            "POST",
            "orchestrators/chain?timeout=1&pollingInterval=2",
            {"Message": "Total timeout 1 should be bigger than retry timeout 2"},
            id="a wait that ends before it looks",
        ),
        pytest.param(
            "POST",
            "instances/none/restart",
            {"Message": "InstanceId does not match a valid orchestration instance."},
            id="restart an unknown id",
        ),
    ],
)
def test_refusals_are_worded_as_the_extension_words_them(
    native: FunctionsHost, method: str, path: str, body: object
) -> None:
    assert native.http.request(method, f"{WEBHOOKS}/{path}").json() == body


def test_paths_and_parameters_match_whatever_their_case(native: FunctionsHost) -> None:
    instance = native.begin("chain", 1)
    native.finished(instance)

    answer = native.http.get(f"{WEBHOOKS}/Instances/{instance}/?SHOWINPUT=False")

    assert answer.json()["instanceId"] == instance
    assert answer.json()["input"] is None


@pytest.mark.parametrize("instance", ["a b", "a:b", "50%", "größe"])
def test_an_id_of_unusual_characters_is_found_at_its_urls(
    native: FunctionsHost, instance: str
) -> None:
    started = native.http.post(f"{WEBHOOKS}/orchestrators/chain/{quote(instance)}", json=1)

    assert started.json()["id"] == instance
    status = eventually(lambda: _completed(native, started.json()["statusQueryGetUri"]))
    assert status["instanceId"] == instance


def _completed(host: FunctionsHost, url: str) -> dict[str, Any] | None:
    answer = host.http.get(url)
    return answer.json() if answer.status_code == 200 else None


def test_a_restart_may_wait_for_its_output(native: FunctionsHost) -> None:
    instance = native.begin("chain", 1)
    native.finished(instance)
    url = f"{INSTANCES}/{instance}/restart?restartWithNewInstanceId=false"

    answer = native.http.post(f"{url}&timeout=15&pollingInterval=1")

    assert (answer.status_code, answer.json()) == (200, 4)


def test_a_restart_under_the_same_id_has_to_wait_for_the_end(native: FunctionsHost) -> None:
    url = f"{INSTANCES}/{native.begin('approval')}/restart?restartWithNewInstanceId=false"

    answer = native.http.post(url)

    assert answer.status_code == 409
    assert answer.json() == {
        "Message": "A non-terminal instance with this instance ID already exists."
    }


def test_a_wait_for_what_fails_is_answered_with_its_status(native: FunctionsHost) -> None:
    url = f"{WEBHOOKS}/orchestrators/failing?timeout=15&pollingInterval=1"

    answer = native.http.post(url, json="it broke")

    assert (answer.status_code, answer.json()["runtimeStatus"]) == (200, "Failed")


def test_a_wait_that_takes_too_long_is_answered_with_the_urls(native: FunctionsHost) -> None:
    url = f"{WEBHOOKS}/orchestrators/approval?timeout=0.1&pollingInterval=0.1"

    answer = native.http.post(url)

    assert answer.status_code == 202
    assert native.http.get(answer.headers["location"]).json()["runtimeStatus"] == "Running"


def test_a_deleted_entity_has_no_state_and_so_has_a_purged_one(native: FunctionsHost) -> None:
    deleted, purged = (f"{WEBHOOKS}/entities/ledger/{key}" for key in ("deleted", "purged"))
    for entity in (deleted, purged):
        native.http.post(f"{entity}?op=book", json=1)
        assert eventually(lambda entity=entity: native.http.get(entity).text) == "[1]"

    assert native.http.delete(deleted).status_code == 202
    answer = native.http.delete(f"{INSTANCES}/@ledger@purged")

    assert answer.json() == {"instancesDeleted": 1}
    assert native.http.get(purged).status_code == 404
    assert eventually(lambda: native.http.get(deleted).status_code == 404)


def test_entities_are_listed_page_by_page_with_the_time_of_their_last_operation(
    native: FunctionsHost,
) -> None:
    for key in ("x", "y", "z"):
        native.http.post(f"{WEBHOOKS}/entities/Ledger/{key}?op=book", json=1)
        eventually(lambda key=key: native.http.get(f"{WEBHOOKS}/entities/ledger/{key}").text)
    url = f"{WEBHOOKS}/entities/Ledger?top=2&lastOperationTimeFrom=2020-01-01"

    first = native.http.get(url)
    token = {"x-ms-continuation-token": first.headers["x-ms-continuation-token"]}
    second = native.http.get(url, headers=token)

    listed = first.json() + second.json()
    assert len(first.json()) == 2
    keys = [one["entityId"]["key"] for one in listed]
    assert [key for key in keys if key in {"x", "y", "z"}] == ["x", "y", "z"]
    assert {one["state"] for one in listed} == {None}
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z"
    assert all(re.fullmatch(time, one["lastOperationTime"]) for one in listed)
    assert native.http.get(f"{url}&lastOperationTimeTo=2020-01-02").json() == []


def test_what_is_no_json_cannot_be_the_input_of_an_operation(native: FunctionsHost) -> None:
    answer = native.http.post(
        f"{WEBHOOKS}/entities/counter/a?op=add",
        content="{",
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 400
    assert answer.json()["Message"].startswith("Could not parse JSON content: ")

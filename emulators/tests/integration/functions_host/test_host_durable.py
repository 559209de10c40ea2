"""Durable functions of both styles run to their end under the host and the task hub."""

from pathlib import Path

import pytest

from emulators.tests.integration.functions_host.host_processes import (
    WEBHOOKS,
    FunctionsHost,
    eventually,
)
from emulators.tests.integration.functions_host.slow_service import slow_service


@pytest.mark.parametrize(
    ("orchestrator", "given", "output"),
    [
        pytest.param("chain", 1, 4, id="activities one after the other"),
        pytest.param("CHAIN", 5, 8, id="names without regard to case"),
        pytest.param("fan", 3, ["VOICE 0", "VOICE 1", "VOICE 2"], id="async activities at once"),
        pytest.param("parent", [1, 10], [4, 13], id="sub-orchestrations"),
        pytest.param("sleeper", None, True, id="an hour's timer"),
        pytest.param("approval", 0.1, "nobody answered", id="a timer wins"),
        pytest.param("counting", "a", 5, id="entity called and signalled"),
        pytest.param("transfer", 5, [-5, 5], id="two entities under a lock"),
        pytest.param("BookKeeping", [3, 4], [3, 4], id="entity class and names of their own"),
    ],
)
def test_an_orchestration_completes(
    native: FunctionsHost, orchestrator: str, given: object, output: object
) -> None:
    assert native.result(orchestrator, given) == output


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        pytest.param({"activity": "is_none"}, True, id="no input is None"),
        pytest.param({"activity": "is_none", "input": ""}, False, id="empty text is no None"),
        pytest.param(
            {"activity": "refuse", "input": "no"},
            {"type": "ValueError", "message": "no"},
            id="an activity fails",
        ),
        pytest.param(
            {"activity": "refuse", "input": ""},
            {"type": "ValueError", "message": "ValueError"},
            id="an activity fails without a word",
        ),
    ],
)
def test_activities_answer_and_fail_as_in_azure(
    native: FunctionsHost, call: dict[str, str], answer: object
) -> None:
    assert native.result("calling", call) == answer


@pytest.mark.parametrize("activity", ["leave", "leave_later"])
def test_an_activity_that_calls_for_an_exit_fails_alone(
    native: FunctionsHost, activity: str
) -> None:
    failure = native.result("calling", {"activity": activity})

    assert failure["message"] == f"Function {activity} called for an exit."


def test_an_orchestrator_that_calls_for_an_exit_fails_alone(native: FunctionsHost) -> None:
    status = native.finished(native.begin("leaving"))

    assert status["runtimeStatus"] == "Failed"
    assert native.result("chain", 1) == 4


def test_no_more_activities_run_at_once_than_host_json_allows(native: FunctionsHost) -> None:
    assert 1 < native.result("crowding", 30) <= 10


def test_an_unknown_activity_fails_its_caller(native: FunctionsHost) -> None:
    failure = native.result("calling", {"activity": "missing"})

    assert "The function 'missing' doesn't exist, is disabled" in failure["message"]


def test_an_unknown_entity_fails_its_caller(native: FunctionsHost) -> None:
    assert "The function 'ghost' doesn't exist" in native.result("asking_nobody")


def test_an_unknown_orchestrator_fails_the_instance(native: FunctionsHost) -> None:
    started = native.http.post("/start/missing", json=None)

    status = native.finished(started.json()["id"])

    assert status["runtimeStatus"] == "Failed"
    assert "The function 'missing' doesn't exist" in status["output"]


def test_a_failed_activity_is_tried_again(native: FunctionsHost, tmp_path: Path) -> None:
    assert native.result("retrying", str(tmp_path)) == 3


def test_an_event_ends_the_wait(native: FunctionsHost) -> None:
    instance = native.begin("approval")
    url = f"{WEBHOOKS}/instances/{instance}"
    eventually(lambda: native.http.get(url).json().get("customStatus"))

    assert native.http.post(f"{url}/raiseEvent/approval", json={"by": "me"}).status_code == 202

    assert native.finished(instance)["output"] == {"by": "me"}


def test_the_synchronous_client_waits_in_a_thread(native: FunctionsHost) -> None:
    instance = native.begin("chain", 7)

    assert native.http.get(f"/result/{instance}").json() == 10


def test_an_entity_is_signalled_by_a_function(native: FunctionsHost) -> None:
    native.http.post("/counters/by-function/add", content="4")

    entity = f"{WEBHOOKS}/entities/counter/by-function"
    assert eventually(lambda: native.http.get(entity).text) == "4"


def test_records_of_the_app_reach_the_log_with_their_fields(native: FunctionsHost) -> None:
    native.result("fan", 1)

    assert "shouting environment=voice 0 resource_id=/voices/1" in native.log
    assert "Executed 'Functions.shout' (Succeeded, Id=" in native.log
    assert "Functions.fan'" not in native.log


def test_an_app_of_the_first_version_s_style_runs_unchanged(classic: FunctionsHost) -> None:
    started = classic.http.post("/api/flows/classic_flow", json="you")
    assert started.status_code == 202
    assert started.headers["location"] == started.json()["statusQueryGetUri"]

    classic.http.post(
        started.json()["sendEventPostUri"].replace("{eventName}", "go"), json="first"
    )

    assert classic.finished(started.json()["id"])["output"] == [
        "Hello, you!",
        "Hello, again!",
        "Hello, one!",
        "Hello, two!",
        {"event": "first", "total": 5},
    ]


@pytest.mark.parametrize(
    ("app", "orchestrator"), [("native", "download"), ("classic", "classic_download")]
)
def test_durable_http_follows_a_202_until_the_work_is_done(
    request: pytest.FixtureRequest, app: str, orchestrator: str
) -> None:
    host: FunctionsHost = request.getfixturevalue(app)
    with slow_service() as url:
        assert host.result(orchestrator, url) == [200, "worth the wait"]


@pytest.mark.parametrize(
    ("app", "orchestrator"), [("native", "rounds"), ("classic", "classic_rounds")]
)
def test_an_orchestration_begins_anew_under_its_id(
    request: pytest.FixtureRequest, app: str, orchestrator: str
) -> None:
    host: FunctionsHost = request.getfixturevalue(app)
    instance = host.begin(orchestrator, 3)

    status = host.finished(instance)

    assert (status["output"], status["input"]) == (instance, 0)
    assert status["customStatus"] == {"left": 0}


def test_the_first_versions_style_retries_races_and_catches(
    classic: FunctionsHost, tmp_path: Path
) -> None:
    assert classic.result("classic_retries", str(tmp_path)) == [3, "Hello at last, you!", True]


def test_several_megabytes_travel_through_a_function_and_back(native: FunctionsHost) -> None:
    """More than the four megabytes that gRPC takes unless it is told otherwise."""
    large = "x" * 4_500_000

    assert native.result("calling", {"activity": "mirror", "input": large}) == large

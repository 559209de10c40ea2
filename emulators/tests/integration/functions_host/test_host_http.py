"""HTTP triggers answer as they do in Azure."""

import pytest

from emulators.tests.integration.functions_host.host_processes import (
    WEBHOOKS,
    FunctionsHost,
    eventually,
)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/api/plain", 200, id="no route is the function's name"),
        pytest.param("PATCH", "/api/plain", 200, id="no methods are all methods"),
        pytest.param("GET", "/API/Plain/", 200, id="case and a last slash do not matter"),
        pytest.param("GET", "/plain", 404, id="outside of the route prefix"),
        pytest.param("GET", "/api/unknown", 404, id="unknown route"),
        pytest.param("GET", "/api/echo", 404, id="method that the route does not take"),
        pytest.param("GET", "/api/typed", 404, id="missing parameter"),
        pytest.param("GET", "/api/nothing", 204, id="no answer"),
        pytest.param("GET", "/", 200, id="home page"),
        pytest.param("GET", "/admin/host/status", 200, id="host status"),
        pytest.param("GET", "/admin/functions/none", 404, id="admin route"),
        pytest.param("GET", "/runtime/other", 404, id="reserved for the host"),
        pytest.param("GET", "/api/pla%0Ain", 404, id="newline in a literal"),
        pytest.param("GET", "/api/plain%0A", 404, id="newline after a literal"),
        pytest.param("GET", "/%0A", 404, id="newline alone"),
        pytest.param("GET", "/api/typed/a%00b", 400, id="null character"),
        pytest.param("GET", "/admin/functions/a%0Ab", 404, id="newline in an admin route"),
        pytest.param("GET", "/admin/other%0A", 404, id="newline below /admin"),
        pytest.param("GET", "/runtime/other%0A", 404, id="newline below /runtime"),
        pytest.param("GET", f"{WEBHOOKS}/instances/a%0Ab", 404, id="newline in an instance id"),
        pytest.param("GET", f"{WEBHOOKS}/a%0Ab", 404, id="newline in the management API"),
        pytest.param("POST", f"{WEBHOOKS}/instances/a%0A/terminate", 404, id="no such instance"),
    ],
)
def test_a_request_finds_its_function(
    classic: FunctionsHost, method: str, path: str, status: int
) -> None:
    assert classic.http.request(method, path).status_code == status


@pytest.mark.parametrize(
    ("path", "function", "params"),
    [
        pytest.param("typed/7", "typed_int", {"id": "7"}, id="constraint holds"),
        pytest.param("typed/seven", "typed_any", {"name": "seven"}, id="constraint fails"),
        pytest.param("typed/special", "typed_special", {}, id="literal wins"),
        pytest.param("optional", None, {}, id="optional and left out"),
        pytest.param("optional/a%20b", None, {"first": "a b"}, id="optional, encoded"),
        pytest.param("files", None, {}, id="catch-all, empty"),
        pytest.param("files/a/b.txt", None, {"path": "a/b.txt"}, id="catch-all"),
        pytest.param("typed/a%0Ab", "typed_any", {"name": "a\nb"}, id="newline"),
        pytest.param("typed/7%0A", "typed_int", {"id": "7\n"}, id="an int as .NET reads it"),
        pytest.param("optional/%0A", None, {"first": "\n"}, id="newline alone"),
        pytest.param("files/a%0A/%0Db", None, {"path": "a\n/\rb"}, id="newlines in a catch-all"),
    ],
)
def test_route_parameters_reach_the_function(
    classic: FunctionsHost, path: str, function: str | None, params: dict[str, str]
) -> None:
    told = classic.http.get(f"/api/{path}").json()

    assert told["params"] == params
    assert told.get("function") == function


def test_the_request_reaches_the_function_whole_and_so_does_its_answer(
    classic: FunctionsHost,
) -> None:
    answer = classic.http.post("/api/echo", content=b"\x00\xff", headers={"x-given": "yes"})

    assert answer.status_code == 201
    assert answer.content == b"\x00\xff"
    assert answer.headers["x-seen"] == "yes"
    assert answer.headers["x-function"] == "echo"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2; HttpOnly"]


def test_the_url_is_absolute_and_the_query_is_decoded(classic: FunctionsHost) -> None:
    told = classic.http.get("/api/files/x?name=a%20b").json()

    assert told["url"].startswith(str(classic.http.base_url))
    assert told["url"].endswith("/api/files/x?name=a%20b")
    assert classic.http.get("/api/plain?name=a%20b").text == "GET a b"


def test_head_is_answered_without_a_body(classic: FunctionsHost) -> None:
    answer = classic.http.head("/api/files/x")

    assert answer.status_code == 200
    assert answer.content == b""


def test_an_exception_is_logged_and_never_sent(classic: FunctionsHost) -> None:
    answer = classic.http.get("/api/broken")

    assert (answer.status_code, answer.content) == (500, b"")
    assert "RuntimeError: a secret of the app" in classic.log
    assert "Executed 'Functions.broken' (Failed" in classic.log


def test_a_function_that_is_not_async_runs_in_a_thread_that_knows_its_invocation(
    classic: FunctionsHost,
) -> None:
    assert classic.http.get("/api/thread").text == "False True"


def test_a_timer_is_fired_by_hand(classic: FunctionsHost) -> None:
    assert "timer '0 */5 * * * *', next at " in classic.log

    assert classic.http.post("/admin/functions/SWEEP", json={}).status_code == 202

    assert eventually(lambda: "swept, past due: False operation=sweep-1" in classic.log)


def test_only_a_function_with_a_timer_is_fired_by_hand(classic: FunctionsHost) -> None:
    assert classic.http.post("/admin/functions/unknown", json={}).status_code == 404
    assert classic.http.post("/admin/functions/greet", json={}).status_code == 400


def test_nothing_is_fired_by_hand_without_a_body(classic: FunctionsHost) -> None:
    assert classic.http.post("/admin/functions/SWEEP").status_code == 400

"""`logs` and `invoke`."""

import json
from collections.abc import Callable

import httpx
import pytest
from gridplane.errors import Interrupted

from tests.support.command_line import NAME, CommandLine, answer
from tests.support.fake_pod_logs import POD, log_pod


def at(second: int) -> str:
    return f"2026-11-22T12:00:{second:02d}.{0:09d}Z"


def interrupt() -> None:
    raise Interrupted


def test_a_log_is_printed_line_by_line(cli: CommandLine):
    cli.create()
    cli.logs.write(at(1), "Loading weights")
    cli.logs.write(at(2), "  Ready")
    result = cli("logs", NAME)
    assert (result.code, result.out) == (0, "Loading weights\n  Ready\n")
    assert f"{POD} in westeurope" in result.err
    stamped = cli("logs", NAME, "--timestamps", "--tail", "1")
    assert stamped.out == "2026-11-22 12:00:02   Ready\n"


def test_a_log_is_followed_without_gaps_or_repeats(cli: CommandLine):
    cli.create()
    cli.logs.write(at(1), "one")
    more: list[Callable[[], object]] = [
        lambda: cli.logs.write(at(1), "two"),
        lambda: None,
        lambda: cli.logs.write(at(3), "three"),
        interrupt,
    ]
    cli.meanwhile = more
    result = cli("logs", NAME, "-f")
    assert (result.code, result.out) == (130, "one\ntwo\nthree\n")
    assert cli.sleeps == [1.0, 1.0, 2.0, 1.0], "soon after further lines, else Retry-After"


def test_a_pod_that_is_replaced_is_followed_by_its_successor(cli: CommandLine):
    cli.create()
    cli.logs.write(at(1), "old")

    def replace() -> None:
        cli.logs.pods = [log_pod("new-pod")]
        cli.logs.write(at(2), "new", pod="new-pod")

    cli.meanwhile = [replace, interrupt]
    result = cli("logs", NAME, "-f")
    assert result.out == "old\nnew\n"
    assert "new-pod in westeurope" in result.err


def test_the_log_before_the_last_restart(cli: CommandLine):
    cli.create()
    cli.logs.previous = {POD: [(at(1), "CUDA out of memory")]}
    result = cli("logs", NAME, "--previous")
    assert (result.code, result.out) == (0, "CUDA out of memory\n")


def test_a_model_that_has_not_started_has_no_log(cli: CommandLine):
    cli.create()
    cli.logs.started = False
    assert cli("logs", NAME).code == 4


def streamed(*parts: str) -> httpx.Response:
    events = [{"choices": [{"delta": {"content": part}}]} for part in parts]
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    text = ": comment\n\n" + "".join(lines) + "data: [DONE]\n\n"
    return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, text=text)


def test_a_model_is_asked_as_any_caller_would(cli: CommandLine):
    cli.create()
    cli.environ |= {"GRIDPLANE_MODEL_TOKEN": "a-token", "GRIDPLANE_EDGE_ADDRESS": "127.0.0.1:9"}
    cli.model = lambda request: streamed("Yes", ", it is.")
    result = cli("invoke", NAME, "Is it fraud?", "--system", "Be short.", "--max-tokens", "9")
    assert (result.code, result.out) == (0, "Yes, it is.\n"), result.err
    asked = cli.requests[-1]
    assert str(asked.url) == "https://127.0.0.1:9/v1/chat/completions"
    assert asked.headers["Authorization"] == "Bearer a-token"
    assert asked.extensions["sni_hostname"] == asked.headers["Host"]
    assert json.loads(asked.content) == {
        "model": "fraud-llm",
        "messages": [
            {"role": "system", "content": "Be short."},
            {"role": "user", "content": "Is it fraud?"},
        ],
        "stream": True,
        "max_tokens": 9,
    }


def test_an_answer_in_one_piece_is_printed_too(cli: CommandLine):
    cli.create()
    body = {"choices": [{"message": {"role": "assistant", "content": "No."}}]}
    cli.model = lambda request: httpx.Response(200, json=body)
    assert cli("invoke", NAME, "Hello").out == "No.\n"
    assert cli("invoke", NAME, "Hello", "-o", "json").json == {"answer": "No."}


def asleep(request: httpx.Request) -> httpx.Response:
    body = {"error": {"code": "EnvironmentAsleep", "message": "The model sleeps."}}
    return httpx.Response(503, json=body, headers={"Retry-After": "60"})


@pytest.mark.parametrize(
    "event",
    [
        {"error": {"message": "The engine is dead.", "type": "InternalServerError", "code": 500}},
        {"object": "error", "message": "The engine is dead.", "code": 500},
    ],
)
def test_an_error_amid_an_answer_is_no_success(cli: CommandLine, event: object):
    cli.create()
    events = [{"choices": [{"delta": {"content": "So far"}}]}, event]
    text = "".join(f"data: {json.dumps(each)}\n\n" for each in events) + "data: [DONE]\n\n"
    headers = {"Content-Type": "text/event-stream"}
    cli.model = lambda request: httpx.Response(200, headers=headers, text=text)
    result = cli("invoke", NAME, "Hello")
    assert (result.code, result.out) == (1, "So far\n")
    assert result.err == "The model broke its answer off: The engine is dead.\n"


@pytest.mark.parametrize(
    ("answered", "told"),
    [
        (httpx.Response(200, html="<title>Sign in</title>"), "HTTP200: Sign in"),
        (httpx.Response(302, headers={"Location": "https://x.example"}), "HTTP302: Found"),
    ],
)
def test_a_page_is_no_answer_of_a_model(cli: CommandLine, answered: httpx.Response, told: str):
    cli.create()
    cli.model = lambda request: answered
    result = cli("invoke", NAME, "Hello")
    assert (result.code, result.out, told in result.err) == (1, "", True)


def test_a_request_that_the_gateway_advises_is_a_command(cli: CommandLine):
    cli.create()
    advised = "It is asleep. POST https://app.example.com/environments/fraud-llm/wake wakes it."
    cli.model = answer(503, {"error": {"code": "EnvironmentAsleep", "message": advised}})
    assert "It is asleep. `gridplane wake fraud-llm` wakes it." in cli("invoke", NAME, "Hi").err


def test_a_sleeping_model_says_how_to_wake_it(cli: CommandLine):
    cli.create()
    cli.model = asleep
    result = cli("invoke", NAME, "Hello")
    assert result.code == 6
    assert "EnvironmentAsleep: The model sleeps." in result.err
    assert "Fix: gridplane wake fraud-llm, or add --wait" in result.err


def test_a_model_that_starts_is_not_to_be_woken(cli: CommandLine):
    cli.create()
    cli.model = answer(503, {"error": {"code": "ModelNotReady", "message": "No replica."}})
    assert cli("invoke", NAME, "Hello").err == "ModelNotReady: No replica.\nFix: Add --wait.\n"


def test_a_sleeping_model_is_waited_for(cli: CommandLine):
    cli.create()
    cli.model = asleep

    def wake() -> None:
        cli.model = lambda request: streamed("Awake.")

    cli.meanwhile = [wake]
    assert cli("invoke", NAME, "Hello", "--wait").out == "Awake.\n"
    assert cli.sleeps == [60.0]


@pytest.mark.parametrize(("status", "code"), [(401, 5), (403, 5), (404, 3), (429, 6), (500, 1)])
def test_a_refusal_of_the_model_has_an_exit_code(cli: CommandLine, status: int, code: int):
    cli.create()
    cli.model = lambda request: httpx.Response(status, text="no")
    result = cli("invoke", NAME, "Hello")
    assert (result.code, f"HTTP{status}: no" in result.err) == (code, True)


def test_an_environment_without_endpoint_is_told(cli: CommandLine):
    cli("apply", "-f", cli.spec_file(), "--yes", "--detach")
    result = cli("invoke", NAME, "Hello")
    assert (result.code, "is Provisioning and has no endpoint yet" in result.err) == (4, True)
    assert "Fix: gridplane watch fraud-llm" in result.err

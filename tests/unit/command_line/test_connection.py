"""Outages, retries, tokens."""

from pathlib import Path

import httpx
import pytest
from gridplane.errors import Interrupted

from tests.support.command_line import NAME, CommandLine, answer, fail_to_connect

BUSY = {"error": {"code": "TaskHubUnreachable", "message": "The task hub does not respond."}}


def nothing() -> None:
    return None


def test_a_busy_api_is_asked_again_when_it_says(cli: CommandLine):
    cli.instead = [answer(503, BUSY, Retry_After="7"), answer(429, None, Retry_After="3")]
    cli.meanwhile = [nothing, nothing]
    assert cli("list").code == 0
    assert cli.sleeps == [7.0, 3.0]


def test_a_request_that_may_have_been_lost_is_sent_again_with_the_same_id(cli: CommandLine):
    cli.create()
    cli.instead = [fail_to_connect]
    cli.meanwhile = [nothing]
    assert cli("scale-down", NAME, "--detach").code == 0
    first, second = [each.headers["Repeatability-Request-ID"] for each in cli.requests]
    assert first == second


def test_a_change_that_is_interrupted_may_have_been_accepted(cli: CommandLine):
    def interrupt(request: httpx.Request) -> httpx.Response:
        raise Interrupted

    cli.create()
    cli.instead = [interrupt]
    result = cli("scale-down", NAME)
    told = "Interrupted: POST /environments/fraud-llm/scale-down may have been accepted."
    assert (result.code, told in result.err) == (130, True)
    cli.instead = [interrupt]
    assert cli("list").err == "Interrupted.\n"


def test_an_api_that_does_not_answer_is_told_with_its_url(cli: CommandLine):
    cli.instead = [fail_to_connect] * 3
    cli.meanwhile = [nothing] * 3
    result = cli("list")
    assert result.code == 6
    assert "http://127.0.0.1:7071 does not answer: Connection refused" in result.err
    assert "GRIDPLANE_URL" in result.err
    assert sum(cli.sleeps) < 3


def test_an_api_that_stays_busy_is_given_up(cli: CommandLine):
    cli.instead = [answer(503, BUSY, Retry_After="20")] * 2
    cli.meanwhile = [nothing]
    result = cli("list")
    assert (result.code, "TaskHubUnreachable: " in result.err) == (6, True)


def test_an_outage_of_minutes_does_not_end_what_is_followed(cli: CommandLine):
    cli.create()

    def break_down() -> None:
        cli.instead = [fail_to_connect] * 6

    cli.meanwhile = [break_down, *[nothing] * 5, lambda: cli.finish("fraud-llm.2")]
    assert cli("repair", NAME).code == 0


def test_a_missing_role_and_a_missing_token_are_unauthorised(cli: CommandLine):
    cli.requires_app_roles = True
    assert "MissingAppRole: " in cli("list").err
    cli.instead = [answer(401)]
    result = cli("list")
    assert (result.code, "Fix: gridplane login" in result.err) == (5, True)


def test_the_token_of_a_command_is_sent_and_fetched_anew_once_it_has_expired(cli: CommandLine):
    cli.create()
    cli.environ["GRIDPLANE_TOKEN_COMMAND"] = "echo a-token"

    def expire() -> None:
        cli.instead = [answer(401)]

    cli.meanwhile = [expire, lambda: cli.finish("fraud-llm.2")]
    cli.meanwhile[0]()
    cli.instead = []
    assert cli("list").code == 0
    assert {each.headers["Authorization"] for each in cli.requests} == {"Bearer a-token"}
    cli.meanwhile = [expire, lambda: cli.finish("fraud-llm.2")]
    assert cli("repair", NAME).code == 0


@pytest.mark.parametrize("command", ["false", "echo", "/nowhere/program"])
def test_a_command_without_a_token_is_unauthorised(cli: CommandLine, command: str):
    cli.environ["GRIDPLANE_TOKEN_COMMAND"] = command
    result = cli("list")
    assert (result.code, "The command for a token failed" in result.err) == (5, True)
    assert cli.requests == []


@pytest.mark.parametrize("host", ["gridplane.example.com", "127.0.0.1.example.com", "10.0.0.1"])
def test_no_token_travels_unencrypted(cli: CommandLine, host: str):
    cli.environ |= {"GRIDPLANE_TOKEN": "secret", "GRIDPLANE_URL": f"http://{host}"}
    result = cli("list")
    assert (result.code, "a token would travel unencrypted" in result.err) == (2, True)
    assert "secret" not in result.err
    assert cli.requests == []


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Azure CLI, which takes a token from a file, and says what it was asked for."""
    program = tmp_path / "az"
    program.write_text(AZ.format(folder=tmp_path))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


AZ = """#!/bin/sh
echo "$@" >> {folder}/asked
[ -f {folder}/token ] || {{ echo "Please run 'az login' to setup account." >&2; exit 1; }}
printf '{{"accessToken": "%s", "expires_on": 4102444800}}' "$(cat {folder}/token)"
"""


def test_the_token_of_the_azure_cli_is_for_the_scope_of_the_api(cli: CommandLine, az: Path):
    (az / "token").write_text("from-az")
    cli.environ["GRIDPLANE_SCOPE"] = "api://gridplane/.default"
    assert cli("list").code == 0
    assert cli.requests[-1].headers["Authorization"] == "Bearer from-az"
    assert "--resource api://gridplane\n" in (az / "asked").read_text()


def test_without_a_sign_in_it_says_how_to(cli: CommandLine, az: Path):
    cli.environ["GRIDPLANE_SCOPE"] = "api://gridplane/.default"
    result = cli("list")
    assert result.code == 5
    assert "No token for api://gridplane/.default: " in result.err
    assert "Fix: Run `az login`, or `gridplane login --device-code`." in result.err
    assert cli.requests == []


def test_without_an_azure_cli_it_says_so(cli: CommandLine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    cli.environ["GRIDPLANE_SCOPE"] = "api://gridplane/.default"
    result = cli("list")
    assert (result.code, "Azure CLI not found" in result.err) == (5, True)


def test_no_token_follows_a_link_to_elsewhere(cli: CommandLine):
    cli.environ["GRIDPLANE_TOKEN"] = "secret"
    cli.instead = [answer(200, {"value": [], "nextLink": "https://example.com/environments"})]
    result = cli("list")
    assert (result.code, "which is not its own" in result.err) == (1, True)
    assert len(cli.requests) == 1

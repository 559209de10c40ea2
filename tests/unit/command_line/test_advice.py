"""Requests that the API advises, in the words of the command line."""

import re

import pytest
from gridplane.advice import as_commands
from gridplane.app import app

from tests.support.advised_requests import ADVISED, advised_requests

WRITTEN = re.compile(r"`gridplane ([a-z-]+)(?: [^`]*)?`")


@pytest.mark.parametrize(
    ("advised", "commands"),
    [
        ("POST /environments/{name}/repair: it", "`gridplane repair fraud-llm`: it"),
        ("Wake it with POST /environments/other/wake.", "Wake it with `gridplane wake other`."),
        ("and update it with PUT", "and update it with `gridplane apply -f FILE`"),
        (
            "replace the specification by PUT with others",
            "replace the specification by `gridplane apply -f FILE` with others",
        ),
        (
            "Send DELETE again, with ?force=true if an operation is stuck.",
            "Run `gridplane delete fraud-llm` again, with --force if an operation is stuck.",
        ),
        ("use POST /environments to create", "use `gridplane apply -f FILE` to create"),
        ("Register it with POST /models, or", "Register it with `gridplane register -f FILE`, or"),
        ("Make it with POST /plans.", "Make it with `gridplane plan -f FILE`."),
        ("POST /sweeps starts one.", "`gridplane sweeps --start` starts one."),
        (
            "GET /offers?region=westeurope lists what it has.",
            "`gridplane offers -r westeurope` lists what it has.",
        ),
        ("GET /environments/a-b/logs", "`gridplane logs a-b`"),
        ("GET /environments/a-b shows it", "`gridplane show a-b` shows it"),
        ("GET /environments/a-b/idle-advice", "GET /environments/a-b/idle-advice"),
        ("Nothing: the next sweep looks again.", "Nothing: the next sweep looks again."),
    ],
)
def test_requests_become_commands(advised: str, commands: str):
    assert as_commands(advised, "fraud-llm") == commands
    known = {command.name for command in app.registered_commands}
    assert set(WRITTEN.findall(commands)) <= known


@pytest.mark.parametrize(
    ("module", "text"), [pytest.param(*each, id=each[0]) for each in advised_requests()]
)
def test_everything_that_the_api_advises_has_a_command(module: str, text: str):
    shown = as_commands(text.replace("{status_url}", "/environments/x"), "fraud-llm")
    assert not ADVISED.search(shown), module

"""Profiles, and commands about the program itself."""

from pathlib import Path

import pytest
import yaml
from gridplane.app import app

from tests.support.command_line import CommandLine, answer
from triggers.routes import ROUTES

URL = "https://gridplane.example.com"


def config(cli: CommandLine) -> dict[str, object]:
    return yaml.safe_load((Path(cli.environ["GRIDPLANE_CONFIG_DIR"]) / "config.yaml").read_text())


def test_a_login_checks_access_and_is_remembered(cli: CommandLine):
    del cli.environ["GRIDPLANE_URL"]
    result = cli("login", "--url", f"{URL}/", "--edge-address", "127.0.0.1:9")
    assert result.code == 0
    assert config(cli) == {
        "current": "default",
        "profiles": {"default": {"url": URL, "edge_address": "127.0.0.1:9"}},
    }
    cli("list")
    assert str(cli.requests[-1].url).startswith(f"{URL}/environments")


def test_a_new_profile_takes_the_url_of_the_variable(cli: CommandLine):
    assert cli("login", "--profile", "local").code == 0
    assert config(cli)["profiles"] == {"local": {"url": "http://127.0.0.1:7071"}}


def test_profiles_are_chosen_by_name(cli: CommandLine):
    del cli.environ["GRIDPLANE_URL"]
    cli("login", "--url", f"{URL}:1", "--profile", "one")
    cli("login", "--url", f"{URL}:2", "--profile", "two")
    cli("list")
    cli("list", "--profile", "one")
    assert [each.url.port for each in cli.requests[-2:]] == [2, 1]


def test_a_login_that_is_refused_is_not_remembered(cli: CommandLine):
    cli.instead = [answer(401)] * 4
    result = cli("login", "--url", URL)
    assert (result.code, "Add --scope api://CLIENT_ID/.default" in result.err) == (5, True)
    assert not Path(cli.environ["GRIDPLANE_CONFIG_DIR"]).exists()


def test_what_belongs_to_one_api_does_not_reach_another(cli: CommandLine):
    del cli.environ["GRIDPLANE_URL"]
    cli.environ["GRIDPLANE_TOKEN_COMMAND"] = "echo a-token"
    cli("login", "--url", URL, "--scope", "api://x/.default")
    del cli.environ["GRIDPLANE_TOKEN_COMMAND"]
    result = cli("list", "--url", "https://other.example.com")
    assert result.code == 0
    assert "Authorization" not in cli.requests[-1].headers


def test_a_broken_file_of_profiles_is_named(cli: CommandLine):
    folder = Path(cli.environ["GRIDPLANE_CONFIG_DIR"])
    folder.mkdir()
    (folder / "config.yaml").write_text("profiles: [")
    result = cli("list")
    assert (result.code, "config.yaml cannot be read" in result.err) == (2, True)


def test_the_version_of_both_sides_is_shown(cli: CommandLine):
    shown = cli("version", "-o", "json").json
    assert (shown["api"], shown["url"]) == ("Healthy", "http://127.0.0.1:7071")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script(cli: CommandLine, shell: str):
    result = cli("completion", shell)
    assert (result.code, "_GRIDPLANE_COMPLETE" in result.out) == (0, True)
    assert cli("completion", "csh").code == 2


def test_every_command_has_an_example(cli: CommandLine):
    for command in app.registered_commands:
        assert command.callback
        assert "Example: " in (command.callback.__doc__ or ""), command.name


def test_every_route_that_people_need_has_a_command(cli: CommandLine):
    """All but the audit's, the document's, and those that a command covers under another name."""
    covered = {
        *("makePlan", "listSizeOffers", "getCosts", "listEnvironments", "createEnvironment"),
        *("getEnvironment", "replaceEnvironment", "deleteEnvironment", "listEvents"),
        *("wakeEnvironment", "scaleDownEnvironment", "repairEnvironment", "retryEnvironment"),
        *("cancelOperation", "readLog", "getOperation", "startSweep", "getLatestSweep"),
        *("getMetrics", "getKubernetesAccess", "getHealth"),
    }
    names = {route.operation_id for route in ROUTES}
    assert covered <= names, covered - names

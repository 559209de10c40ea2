"""What people mistype, and what their machine does not let the program do: told in one line."""

from pathlib import Path

import pytest

from tests.support.command_line import NAME, CommandLine


@pytest.mark.parametrize("url", ["example.com", "http://[::1", "ftp://example.com", "http:"])
def test_what_is_no_url_is_told(cli: CommandLine, url: str):
    result = cli("list", "--url", url)
    assert (result.code, result.err.splitlines()[0]) == (2, f"'{url}' is no URL.")
    assert cli.requests == []


@pytest.mark.parametrize("command", ["show", "watch", "delete", "models", "unregister"])
@pytest.mark.parametrize("name", ["../offers", "..", "a/b", "a?b", "Not Valid"])
def test_a_name_leads_to_no_other_path(cli: CommandLine, command: str, name: str):
    result = cli(command, name)
    assert (result.code, result.err.splitlines()[0]) == (2, f"'{name}' is no name.")
    assert cli.requests == []


def test_a_folder_that_cannot_be_made_is_told(cli: CommandLine):
    Path("link").symlink_to("nowhere")
    cli.environ["GRIDPLANE_CONFIG_DIR"] = "link"
    result = cli("login")
    assert (result.code, result.err.splitlines()[0]) == (2, "link: File exists")


def test_columns_that_are_no_number_do_not_matter(cli: CommandLine):
    cli.create()
    cli.environ["COLUMNS"] = "wide"
    assert cli("list", "-o", "name").out == f"{NAME}\n"


@pytest.mark.parametrize("command", [["metrics", NAME], ["audit"]])
@pytest.mark.parametrize("time", ["yesterday", "999999d", "2026-13-01"])
def test_what_is_no_time_is_told(cli: CommandLine, command: list[str], time: str):
    result = cli(*command, "--from", time)
    assert (result.code, result.err.splitlines()[0]) == (2, f"'{time}' is no time.")

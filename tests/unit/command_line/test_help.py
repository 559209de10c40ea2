"""The first screen."""

from gridplane.app import GROUPS

from tests.support.command_line import CommandLine


def test_all_commands_are_listed_by_what_they_are_for_and_nothing_is_cut_off(cli: CommandLine):
    result = cli("--help")
    headings = [line for line in result.out.splitlines() if line.endswith(":") and line[0] != " "]
    assert headings == ["Options:", *(f"{each.PANEL}:" for each in GROUPS)]
    assert "..." not in result.out.partition("\n")[2]
    assert "-completion" not in result.out, "`gridplane completion` is the one way"

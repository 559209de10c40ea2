"""Sleep and wake, retry, repair, cancel, delete."""

import pytest
from gridplane.errors import Interrupted

from domain.environment.phases import Phase
from tests.support.command_line import NAME, CommandLine, quota_exceeded


def test_sleep_wake_repair_and_delete_are_followed(cli: CommandLine):
    cli.create()
    for number, (command, phase) in enumerate(
        [
            ("scale-down", Phase.SCALED_DOWN),
            ("wake", Phase.READY),
            ("repair", Phase.READY),
            ("delete", Phase.DELETED),
        ],
        start=2,
    ):
        operation_id = f"{NAME}.{number}"
        cli.meanwhile = [lambda id=operation_id, phase=phase: cli.finish(id, phase)]
        more = ["--yes"] if command == "delete" else []
        result = cli(command, NAME, *more)
        assert (result.code, result.out) == (0, f"{operation_id}\n"), result.err


def test_a_failed_operation_is_retried(cli: CommandLine):
    cli("apply", "-f", cli.spec_file(), "--yes", "--detach")
    cli.finish("fraud-llm.1", Phase.FAILED, quota_exceeded())
    cli.meanwhile = [lambda: cli.finish("fraud-llm.2")]
    assert cli("retry", NAME).code == 0


def test_a_cancelation_succeeds_once_the_operation_is_canceled(cli: CommandLine):
    cli("apply", "-f", cli.spec_file(), "--yes", "--detach")
    cli.meanwhile = [lambda: cli.finish("fraud-llm.1", Phase.CANCELED)]
    result = cli("cancel", NAME, "-o", "json")
    assert (result.code, result.json["status"]) == (0, "Canceled"), result.err


def test_deleting_what_is_not_there_is_no_error(cli: CommandLine):
    result = cli("delete", "nothing", "--yes")
    assert (result.code, "does not exist" in result.err) == (0, True)


def test_a_deletion_asks(cli: CommandLine):
    cli.create()
    result = cli("delete", NAME)
    assert (result.code, "Add --yes." in result.err) == (2, True)
    assert [each.method for each in cli.requests] == []


def test_detached_it_tells_how_to_follow(cli: CommandLine):
    cli.create()
    result = cli("scale-down", NAME, "--detach")
    assert (result.code, result.out) == (0, "fraud-llm.2\n")
    assert "gridplane watch fraud-llm.2" in result.err


def test_ctrl_c_leaves_the_operation_running_and_says_how_to_go_on(cli: CommandLine):
    cli.create()

    def interrupt() -> None:
        raise Interrupted

    cli.meanwhile = [interrupt]
    result = cli("scale-down", NAME)
    assert result.code == 130
    assert "Detached: fraud-llm.2 goes on." in result.err
    assert "`gridplane watch fraud-llm`" in result.err
    assert "`gridplane cancel fraud-llm`" in result.err
    assert cli.hub.raised == []


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        (["wake", NAME], 4, "WrongPhase (name): "),
        (["cancel", NAME], 4, "NoOperationRunning (name): "),
        (["repair", "nothing"], 3, "EnvironmentNotFound: "),
        (["show", "nothing"], 3, "EnvironmentNotFound: "),
        (["watch", "nothing.1"], 3, "OperationNotFound: "),
        (["list", "--phase", "Odd"], 2, "InvalidQueryParameter (query phase): "),
        (["logs", "nothing"], 3, "EnvironmentNotFound: "),
        (["sweeps"], 3, "SweepNotFound: "),
        (["list", "-o", "xml"], 2, "-o xml is none of table, json, yaml, name."),
        (["list", "--query", "["], 2, "--query is not JMESPath"),
        (["list", "--profile", "none"], 2, "There is no profile none."),
        (["fly"], 2, "No such command 'fly'"),
        (["wake"], 2, "Missing argument 'NAME'"),
    ],
)
def test_exit_codes_tell_failures_apart(
    cli: CommandLine, command: list[str], code: int, says: str
):
    cli.create()
    result = cli(*command)
    assert (result.code, says in result.err) == (code, True), result.err
    assert result.out == ""

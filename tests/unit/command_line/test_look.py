"""`list`, `show`, `watch`, `events` and the rest: tables, formats, queries."""

import json
from datetime import timedelta

import pytest
import yaml
from gridplane.errors import Interrupted

from domain.environment.phases import Phase
from domain.outcomes import Status
from tests.support.command_line import NAME, CommandLine, quota_exceeded
from tests.support.specs import NOON

LIST = """\
NAME        PHASE   HEALTH    REGIONS      GPU               NODES       NOW   THIS MONTH   AGE
fraud-llm   Ready   Unknown   westeurope   NC24ads_A100_v4       1   $0.73/h   {month}   10m
"""


def test_the_list_is_a_table_without_colours_when_piped(cli: CommandLine):
    cli.create()
    result = cli("list")
    assert result.code == 0
    month = result.out.split()[-2]
    assert result.out == LIST.format(month=month.rjust(len("THIS MONTH")))


def test_ages_are_by_the_clock_of_the_api(cli: CommandLine):
    cli.create()
    cli.clock = NOON + timedelta(hours=3)
    assert cli("list").out.split()[-1] == "3h"
    assert any(line.endswith(" 3h ago") for line in cli("show", NAME).out.splitlines())


@pytest.mark.parametrize(
    ("options", "printed"),
    [
        (["-o", "name"], "alpha-llm\nfraud-llm\n"),
        (["--query", "[].name"], "alpha-llm\nfraud-llm\n"),
        (["--query", "length(@)"], "2\n"),
        (["--query", "[?name=='none']"], ""),
        (["--query", "[].{is: phase}"], "is\nReady\nReady\n"),
        (["--query", "[0].spec.regions", "-o", "yaml"], "- westeurope\n"),
        (["--query", "[0].generation", "-o", "json"], "1\n"),
        (["--phase", "Failed", "-o", "name"], ""),
    ],
)
def test_scripts_get_what_they_ask_for(cli: CommandLine, options: list[str], printed: str):
    cli.create()
    cli.create(name="alpha-llm")
    result = cli("list", *options)
    assert (result.code, result.out) == (0, printed)


def test_json_and_yaml_are_the_answer_of_the_api(cli: CommandLine):
    cli.create()
    shown = cli("show", NAME, "-o", "json").json
    assert (shown["name"], shown["spec"]["costCenter"]) == (NAME, "ML-1234")
    assert yaml.safe_load(cli("show", NAME, "-o", "yaml").out)["name"] == NAME


def test_an_empty_list_says_how_to_begin(cli: CommandLine):
    assert "gridplane init" in cli("list").out


def test_all_pages_are_read(cli: CommandLine):
    for number in range(3):
        cli.create(name=f"llm-{number}")
    cli.instead = [lambda _: cli.ask("/environments?maxpagesize=1")]
    assert cli("list", "-o", "name").out.split() == ["llm-0", "llm-1", "llm-2"]
    assert len(cli.requests) == 3


def test_an_environment_is_shown_with_what_is_wrong_and_the_way_out(cli: CommandLine):
    cli.meanwhile = [lambda: cli.finish("fraud-llm.1", Phase.FAILED, quota_exceeded())]
    cli("apply", "-f", cli.spec_file(), "--yes")
    result = cli("show", NAME)
    assert "phase        Failed\n" in result.out
    assert "QuotaExceeded: Family standardNCADSA100v4Family has 0" in result.out
    assert "Fix: Request a quota increase, then `gridplane retry fraud-llm`." in result.out


def test_a_ready_environment_shows_endpoint_and_cells(cli: CommandLine):
    cli.create()
    lines = cli("show", NAME).out.splitlines()
    assert "endpoint     https://gp-fraud-llm-a1b2c3.z01.azurefd.net" in lines
    assert "REGION       NODES   GPU               EXTERNAL-IP   CLUSTER" in lines
    assert "westeurope   1       NC24ads_A100_v4   20.61.0.2     gp-x" in lines


def test_watch_follows_what_runs_and_shows_the_rest(cli: CommandLine):
    cli("apply", "-f", cli.spec_file(), "--yes", "--detach")
    cli.meanwhile = [lambda: cli.finish("fraud-llm.1")]
    followed = cli("watch", NAME)
    assert (followed.code, "provision fraud-llm  Succeeded" in followed.err) == (0, True)
    rest = cli("watch", NAME)
    assert (rest.code, "No operation of fraud-llm runs: it is Ready." in rest.err) == (0, True)
    assert cli("watch", "fraud-llm.1").code == 0


def test_a_deletion_is_watched_to_its_end(cli: CommandLine):
    cli.create()
    cli("delete", NAME, "--yes", "--detach")
    cli.hub.deliver("fraud-llm.2")
    cli.meanwhile = [lambda: cli.finish("fraud-llm.2", Phase.DELETED)]
    result = cli("watch", NAME)
    assert (result.code, result.err.splitlines()[-1]) == (0, "fraud-llm is deleted.")


def test_what_does_not_change_is_looked_at_less_often_up_to_retry_after(cli: CommandLine):
    cli("apply", "-f", cli.spec_file(), "--yes", "--detach")

    def go_on() -> None:
        cli.report("fraud-llm.1", "edge/profile", Status.RUNNING, 1)

    cli.meanwhile = [*[lambda: None] * 4, go_on, lambda: cli.finish("fraud-llm.1")]
    assert cli("watch", NAME).code == 0
    assert cli.sleeps == [1.0, 2.0, 4.0, 5.0, 5.0, 1.0]


def test_steps_are_told_once_in_the_order_of_time(cli: CommandLine):
    cli("apply", "-f", cli.spec_file(), "--yes", "--detach")

    def first() -> None:
        cli.report("fraud-llm.1", "cell/westeurope/managedCluster", Status.RUNNING, 2)
        cli.report("fraud-llm.1", "edge/profile", Status.SUCCEEDED, 1)

    cli.meanwhile = [first, lambda: None, lambda: cli.finish("fraud-llm.1")]
    lines = cli("watch", NAME).err.splitlines()
    assert lines[1:3] == [
        "01:00  Succeeded  edge/profile",
        "02:00  Running    cell/westeurope/managedCluster",
    ]
    assert lines[-1].startswith("provision fraud-llm  Succeeded")
    assert len(lines) == len(set(lines))


def test_what_keeps_a_step_from_ending_is_told_as_soon_as_it_is_known(cli: CommandLine):
    cli("apply", "-f", cli.spec_file(), "--yes", "--detach")
    step = "cell/westeurope/pods"

    def stuck() -> None:
        cli.report("fraud-llm.1", step, Status.RUNNING, 6, failure=quota_exceeded())

    cli.meanwhile = [
        lambda: cli.report("fraud-llm.1", step, Status.RUNNING, 2),
        stuck,
        lambda: None,
        lambda: cli.finish("fraud-llm.1"),
    ]
    lines = cli("watch", NAME).err.splitlines()
    assert lines[1] == f"02:00  Running    {step}"
    assert lines[2].startswith(f"06:00  Running    {step}: Family standardNCADSA100v4Family has 0")
    assert lines[3].startswith("10:00  ")


def interrupt() -> None:
    raise Interrupted


def test_events_are_followed_until_ctrl_c(cli: CommandLine):
    cli.create()

    def put_to_sleep() -> None:
        cli("scale-down", NAME, "--detach")
        cli.hub.deliver("fraud-llm.2")

    cli.meanwhile = [put_to_sleep, interrupt]
    result = cli("events", NAME, "-f")
    assert result.code == 130
    assert result.out.count("scale-down started") == 1
    assert cli.sleeps == [1.0, 1.0]


def test_events_that_follow_have_the_format_of_the_first(cli: CommandLine):
    cli.create()

    def put_to_sleep() -> None:
        cli.ask(f"/environments/{NAME}/scale-down", "POST")
        cli.hub.deliver("fraud-llm.2")

    cli.meanwhile = [put_to_sleep, interrupt]
    result = cli("events", NAME, "-f", "--query", "[].[type, message]")
    assert result.out.splitlines()[-2:] == ["OperationStarted", "scale-down started"]


@pytest.mark.parametrize(
    ("command", "headings"),
    [
        (["offers", "-r", "westeurope"], "SIZE"),
        (["costs"], "DAY"),
        (["events", NAME], "TIME"),
    ],
)
def test_every_list_has_a_table_and_json(cli: CommandLine, command: list[str], headings: str):
    cli.create()
    assert cli(*command).out.startswith(headings)
    assert json.loads(cli(*command, "-o", "json").out)
    assert cli(*command, "-o", "name").code == 0


def test_costs_show_what_azure_has_billed_and_the_difference():
    from gridplane.api_types import BilledView
    from gridplane.service_tables import billed_table
    from rich.console import Console

    found: BilledView = {
        "settledUntil": "2026-11-18",
        "value": [
            {
                "environment": NAME,
                "billedUsd": 1190.02,
                "listedUsd": 1200.0,
                "differenceUsd": -9.98,
            }
        ],
    }
    console = Console(width=100)
    with console.capture() as captured:
        console.print(billed_table(found))
    lines = [line.split() for line in captured.get().splitlines() if line.strip()]
    assert lines[1] == [NAME, "$1,190.02", "$1,200.00", "-9.98"]
    assert "until 2026-11-18" in captured.get()


def test_offers_show_price_and_what_is_left(cli: CommandLine):
    lines = cli("offers", "-r", "westeurope", "--gpu-memory", "80").out.splitlines()
    (row,) = [line for line in lines if line.startswith("Standard_NC24ads_A100_v4 ")]
    assert row.split()[1:7] == ["1", "x", "A100", "80", "GB", "$4.78"]

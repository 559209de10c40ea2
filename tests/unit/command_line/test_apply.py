"""`plan` and `apply`: what is shown, asked, sent, and followed."""

import json
from pathlib import Path

import pytest

from domain.environment.phases import Phase
from domain.outcomes import Status
from tests.support.command_line import NAME, CommandLine, market_without_quota, quota_exceeded

CREATED = f"{NAME}.1"
UPDATED = f"{NAME}.2"


def test_a_plan_shows_resources_price_checks_and_duration(cli: CommandLine):
    result = cli("plan", "-f", cli.spec_file())
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0] == "fraud-llm will be created"
    assert "+   managedCluster   westeurope       1" in lines
    assert any(line.startswith("price      $") and "/month" in line for line in lines)
    assert any("1 in 10 takes over" in line for line in lines)
    assert sum(line.startswith("✔ gpu.vmSize [westeurope]") for line in lines) >= 3
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_plan_that_would_be_refused_says_why_and_fails(cli: CommandLine):
    cli.read_market = market_without_quota()
    result = cli("plan", "-f", cli.spec_file())
    assert result.code == 1
    assert "✘ gpu.vmSize [westeurope]  QuotaExceeded: " in result.out
    assert "The plan would be refused.\n  QuotaExceeded (gpu.vmSize): " in result.err


def test_apply_plans_asks_and_follows_to_the_end(cli: CommandLine):
    def build() -> None:
        step = "cell/westeurope/managedCluster"
        cli.report(CREATED, step, Status.RUNNING, 1, detail="Creating")

    cli.meanwhile = [build, lambda: cli.finish(CREATED)]
    result = cli("apply", "-f", cli.spec_file(), "--yes")
    assert result.code == 0
    assert result.out == "https://gp-fraud-llm-a1b2c3.z01.azurefd.net\n"
    assert "provision fraud-llm  Running  0 %  05:00 of about " in result.err
    assert "01:00  Running    cell/westeurope/managedCluster: Creating\n" in result.err
    assert "provision fraud-llm  Succeeded" in result.err
    assert 'gridplane invoke fraud-llm "Hello"' in result.err
    (sent,) = cli.bodies("POST", "/environments")
    assert sent["planId"].startswith("fraud-llm.0.")
    assert cli.sleeps == [1.0, 1.0], "something is new each time"


def test_a_saved_plan_is_applied_by_its_name_alone(cli: CommandLine):
    file = cli.spec_file()
    assert cli("plan", "-f", file, "-o", "plan.json").code == 0
    assert cli("apply", "plan.json", "--yes", "--detach").code == 0
    (sent,) = cli.bodies("POST", "/environments")
    assert sent == {"planId": json.loads(Path("plan.json").read_text())["id"]}


@pytest.mark.parametrize("files", [[], ["plan.json", "-f", "environment.json"]])
def test_one_file_is_applied(cli: CommandLine, files: list[str]):
    result = cli("apply", *files, "--yes")
    assert (result.code, result.err.splitlines()[0]) == (2, "Name one FILE.")


def test_without_anybody_to_ask_it_needs_yes(cli: CommandLine):
    result = cli("apply", "-f", cli.spec_file(), "--no-input")
    assert (result.code, "Add --yes." in result.err) == (2, True)
    assert cli.bodies("POST", "/environments") == []


def test_detached_it_returns_the_operation(cli: CommandLine):
    result = cli("apply", "-f", cli.spec_file(), "--yes", "--detach", "-o", "name")
    assert (result.code, result.out) == (0, "fraud-llm.1\n")
    assert cli.sleeps == []


def test_a_failed_operation_shows_cause_and_way_out(cli: CommandLine):
    def fail() -> None:
        step = "cell/westeurope/managedCluster"
        cli.report(CREATED, step, Status.FAILED, 2, failure=quota_exceeded())
        cli.finish(CREATED, Phase.FAILED, quota_exceeded())

    cli.meanwhile = [fail]
    result = cli("apply", "-f", cli.spec_file(), "--yes")
    assert result.code == 1
    assert result.err.endswith(
        "fraud-llm.1 failed: QuotaExceeded: Family standardNCADSA100v4Family has 0 of 24 vCPUs "
        "left in westeurope.\n"
        "  step cell/westeurope/managedCluster: Family standardNCADSA100v4Family has 0 of 24 "
        "vCPUs left in westeurope.\n"
        "Fix: Request a quota increase, then `gridplane retry fraud-llm`.\n"
    )


def test_an_update_shows_fields_and_replaces_what_was_read_alone(cli: CommandLine):
    cli.create()
    cli.meanwhile = [lambda: cli.finish(UPDATED)]
    result = cli("apply", "-f", cli.spec_file(costCenter="ML-9"), "--yes")
    assert result.code == 0
    assert "~   costCenter   ML-1234   ML-9    inPlace" in result.err
    (put,) = [each for each in cli.requests if each.method == "PUT"]
    assert put.headers["If-Match"].startswith('"1-')
    assert len(put.headers["Repeatability-Request-ID"]) == 36


def test_what_is_as_wanted_starts_nothing(cli: CommandLine):
    cli.create()
    result = cli("apply", "-f", cli.spec_file(), "--no-input")
    assert (result.code, "nothing to do" in result.err) == (0, True)


def test_a_saved_plan_is_carried_out_exactly(cli: CommandLine):
    assert cli("plan", "-f", cli.spec_file(), "-o", "plan.json").code == 0
    saved = json.loads(Path("plan.json").read_text())
    cli.meanwhile = [lambda: cli.finish(CREATED)]
    assert cli("apply", "-f", "plan.json", "--yes").code == 0
    assert cli.bodies("POST", "/environments") == [{"planId": saved["id"]}]
    assert len(cli.bodies("POST", "/plans")) == 1


def test_a_saved_plan_is_refused_once_the_environment_has_changed(cli: CommandLine):
    cli.create()
    cli("plan", "-f", cli.spec_file(costCenter="ML-9"), "-o", "plan.json")
    cli.meanwhile = [lambda: cli.finish(UPDATED)]
    assert cli("repair", NAME).code == 0
    result = cli("apply", "-f", "plan.json", "--yes")
    assert (result.code, "PlanIsStale" in result.err) == (4, True)
    assert "Fix: Plan again" in result.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: [", "neither YAML nor JSON"),
        ("just text", "it has no fields"),
        ("name: a\nname: b", "name is written twice"),
    ],
)
def test_a_file_that_is_no_specification_is_refused(cli: CommandLine, text: str, says: str):
    Path("odd.yaml").write_text(text)
    result = cli("plan", "-f", "odd.yaml")
    assert (result.code, says in result.err) == (2, True)
    assert cli.requests == []


def test_a_file_that_is_not_there_is_refused(cli: CommandLine):
    result = cli("apply", "-f", "nothing.yaml")
    assert (result.code, "gridplane init" in result.err) == (2, True)


def test_each_problem_of_a_specification_is_named(cli: CommandLine):
    result = cli("plan", "-f", cli.spec_file(owner="nobody", colour="blue"))
    assert result.code == 2
    assert result.err.startswith("InvalidRequest: ")
    assert "\n  owner: " in result.err
    assert "\n  colour: " in result.err


def test_times_in_yaml_stay_texts(cli: CommandLine):
    spec = json.loads(Path(cli.spec_file()).read_text())
    Path("timed.yaml").write_text(f"{json.dumps(spec)[:-1]}, expiresAt: 2027-01-31T00:00:00Z}}")
    assert cli("plan", "-f", "timed.yaml").code == 0
    assert cli.bodies("POST", "/plans")[0]["expiresAt"] == "2027-01-31T00:00:00Z"

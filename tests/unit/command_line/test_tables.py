"""Tables as they are printed, whole; prices, durations and moments are left out of the comparison,
as they follow price lists and the clock."""

import re
from collections.abc import Callable

import pytest

from tests.support.command_line import NAME, CommandLine, answer
from tests.support.specs import spec_body

PLAN = """\
fraud-llm will be created

    RESOURCE         REGION       COUNT
+   resourceGroup    global           1
+   profile          global           1
+   endpoint         global           1
+   originGroup      global           1
+   origin           westeurope       1
+   route            global           1
+   wafPolicy        global           1
+   securityPolicy   global           1
+   resourceGroup    westeurope       1
+   managedCluster   westeurope       1
+   agentPool        westeurope       1

price      $0/h, $0/month
asleep     $0/h, $0/month
at most    $0/h, $0/month
ready in   N minutes, 1 in 10 takes over N, and up to N more until the model has started
plan       ID, until TIME UTC

"""

UPDATE = """\
fraud-llm will be updated

    FIELD          BEFORE    AFTER   HOW
~   costCenter     ML-1234   ML-9    inPlace
~   gpu.maxNodes   5         6       inPlace

"""

SHOWN = """\
name         fraud-llm
phase        Ready
health       Unknown
endpoint     https://gp-fraud-llm-a1b2c3.z01.azurefd.net
model        fraud-llm 7
image        registry.example.com/llm:1.4.2
gpu          Standard_NC24ads_A100_v4, 0 to 5 nodes per region
owner        fraud-team@example.com, cost center ML-1234
cost         $0/h now, $0/h asleep, $0 today, $0 this month
idle         scaleToZero after 30 minutes
created      2026-11-22 12:00:00 UTC, 10m ago
generation   1

REGION       NODES   GPU               EXTERNAL-IP   CLUSTER
westeurope   1       NC24ads_A100_v4   20.61.0.2     gp-x
"""

EVENTS = """\
TIME                  TYPE                 MESSAGE
2026-11-22 12:00:00   OperationStarted     provision started
2026-11-22 12:10:00   OperationSucceeded   provision Succeeded
"""

SWEEP = """\
ENVIRONMENT   REGION       NODES   ACTION        REASON             IDLE SINCE
fraud-llm     westeurope   2       scaleToZero   IdleAfterWarning   2026-11-22 11:20:00
other-llm     uksouth      1       none          RequestsSeen
dry run, 2 GPU pools, saved per hour: $0, ended 2026-11-22 12:01:00 UTC
"""


def pool(environment: str, region: str, nodes: int) -> dict[str, object]:
    ids = {"poolId": "/p", "clusterId": "/c", "vmSize": "Standard_NC24ads_A100_v4"}
    place = {"environment": environment, "region": region, "nodeCount": nodes, "isOurs": True}
    return {**place, **ids}


SWEPT = {
    "status": "Succeeded",
    "decisions": [
        {
            "pool": pool("fraud-llm", "westeurope", 2),
            "environment": "fraud-llm",
            "action": "scaleToZero",
            "reason": "IdleAfterWarning",
            "idleSince": "2026-11-22T11:20:00Z",
        },
        {
            "pool": pool("other-llm", "uksouth", 1),
            "environment": "other-llm",
            "action": "none",
            "reason": "RequestsSeen",
        },
    ],
    "summary": {
        "startedAt": "2026-11-22T12:00:00Z",
        "endedAt": "2026-11-22T12:01:00Z",
        "dryRun": True,
        "pools": 2,
        "actions": {"none": 1, "scaleToZero": 1},
        "reasons": {"RequestsSeen": 1, "IdleAfterWarning": 1},
        "results": {},
        "savedPerHourUsd": 9.55,
    },
}


def comparable(printed: str) -> str:
    printed = re.sub(r"\$[\d,]+\.\d\d", "$0", printed)
    printed = re.sub(r"\b\d+ minutes, 1 in 10 takes over \d+, and up to \d+", LEFT_OUT, printed)
    return re.sub(r"(plan +)\S+, until \S+ \S+ UTC", r"\1ID, until TIME UTC", printed)


LEFT_OUT = "N minutes, 1 in 10 takes over N, and up to N"


def test_a_plan_that_creates(cli: CommandLine):
    printed = comparable(cli("plan", "-f", cli.spec_file()).out)
    table, _, checks = printed.partition("✔")
    assert table == PLAN
    assert checks.startswith(" gpu.vmSize [westeurope]  ")


def test_a_plan_that_updates(cli: CommandLine):
    cli.create()
    gpu = {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 6}
    printed = cli("plan", "-f", cli.spec_file(costCenter="ML-9", gpu=gpu)).out
    assert printed.startswith(UPDATE)


def test_a_plan_after_which_the_model_does_not_answer_for_a_while(cli: CommandLine):
    cli.create()
    workload = {**spec_body()["workload"], "image": "registry.example.com/llm:2"}
    printed = cli("plan", "-f", cli.spec_file(workload=workload)).out
    assert "outage     The only replica of a region is stopped before the new one" in printed


def test_a_plan_of_two_versions_side_by_side(cli: CommandLine):
    update = {"strategy": "blueGreen"}
    cli.create(update=update)
    workload = {**spec_body()["workload"], "image": "registry.example.com/llm:2"}
    printed = cli("plan", "-f", cli.spec_file(workload=workload, update=update)).out
    line = next(each for each in printed.splitlines() if "beside" in each)
    assert "1 spare GPU node while both versions serve, for up to 1.5 hours: up to $7.04" in line


def test_an_environment(cli: CommandLine):
    cli.create(idle={"afterMinutes": 30, "action": "scaleToZero"})
    assert comparable(cli("show", NAME).out) == SHOWN


def test_a_timeline(cli: CommandLine):
    cli.create()
    assert cli("events", NAME).out == EVENTS


def test_a_sweep(cli: CommandLine):
    cli.meanwhile = [lambda: None]
    cli.instead = [answer(202, {"status": "Running"}), answer(200, SWEPT)]
    assert comparable(cli("sweeps", "--start", "--dry-run").out) == SWEEP
    assert cli.bodies("POST", "/sweeps") == [{"dryRun": True}]


def test_a_narrow_terminal_gets_whole_names_and_fewer_columns(cli: CommandLine):
    name = "a-name-of-24-letters-abc"
    cli.create(name=name)
    cli.environ["COLUMNS"] = "60"
    heading, row, *hidden = cli("list").out.splitlines()
    assert heading.split() == ["NAME", "PHASE", "HEALTH", "REGIONS"]
    assert row.split() == [name, "Ready", "Unknown", "westeurope"]
    assert " ".join(hidden) == (
        "Too narrow for GPU, NODES, NOW, THIS MONTH, AGE: -o yaml shows all."
    )


def test_times_are_those_of_the_user(cli: CommandLine, time_zone: Callable[[str], None]):
    time_zone("Asia/Tokyo")
    cli.create()
    assert "created      2026-11-22 21:00:00 JST, " in cli("show", NAME).out
    assert cli("show", NAME, "--query", "createdDateTime").out == "2026-11-22T12:00:00Z\n"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("list", "No environments. `gridplane init` writes a specification to begin with."),
        ("models", "No models. `gridplane register -f model.yaml` registers one."),
        ("audit", "No records in this time."),
    ],
)
def test_an_empty_list_is_told(cli: CommandLine, command: str, said: str):
    assert cli(command).out == f"{said}\n"


def test_costs_of_nothing_have_no_table(cli: CommandLine):
    assert cli("costs").out.startswith("Total $0.00 at list prices of ")


def test_what_a_query_nests_is_json(cli: CommandLine):
    cli.create()
    query = "[].{name: name, regions: spec.regions, autoscale: spec.workload.autoscale}"
    assert cli("list", "--query", query).out.splitlines() == [
        "name        regions          autoscale",
        'fraud-llm   ["westeurope"]',
    ]

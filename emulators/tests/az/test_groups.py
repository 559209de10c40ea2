"""Resource groups, what is in them, and what the activity log tells of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from emulators.tests.az.azure_cli import AzureCli
from emulators.tests.az.conftest import TIME_SCALE, control
from emulators.tests.support.simulator import SimulatorAddress

LATE = timedelta(minutes=25)


def test_a_group_is_created_shown_and_deleted(az: AzureCli) -> None:
    created = az(
        "group create --name gp-one --location westeurope --tags a=b",
        "[properties.provisioningState, location, tags.a]",
    )
    assert created == ["Succeeded", "westeurope", "b"]
    assert az("group exists --name gp-one") is True
    assert "gp-one" in az("group list", "[].name")
    assert az("group list --tag a=b", "[].name") == ["gp-one"]
    assert az("resource list --resource-group gp-one") == []
    az("group delete --name gp-one --yes")
    assert az("group exists --name gp-one") is False


REFUSALS = [
    pytest.param("group show --name gp-none", 3, "(ResourceGroupNotFound)", id="missing"),
    pytest.param(
        "group create --name gp-none --location atlantis",
        1,
        "(LocationNotAvailableForResourceGroup)",
        id="unknown region",
    ),
    pytest.param(
        "aks list --resource-group gp-none", 3, "(ResourceGroupNotFound)", id="list in missing"
    ),
]


@pytest.mark.parametrize(("command", "exit_code", "code"), REFUSALS)
def test_wrong_input_is_refused_with_its_code(
    az: AzureCli, command: str, exit_code: int, code: str
) -> None:
    refusal = az.refused(command)
    assert (refusal.exit_code, code in refusal.text) == (exit_code, True), refusal.text


@pytest.fixture
def slow(address: SimulatorAddress) -> Iterator[None]:
    """Time at which an event does not grow older than the log keeps it while the CLI starts."""
    control(address, "PUT", "/clock", {"scale": 60})
    yield
    control(address, "PUT", "/clock", {"scale": TIME_SCALE})


@pytest.mark.usefixtures("slow")
def test_the_activity_log_tells_who_created_a_group(
    az: AzureCli, address: SimulatorAddress
) -> None:
    az("group create --name gp-log --location westeurope")
    moment = datetime.fromisoformat(control(address, "GET", "/clock")["now"]) + LATE
    control(address, "PUT", "/clock", {"now": moment.isoformat()})
    window = f"--start-time {(moment - LATE * 2).isoformat()} --offset 2h"
    events = az(
        f"monitor activity-log list --resource-group gp-log {window}",
        "[].[operationName.value, status.value, caller]",
    )
    action = "Microsoft.Resources/subscriptions/resourceGroups/write"
    assert events == [
        [action, "Succeeded", address.client_id],
        [action, "Started", address.client_id],
    ]
    refusal = az.refused("monitor activity-log list --start-time 2020-01-01T00:00:00Z")
    assert "(BadRequest) The start time cannot be more than 90 days in the past." in refusal.text

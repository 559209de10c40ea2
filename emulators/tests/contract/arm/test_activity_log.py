"""The activity log on the wire: what was written, by whom, and how it ended."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from emulators.tests.contract.arm.conftest import Arm, RawAnswer
from emulators.tests.contract.arm.test_clusters import CLUSTER
from emulators.tests.support.arm_bodies import cluster_body
from emulators.tests.support.simulator import Control, SimulatorAddress

GROUP = "resourceGroups/gp-fraud"
VALUES = "providers/Microsoft.Insights/eventtypes/management/values"
LATE = timedelta(minutes=25)
"""By then every event of a write has been taken in."""


async def now(control: Control) -> datetime:
    return datetime.fromisoformat((await control.call("GET", "/clock"))["now"])


async def later(control: Control, by: timedelta) -> None:
    moment = (await now(control)) + by
    await control.call("PUT", "/clock", {"now": moment.isoformat()})


async def asked(arm: Arm, control: Control, *conditions: str, **query: str) -> RawAnswer:
    start = (await now(control)) - timedelta(days=1)
    window = f"eventTimestamp ge '{start.isoformat()}'"
    text = " and ".join((window, *conditions))
    return await arm.call_with(VALUES, "2015-04-01", {"$filter": text, **query})


def told(answer: RawAnswer) -> list[Any]:
    return [
        (each["operationName"]["value"], each["status"]["value"], each["subStatus"]["value"])
        for each in answer.body["value"]
    ]


async def test_a_write_is_told_with_its_beginning_and_its_end(
    arm: Arm, control: Control, address: SimulatorAddress
) -> None:
    written = await arm.call("PUT", GROUP, {"location": "westeurope"})
    await later(control, LATE)
    answer = await asked(arm, control, "resourceGroupName eq 'GP-Fraud'")
    action = "Microsoft.Resources/subscriptions/resourceGroups/write"
    assert told(answer) == [(action, "Succeeded", "Created"), (action, "Started", "")]
    event = answer.body["value"][0]
    assert event["eventName"] == {"value": "EndRequest", "localizedValue": "End request"}
    assert event["authorization"]["scope"] == event["resourceId"] == f"{arm.subscription}/{GROUP}"
    assert event["correlationId"] == written.headers["x-ms-correlation-request-id"]
    assert event["claims"]["appid"] == event["caller"]
    assert (event["resourceGroupName"], event["httpRequest"]["method"]) == ("gp-fraud", "PUT")
    assert event["subscriptionId"] == address.subscription_id
    assert event["submissionTimestamp"] > event["eventTimestamp"]


async def test_an_operation_is_accepted_first_and_ends_later(arm: Arm, control: Control) -> None:
    await arm.call("PUT", GROUP, {"location": "westeurope"})
    accepted = await arm.call("PUT", CLUSTER, cluster_body(), api_version="2026-08-01")
    running = await arm.call("GET", accepted.headers["Azure-AsyncOperation"])
    while running.body["status"] != "Succeeded":
        running = await arm.poll(accepted.headers["Azure-AsyncOperation"])
    await later(control, LATE)
    answer = await asked(arm, control, f"resourceId eq '{arm.subscription}/{CLUSTER}'")
    action = "Microsoft.ContainerService/managedClusters/write"
    assert told(answer) == [
        (action, "Succeeded", ""),
        (action, "Accepted", "Created"),
        (action, "Started", ""),
    ]
    assert len({each["correlationId"] for each in answer.body["value"]}) == 1
    assert len({each["eventDataId"] for each in answer.body["value"]}) == 3


async def test_a_refusal_is_told_with_its_error(arm: Arm, control: Control) -> None:
    await arm.call("PUT", GROUP, {"location": "westeurope"})
    await arm.call("PUT", CLUSTER, {"location": "atlantis"}, api_version="2026-08-01")
    await later(control, LATE)
    answer = await asked(arm, control, "status eq 'Failed'")
    (event,) = answer.body["value"]
    assert (event["level"], event["subStatus"]["value"]) == ("Error", "BadRequest")
    assert "LocationNotAvailableForResourceType" in event["properties"]["statusMessage"]


async def test_an_action_is_told_by_its_name(arm: Arm, control: Control) -> None:
    await arm.call("POST", "providers/Microsoft.Cdn/register")
    await later(control, LATE)
    answer = await asked(arm, control, "resourceProvider eq 'Microsoft.Resources'")
    actions = {each["operationName"]["value"] for each in answer.body["value"]}
    assert actions == {"Microsoft.Resources/subscriptions/providers/register/action"}


async def test_events_appear_minutes_late_and_reads_never(arm: Arm, control: Control) -> None:
    await arm.call("PUT", GROUP, {"location": "westeurope"})
    await arm.call("GET", GROUP)
    assert told(await asked(arm, control)) == []
    await later(control, LATE)
    assert len(told(await asked(arm, control))) == 2


async def test_long_answers_have_pages_and_fields_can_be_chosen(
    arm: Arm, control: Control
) -> None:
    for number in range(101):
        await arm.call("PUT", f"{GROUP}{number}", {"location": "westeurope"})
    await later(control, LATE)
    first = await asked(arm, control, **{"$select": "eventName, correlationId"})
    second = await arm.call("GET", first.body["nextLink"])
    assert (len(first.body["value"]), len(second.body["value"])) == (200, 2)
    assert "nextLink" not in second.body
    assert set(second.body["value"][0]) == {"eventName", "correlationId"}


BAD_FILTERS = [
    pytest.param("", "The filter '' is not supported.", id="none"),
    pytest.param("caller eq 'x'", "start time of the query must be given", id="no start"),
    pytest.param(
        "eventTimestamp ge 2020-01-01T00:00:00Z",
        "The start time cannot be more than 90 days in the past.",
        id="too long ago",
    ),
    pytest.param("eventTimestamp ge yesterday", "'yesterday' is not a valid time.", id="no time"),
    pytest.param("level eq 'Error'", "is not supported", id="unknown field"),
]


@pytest.mark.parametrize(("text", "message"), BAD_FILTERS)
async def test_a_bad_filter_is_refused_flat(arm: Arm, text: str, message: str) -> None:
    refusal = await arm.call_with(VALUES, "2015-04-01", {"$filter": text})
    assert refusal.status == 400
    assert refusal.body["code"] == "BadRequest"
    assert message in refusal.body["message"]

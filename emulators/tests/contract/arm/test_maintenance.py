"""Maintenance configurations of clusters, by the SDK and on the wire."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.containerservice import models

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, Azure, RawAnswer
from emulators.tests.contract.arm.test_clusters import CLUSTER, NAME, VERSION
from emulators.tests.support.arm_bodies import cluster_body, gpu_pool

AUTO_UPGRADE = "aksManagedAutoUpgradeSchedule"
NODE_IMAGES = "aksManagedNodeOSUpgradeSchedule"
CONFIGURATIONS = f"{CLUSTER}/maintenanceConfigurations"

WEEKLY = {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Saturday"}}


def window(**changes: Any) -> dict[str, Any]:
    wanted = {"schedule": WEEKLY, "durationHours": 8, "startTime": "00:00", **changes}
    return {"properties": {"maintenanceWindow": wanted}}


async def put(arm: Arm, name: str, body: Any) -> RawAnswer:
    return await arm.call("PUT", f"{CONFIGURATIONS}/{name}", body, api_version=VERSION)


async def get(arm: Arm, name: str = "") -> RawAnswer:
    path = f"{CONFIGURATIONS}/{name}" if name else CONFIGURATIONS
    return await arm.call("GET", path, api_version=VERSION)


@pytest.fixture
async def cluster(azure: Azure, group: str) -> str:
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, cluster_body(gpu_minimum=1)
    )
    await begun.result()
    return NAME


@pytest.fixture
def today(simulator: RunningSimulator, cluster: str) -> date:
    """The simulated date, far from midnight."""
    clock = simulator.simulator.clock
    noon = clock.now().replace(hour=12, minute=0) + timedelta(days=1)
    clock.advance_to(noon)
    return noon.date()


async def test_a_configuration_comes_and_goes_by_the_sdk(azure: Azure, cluster: str) -> None:
    configurations = azure.containers.maintenance_configurations
    where = ("gp-fraud", cluster, NODE_IMAGES)
    window = models.MaintenanceWindow(
        schedule=models.Schedule(daily=models.DailySchedule(interval_days=2)),
        duration_hours=4,
        start_time="02:00",
        utc_offset="+05:30",
    )
    wanted = models.MaintenanceConfiguration(
        properties=models.MaintenanceConfigurationProperties(maintenance_window=window)
    )
    created = await configurations.create_or_update(*where, wanted)
    shown = await configurations.get(*where)
    listed = [each.name async for each in configurations.list_by_managed_cluster(*where[:2])]
    await configurations.delete(*where)
    assert created == shown
    assert shown.properties is not None
    assert shown.properties.maintenance_window is not None
    assert shown.properties.maintenance_window.schedule.daily is not None
    assert shown.properties.maintenance_window.utc_offset == "+05:30"
    assert listed == [NODE_IMAGES]
    with pytest.raises(ResourceNotFoundError, match="NotFound"):
        await configurations.get(*where)


async def test_a_write_is_answered_at_once_with_what_it_left_out(arm: Arm, today: date) -> None:
    body: Any = {
        "name": AUTO_UPGRADE,
        "properties": {
            **window(durationHours=12, notAllowedDates=None)["properties"],
            "notAllowedTime": None,
            "timeInWeek": None,
        },
    }
    answers = [await put(arm, AUTO_UPGRADE, body), await put(arm, AUTO_UPGRADE, body)]
    recorded = {
        "id": f"{arm.subscription}/{CONFIGURATIONS}/{AUTO_UPGRADE}",
        "name": AUTO_UPGRADE,
        "properties": {
            "maintenanceWindow": {
                "schedule": WEEKLY,
                "durationHours": 12,
                "utcOffset": "+00:00",
                "startDate": today.isoformat(),
                "startTime": "00:00",
            }
        },
    }
    assert [(each.status, each.body) for each in answers] == [(200, recorded)] * 2
    assert list(answers[0].body["properties"]["maintenanceWindow"]) == list(
        recorded["properties"]["maintenanceWindow"]
    )
    for answer in answers:
        assert not {"Azure-AsyncOperation", "Location", "Retry-After"} & set(answer.headers)
    assert (await get(arm, AUTO_UPGRADE)).body == recorded


@pytest.mark.parametrize(
    ("name", "properties"),
    [
        pytest.param(
            NODE_IMAGES,
            {
                "maintenanceWindow": {
                    "schedule": {
                        "relativeMonthly": {
                            "intervalMonths": 1,
                            "dayOfWeek": "Tuesday",
                            "weekIndex": "Last",
                        }
                    },
                    "durationHours": 12,
                    "utcOffset": "-08:00",
                    "startDate": "2123-01-01",
                    "startTime": "09:00",
                }
            },
            id="relative",
        ),
        pytest.param(
            AUTO_UPGRADE,
            {
                "maintenanceWindow": {
                    "schedule": {"absoluteMonthly": {"intervalMonths": 3, "dayOfMonth": 1}},
                    "durationHours": 4,
                    "utcOffset": "-08:00",
                    "startDate": "2123-01-01",
                    "startTime": "09:00",
                    "notAllowedDates": [{"start": "2022-12-23", "end": "2023-01-05"}],
                }
            },
            id="absolute",
        ),
        pytest.param(
            "default", {"timeInWeek": [{"day": "Tuesday", "hourSlots": [1, 2]}]}, id="default"
        ),
    ],
)
async def test_what_was_recorded_comes_back_as_it_was_sent(
    arm: Arm, cluster: str, name: str, properties: Any
) -> None:
    answer = await put(arm, name, {"properties": properties})
    assert (answer.status, answer.body["properties"]) == (200, properties)


async def test_the_legacy_form_is_normalised(arm: Arm, cluster: str) -> None:
    days = [{"day": "Monday", "hourSlots": [1]}]
    span = {"start": "2021-11-26T03:00:00.000Z", "end": "2021-11-30T12:00:00.000Z"}
    empty = await put(arm, "default", {"properties": {"timeInWeek": days, "notAllowedTime": []}})
    spans = await put(
        arm, "default", {"properties": {"timeInWeek": days, "notAllowedTime": [span]}}
    )
    assert empty.body["properties"] == {"timeInWeek": days}
    assert spans.body["properties"]["notAllowedTime"] == [
        {"start": "2021-11-26T03:00:00Z", "end": "2021-11-30T12:00:00Z"}
    ]


async def test_a_list_has_all_and_a_name_any_case(arm: Arm, cluster: str) -> None:
    empty = await get(arm)
    lower = (await put(arm, AUTO_UPGRADE.lower(), window())).body
    default = (await put(arm, "default", window())).body
    assert empty.body == {"value": []}
    assert (await get(arm)).body == {"value": [lower, default]}
    assert lower["name"] == AUTO_UPGRADE.lower()
    assert (await get(arm, AUTO_UPGRADE)).body == lower


async def test_a_deletion_is_answered_at_once(arm: Arm, cluster: str) -> None:
    await put(arm, AUTO_UPGRADE, window())
    path = f"{CONFIGURATIONS}/{AUTO_UPGRADE}"
    answers = [await arm.call("DELETE", path, api_version=VERSION) for _ in range(2)]
    assert [(each.status, each.body) for each in answers] == [(200, None), (204, None)]
    missing = await get(arm, AUTO_UPGRADE)
    assert missing.error == (404, "NotFound")
    assert set(missing.body) == {"code", "details", "message", "subcode"}


async def test_a_configuration_is_taken_beside_a_running_operation(arm: Arm, cluster: str) -> None:
    pool = {"properties": gpu_pool(minCount=1, maxCount=8)}
    pools = f"{CLUSTER}/agentPools/gpu"
    both = await asyncio.gather(
        arm.call("PUT", pools, pool, api_version=VERSION), put(arm, AUTO_UPGRADE, window())
    )
    assert [each.status for each in both] == [200, 200]
    operation = await arm.call("GET", both[0].headers["Azure-AsyncOperation"])
    assert operation.body["status"] == "InProgress"
    assert (await put(arm, AUTO_UPGRADE, window(durationHours=4))).status == 200


async def test_a_stopped_cluster_takes_none(arm: Arm, azure: Azure, cluster: str) -> None:
    begun = await azure.containers.managed_clusters.begin_stop("gp-fraud", cluster)
    await begun.result()
    refused = await put(arm, AUTO_UPGRADE, window())
    assert refused.error == (400, "OperationNotAllowed")


async def test_configurations_go_with_their_cluster(arm: Arm, azure: Azure, cluster: str) -> None:
    await put(arm, AUTO_UPGRADE, window())
    deleted = await azure.containers.managed_clusters.begin_delete("gp-fraud", cluster)
    assert (await put(arm, AUTO_UPGRADE, window())).error == (409, "EtagMismatch")
    await deleted.result()
    for method in ("GET", "DELETE"):
        gone = await arm.call(method, f"{CONFIGURATIONS}/{AUTO_UPGRADE}", api_version=VERSION)
        assert gone.error == (404, "ResourceNotFound")
        assert f"'Microsoft.ContainerService/managedClusters/{NAME}' under" in gone.message
        assert gone.headers["x-ms-failure-cause"] == "gateway"
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        "gp-fraud", NAME, cluster_body()
    )
    await begun.result()
    assert (await get(arm)).body == {"value": []}


@pytest.mark.parametrize(
    ("name", "body", "text"),
    [
        pytest.param(
            "nightly",
            window(),
            "Only 'default', 'aksManagedAutoUpgradeSchedule' and "
            "'aksManagedNodeOSUpgradeSchedule' are allowed configNames for maintenance "
            "configuration.",
            id="name",
        ),
        pytest.param(
            "default",
            window(schedule={"daily": {"intervalDays": 1}}),
            "Only weekly schedule is supported for control plane upgrade maintenance "
            "configuration: default.",
            id="default is weekly",
        ),
        pytest.param(AUTO_UPGRADE, {}, "properties", id="nothing"),
        pytest.param(AUTO_UPGRADE, {"properties": {}}, "maintenanceWindow", id="no window"),
        pytest.param("default", {"properties": {}}, "timeInWeek", id="no times"),
        pytest.param(AUTO_UPGRADE, window(schedule=None), "schedule", id="no schedule"),
        pytest.param(AUTO_UPGRADE, window(schedule={}), "schedule", id="empty schedule"),
        pytest.param(
            AUTO_UPGRADE,
            window(schedule={**WEEKLY, "daily": {"intervalDays": 1}}),
            "schedule",
            id="two schedules",
        ),
        pytest.param(
            AUTO_UPGRADE,
            window(schedule={"weekly": {"intervalWeeks": 5, "dayOfWeek": "Friday"}}),
            "schedule.weekly.intervalWeeks",
            id="interval",
        ),
        pytest.param(
            AUTO_UPGRADE,
            window(schedule={"weekly": {"intervalWeeks": 1, "dayOfWeek": "Caturday"}}),
            "schedule.weekly.dayOfWeek",
            id="day",
        ),
        pytest.param(
            AUTO_UPGRADE,
            window(schedule={"absoluteMonthly": {"intervalMonths": 1}}),
            "schedule.absoluteMonthly.dayOfMonth",
            id="no day",
        ),
        pytest.param(AUTO_UPGRADE, window(durationHours=3), "durationHours", id="short"),
        pytest.param(AUTO_UPGRADE, window(durationHours=25), "durationHours", id="long"),
        pytest.param(AUTO_UPGRADE, window(durationHours=None), "durationHours", id="no length"),
        pytest.param(AUTO_UPGRADE, window(startTime="24:00"), "startTime", id="no such time"),
        pytest.param(AUTO_UPGRADE, window(startTime="9:00"), "startTime", id="short time"),
        pytest.param(AUTO_UPGRADE, window(startTime=None), "startTime", id="no time"),
        pytest.param(AUTO_UPGRADE, window(utcOffset="05:30"), "utcOffset", id="offset"),
        pytest.param(AUTO_UPGRADE, window(startDate="tomorrow"), "startDate", id="no date"),
        pytest.param(
            AUTO_UPGRADE,
            window(notAllowedDates=[{"start": "2026-12-24", "end": "2026-12-23"}]),
            "notAllowedDates",
            id="dates in the wrong order",
        ),
        pytest.param(
            "default",
            {"properties": {"timeInWeek": [{"day": "Monday", "hourSlots": [24]}]}},
            "timeInWeek.hourSlots",
            id="hour",
        ),
        pytest.param(
            "default",
            {"properties": {"notAllowedTime": [{"start": "noon", "end": "noon"}]}},
            "notAllowedTime",
            id="no times",
        ),
    ],
)
async def test_a_bad_configuration_is_refused(
    arm: Arm, cluster: str, name: str, body: Any, text: str
) -> None:
    refused = await put(arm, name, body)
    assert refused.error == (400, "InvalidParameter")
    assert text in refused.message
    assert set(refused.body) >= {"code", "details", "message", "subcode"}
    assert (await get(arm)).body == {"value": []}


async def test_a_window_begins_today_at_the_earliest(arm: Arm, today: date) -> None:
    """What a read shows is refused the day after: only a write without a date goes through."""
    shown = (await put(arm, AUTO_UPGRADE, window(startDate=today.isoformat()))).body
    begun = shown["properties"]["maintenanceWindow"]["startDate"]
    yesterday = (today - timedelta(days=1)).isoformat()
    refused = await put(arm, AUTO_UPGRADE, window(startDate=yesterday))
    assert begun == today.isoformat()
    assert refused.error == (400, "InvalidParameter")
    assert "startDate" in refused.message


async def test_a_value_of_the_wrong_type_cannot_be_read(arm: Arm, cluster: str) -> None:
    refused = await put(arm, AUTO_UPGRADE, window(durationHours="8"))
    assert refused.error == (400, "UnmarshalError")

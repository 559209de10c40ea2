from typing import Any

import pytest
from azure.mgmt.containerservice import models

from domain.arm.maintenance import build_maintenance_configuration
from domain.arm.merge_existing import is_part_current
from domain.catalog.regions import DEFAULT_ALLOWED_REGIONS, UTC_OFFSETS
from domain.spec.fields import Weekday
from tests.support.specs import a_spec
from tests.unit.domain.azure_models import find_unknown

TUESDAY = {"day": "tue", "start": "22:30", "durationHours": 6, "utcOffset": "+03:00"}


def build(region: str = "westeurope", existing: Any = None, **maintenance: Any) -> dict[str, Any]:
    spec = a_spec(cluster={"maintenance": maintenance})
    return build_maintenance_configuration(spec, region, existing)


@pytest.mark.parametrize(
    ("region", "offset"),
    [
        pytest.param("westeurope", "+01:00", id="Europe"),
        pytest.param("westus3", "-07:00", id="America"),
        pytest.param("centralindia", "+05:30", id="half hours"),
        pytest.param("nowhere", "+00:00", id="unknown"),
    ],
)
def test_by_default_it_is_the_regions_night_from_saturday_to_sunday(region: str, offset: str):
    assert build(region)["properties"]["maintenanceWindow"] == {
        "schedule": {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Sunday"}},
        "durationHours": 4,
        "utcOffset": offset,
        "startTime": "01:00",
    }


def test_the_specification_decides_for_every_region():
    for region in ("westeurope", "eastus"):
        window = build(region, **TUESDAY)["properties"]["maintenanceWindow"]
        assert window == {
            "schedule": {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Tuesday"}},
            "durationHours": 6,
            "utcOffset": "+03:00",
            "startTime": "22:30",
        }


@pytest.mark.parametrize("day", Weekday)
def test_the_sdk_knows_every_field_and_day(day: Weekday):
    body = build(day=day)
    assert find_unknown(body, models.MaintenanceConfiguration) == []


def test_the_time_of_every_region_that_is_allowed_by_default_is_known():
    assert set(DEFAULT_ALLOWED_REGIONS) <= set(UTC_OFFSETS)


def test_dates_that_operators_exclude_stay_and_another_kind_of_schedule_does_not():
    found = build()
    holidays = [{"start": "2026-12-24", "end": "2027-01-02"}]
    found["properties"]["maintenanceWindow"] |= {
        "notAllowedDates": holidays,
        "startDate": "2026-11-22",
        "schedule": {"daily": {"intervalDays": 1}},
    }
    window = build(existing=found)["properties"]["maintenanceWindow"]
    assert window["notAllowedDates"] == holidays
    assert "startDate" not in window, "a day in the past is refused"
    assert list(window["schedule"]) == ["weekly"]


def test_it_is_current_whatever_azure_adds_and_not_after_a_change():
    found = build()
    found["properties"]["maintenanceWindow"]["startDate"] = "2026-11-22"
    assert is_part_current(found, build())
    assert not is_part_current(found, build(**TUESDAY))

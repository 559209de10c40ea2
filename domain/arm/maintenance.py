"""Request bodies of maintenance configurations: when AKS upgrades a cluster and its nodes.

Without them AKS replaces the image of the only GPU node weekly, at a time of its own choice.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from domain.arm.merge_existing import as_mapping, merge_settings, without
from domain.catalog.regions import UTC_OFFSETS
from domain.spec.fields import Weekday
from domain.spec.model import EnvironmentSpec

if TYPE_CHECKING:
    from azure.mgmt.containerservice.types import MaintenanceWindow

DAYS_OF_WEEK: Mapping[Weekday, str] = {
    Weekday.MONDAY: "Monday",
    Weekday.TUESDAY: "Tuesday",
    Weekday.WEDNESDAY: "Wednesday",
    Weekday.THURSDAY: "Thursday",
    Weekday.FRIDAY: "Friday",
    Weekday.SATURDAY: "Saturday",
    Weekday.SUNDAY: "Sunday",
}


def build_maintenance_configuration(
    spec: EnvironmentSpec, region: str, existing: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The same window for Kubernetes and for node images. Dates that operators excluded stay.

    AKS fills in the day of the first request as `startDate`, and refuses a day in the past.
    """
    wanted = _window(spec, region)
    found = as_mapping(as_mapping((existing or {}).get("properties")).get("maintenanceWindow"))
    kept = without({"startDate"}, found)
    window = {**merge_settings(kept, wanted), "schedule": wanted["schedule"]}
    return {"properties": {"maintenanceWindow": window}}


def _window(spec: EnvironmentSpec, region: str) -> "MaintenanceWindow":
    wanted = spec.cluster.maintenance
    return {
        "schedule": {"weekly": {"intervalWeeks": 1, "dayOfWeek": DAYS_OF_WEEK[wanted.day]}},
        "durationHours": wanted.duration_hours,
        "utcOffset": wanted.utc_offset or UTC_OFFSETS.get(region, "+00:00"),
        "startTime": wanted.start,
    }

"""The body of a maintenance configuration: what AKS refuses, completes and shows.

Recorded are the completed windows; reported the refusals of names, of schedules other than weekly
for `default`, and of dates in the past. Bounds are those of the REST specification, and all other
sentences are assumed.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any

from emulators.azure.aks import errors
from emulators.azure.arm.shapes import Each, Shape

DEFAULT = "default"
NAMES = (DEFAULT, "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule")

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_WEEKS = ("First", "Second", "Third", "Fourth", "Last")
_SCHEDULES: Mapping[str, Mapping[str, Collection[int | str]]] = {
    "daily": {"intervalDays": range(1, 8)},
    "weekly": {"intervalWeeks": range(1, 5), "dayOfWeek": _DAYS},
    "absoluteMonthly": {"intervalMonths": range(1, 7), "dayOfMonth": range(1, 32)},
    "relativeMonthly": {
        "intervalMonths": range(1, 7),
        "dayOfWeek": _DAYS,
        "weekIndex": _WEEKS,
    },
}
_DURATIONS = range(4, 25)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_OFFSET = re.compile(r"[-+]\d{2}:\d{2}")

_SPANS = Each({"start": str, "end": str})
SHAPE: Shape = {
    "properties": {
        "timeInWeek": Each({"day": str, "hourSlots": Each(int)}),
        "notAllowedTime": _SPANS,
        "maintenanceWindow": {
            "schedule": {
                kind: {name: str if name in ("dayOfWeek", "weekIndex") else int for name in fields}
                for kind, fields in _SCHEDULES.items()
            },
            "durationHours": int,
            "utcOffset": str,
            "startDate": str,
            "startTime": str,
            "notAllowedDates": _SPANS,
        },
    }
}

Properties = dict[str, Any]


def completed(name: str, requested: Properties | None, today: date) -> Properties:
    """The properties that a configuration of this name has after a PUT, or a refusal."""
    if name.lower() not in {each.lower() for each in NAMES}:
        raise errors.configuration_name_not_allowed(NAMES)
    if requested is None:
        raise errors.missing_parameter("properties")
    window = requested.get("maintenanceWindow")
    legacy = _legacy(requested) if name.lower() == DEFAULT else {}
    if window is None and not legacy:
        needed = "timeInWeek" if name.lower() == DEFAULT else "maintenanceWindow"
        raise errors.missing_parameter(f"properties.{needed}")
    if window is None:
        return legacy
    shown = _window(window, today)
    if name.lower() == DEFAULT and "weekly" not in shown["schedule"]:
        raise errors.only_weekly(name)
    return {**legacy, "maintenanceWindow": shown}


def _legacy(requested: Properties) -> Properties:
    """Hours of a week and spans of time, as `default` had them before there were windows."""
    days = [_day(each) for each in requested.get("timeInWeek") or []]
    spans = [_instants(each) for each in requested.get("notAllowedTime") or []]
    return {
        **({"timeInWeek": days} if days else {}),
        **({"notAllowedTime": spans} if spans else {}),
    }


def _day(requested: Properties) -> Properties:
    _check_one_of("timeInWeek.day", requested.get("day"), _DAYS)
    for hour in requested.get("hourSlots") or []:
        _check_one_of("timeInWeek.hourSlots", hour, range(24))
    return {"day": requested["day"], "hourSlots": requested.get("hourSlots") or []}


def _instants(span: Properties) -> Properties:
    instants = [_instant(span.get(end)) for end in ("start", "end")]
    return dict(zip(("start", "end"), instants, strict=True))


def _instant(text: str | None) -> str:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        raise errors.invalid_parameter("notAllowedTime", errors.MAINTENANCE_HELP) from None
    in_utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{in_utc:%Y-%m-%dT%H:%M:%SZ}"


def _window(requested: Properties, today: date) -> Properties:
    for name in ("schedule", "durationHours", "startTime"):
        if requested.get(name) is None:
            raise errors.missing_parameter(f"maintenanceWindow.{name}")
    _check_one_of("maintenanceWindow.durationHours", requested["durationHours"], _DURATIONS)
    offset = requested.get("utcOffset") or "+00:00"
    _check_form("maintenanceWindow.utcOffset", offset, _OFFSET)
    _check_form("maintenanceWindow.startTime", requested["startTime"], _TIME)
    spans = [_dates(each) for each in requested.get("notAllowedDates") or []]
    return {
        "schedule": _schedule(requested["schedule"]),
        "durationHours": requested["durationHours"],
        "utcOffset": offset,
        "startDate": _start_date(requested.get("startDate"), today),
        "startTime": requested["startTime"],
        **({"notAllowedDates": spans} if spans else {}),
    }


def _schedule(requested: Properties) -> Properties:
    chosen = {kind: requested[kind] for kind in _SCHEDULES if requested.get(kind) is not None}
    if len(chosen) != 1:
        raise errors.invalid_parameter("maintenanceWindow.schedule", errors.MAINTENANCE_HELP)
    ((kind, fields),) = chosen.items()
    for name, allowed in _SCHEDULES[kind].items():
        where = f"maintenanceWindow.schedule.{kind}.{name}"
        if fields.get(name) is None:
            raise errors.missing_parameter(where)
        _check_one_of(where, fields[name], allowed)
    return {kind: {name: fields[name] for name in _SCHEDULES[kind]}}


def _start_date(requested: str | None, today: date) -> str:
    """A date in the past is refused, so what a read shows cannot be sent on the next day."""
    if not requested:
        return today.isoformat()
    if _date("maintenanceWindow.startDate", requested) < today:
        raise errors.date_in_the_past("maintenanceWindow.startDate", requested)
    return requested


def _dates(span: Properties) -> Properties:
    name = "maintenanceWindow.notAllowedDates"
    start, end = (_date(name, span.get(each)) for each in ("start", "end"))
    if end < start:
        raise errors.invalid_parameter(name, errors.MAINTENANCE_HELP)
    return {"start": start.isoformat(), "end": end.isoformat()}


def _date(name: str, text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise errors.invalid_parameter(name, errors.MAINTENANCE_HELP) from None


def _check_one_of(name: str, value: object, allowed: Collection[int | str]) -> None:
    if value not in allowed:
        raise errors.invalid_parameter(name, errors.MAINTENANCE_HELP)


def _check_form(name: str, value: str, form: re.Pattern[str]) -> None:
    if not form.fullmatch(value):
        raise errors.invalid_parameter(name, errors.MAINTENANCE_HELP)

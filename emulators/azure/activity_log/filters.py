"""The `$filter` of the activity log: a time window and at most a few fields that must be equal."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from emulators.azure.activity_log import errors
from emulators.azure.activity_log.models import Event

KEPT = timedelta(days=90)
_ROUNDING = timedelta(minutes=1)
"""A caller who asks for just 90 days must not lose against the time of the call."""

_COMPARISON = re.compile(
    r"(?P<name>\w+)\s+(?P<operator>ge|le|eq)\s+(?:'(?P<quoted>[^']*)'|(?P<bare>\S+))",
    re.IGNORECASE,
)
_TIME = "eventtimestamp"
_FIELDS = (
    "resourcegroupname",
    "resourceid",
    "resourceuri",
    "resourceprovider",
    "correlationid",
    "caller",
    "status",
)


@dataclass(frozen=True, slots=True)
class Question:
    """Which events are asked for; `fields` by name in lower case, values as given."""

    start: datetime
    end: datetime
    fields: dict[str, str]

    def matches(self, event: Event) -> bool:
        if not self.start <= event.at <= self.end:
            return False
        write = event.write
        present = {
            "resourcegroupname": group_of(write.resource_id),
            "resourceid": write.resource_id,
            "resourceuri": write.resource_id,
            "resourceprovider": write.resource_type.partition("/")[0],
            "correlationid": write.correlation_id,
            "caller": str(write.claims.get("appid", "")),
            "status": event.status,
        }
        return all(present[name].lower() == value.lower() for name, value in self.fields.items())


def read_filter(text: str | None, now: datetime) -> Question:
    """The question in a `$filter`; raises what the log says when it cannot be read."""
    start: datetime | None = None
    end = now
    fields: dict[str, str] = {}
    for part in re.split(r"\s+and\s+", (text or "").strip()):
        found = _COMPARISON.fullmatch(part)
        if found is None:
            raise errors.invalid_filter(text or "")
        name, operator = found["name"].lower(), found["operator"].lower()
        value = found["bare"] if found["quoted"] is None else found["quoted"]
        if name == _TIME and operator == "ge":
            start = _time(value)
        elif name == _TIME and operator == "le":
            end = _time(value)
        elif name in _FIELDS and operator == "eq":
            fields[name] = value
        else:
            raise errors.invalid_filter(text or "")
    return Question(_checked_start(start, end, now), end, fields)


def group_of(resource_id: str) -> str:
    """The name of the resource group in an id, or nothing."""
    parts = resource_id.split("/")
    is_in_group = len(parts) > 4 and parts[3].lower() == "resourcegroups"
    return parts[4] if is_in_group else ""


def _checked_start(start: datetime | None, end: datetime, now: datetime) -> datetime:
    if start is None:
        raise errors.bad_request("The start time of the query must be given.")
    if start < now - KEPT - _ROUNDING:
        raise errors.too_long_ago()
    if start > end:
        raise errors.bad_request("The start time cannot be later than the end time.")
    return start


def _time(text: str) -> datetime:
    """A time without an offset is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise errors.bad_request(f"'{text}' is not a valid time.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

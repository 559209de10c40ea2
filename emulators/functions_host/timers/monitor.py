"""Remembers when each timer ran and is due, so that a run missed while away is caught up."""

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emulators.functions_host.timers.schedules import Schedule

_log = logging.getLogger("emulators.functions_host.timers")


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    last: datetime | None
    next: datetime | None
    last_updated: datetime

    def as_json(self) -> dict[str, str]:
        """.NET writes the earliest moment it knows where there is none."""
        return {
            "Last": _text(self.last),
            "Next": _text(self.next),
            "LastUpdated": _text(self.last_updated),
        }


class ScheduleMonitor:
    """One small file for each timer."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> ScheduleStatus | None:
        try:
            content = json.loads(self._file(name).read_text())
            return ScheduleStatus(
                _moment(content["Last"]),
                _moment(content["Next"]),
                datetime.fromisoformat(content["LastUpdated"]),
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            _log.warning("The record of the timer %s cannot be read: %s.", name, error)
            return None

    def write(self, name: str, status: ScheduleStatus) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._file(name)
        unfinished = file.with_name(f"{file.name}.new")
        unfinished.write_text(json.dumps(status.as_json()))
        unfinished.replace(file)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def status_at_start(
    recorded: ScheduleStatus | None, schedule: Schedule, now: datetime
) -> ScheduleStatus:
    """Keep the record, unless the schedule changed since; a `next` that passed was missed."""
    fresh = ScheduleStatus(None, schedule.next_after(now), now)
    if recorded is None or recorded.last_updated > now:
        # A record from the future was made on another time line.
        return fresh
    expected = schedule.next_after(recorded.last or recorded.last_updated)
    if expected != recorded.next and (expected is None or expected > now):
        return fresh
    return recorded


def _text(moment: datetime | None) -> str:
    return "0001-01-01T00:00:00+00:00" if moment is None else moment.isoformat()


def _moment(text: str) -> datetime | None:
    moment = datetime.fromisoformat(text)
    return None if moment.year == 1 else moment

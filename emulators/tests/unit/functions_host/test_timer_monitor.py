"""A run that was missed is found once; a record of another schedule or time line is dropped."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from emulators.functions_host.timers.monitor import (
    ScheduleMonitor,
    ScheduleStatus,
    status_at_start,
)
from emulators.functions_host.timers.schedules import parse_schedule

HOURLY = parse_schedule("0 0 * * * *", ZoneInfo("UTC"))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 22, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recorded", "due"),
    [
        pytest.param(None, at(11), id="first start"),
        pytest.param(ScheduleStatus(at(10), at(11), at(10)), at(11), id="nothing missed"),
        pytest.param(ScheduleStatus(at(7), at(8), at(7)), at(8), id="missed"),
        pytest.param(ScheduleStatus(None, at(8), at(7, 30)), at(8), id="missed, never ran"),
        pytest.param(ScheduleStatus(at(10), at(22), at(10)), at(11), id="schedule changed"),
        pytest.param(ScheduleStatus(at(20), at(21), at(20)), at(11), id="from the future"),
    ],
)
def test_when_a_timer_is_due_at_start(recorded: ScheduleStatus | None, due: datetime) -> None:
    assert status_at_start(recorded, HOURLY, at(10, 30)).next == due


def test_a_status_is_read_as_it_was_written(tmp_path: Path) -> None:
    monitor = ScheduleMonitor(tmp_path / "timers")
    status = ScheduleStatus(None, at(11), at(10, 30))

    monitor.write("sweep", status)

    assert monitor.read("sweep") == status
    assert monitor.read("other") is None


def test_a_record_that_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "sweep.json").write_text('{"Last": 5')

    assert ScheduleMonitor(tmp_path).read("sweep") is None

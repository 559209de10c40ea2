"""Times on the wire are in UTC wherever the app runs."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from domain.wire import format_time


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
def test_a_time_is_written_in_utc_whatever_the_machines_time_zone():
    assert format_time(datetime(2026, 11, 22, 12, tzinfo=UTC)) == "2026-11-22T12:00:00Z"

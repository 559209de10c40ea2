"""An environment's end is announced a day and an hour before, each once, and then comes."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.sweep.expiry import ExpiryAction, decide_expiry, expiry_warning_key

END = datetime(2027, 1, 31, tzinfo=UTC)
DAY = expiry_warning_key(ExpiryAction.WARN_24H, END)
HOUR = expiry_warning_key(ExpiryAction.WARN_1H, END)
OTHER = expiry_warning_key(ExpiryAction.WARN_24H, END - timedelta(days=7))


@pytest.mark.parametrize(
    ("before", "expiry_warnings_sent", "expected"),
    [
        pytest.param(timedelta(hours=24, seconds=1), set(), "none", id="far away"),
        pytest.param(timedelta(hours=24), set(), "warn24h", id="a day before"),
        pytest.param(timedelta(hours=20), {DAY}, "none", id="sent once"),
        pytest.param(timedelta(hours=20), {OTHER}, "warn24h", id="sent for an earlier end"),
        pytest.param(timedelta(hours=1), {DAY}, "warn1h", id="an hour before"),
        pytest.param(timedelta(minutes=10), set(), "warn1h", id="the nearest warning only"),
        pytest.param(timedelta(minutes=10), {HOUR}, "none", id="no day's warning afterwards"),
        pytest.param(timedelta(0), {DAY, HOUR}, "delete", id="the end"),
        pytest.param(-timedelta(days=3), set(), "delete", id="past the end, never warned"),
    ],
)
def test_each_stage_comes_once(
    before: timedelta, expiry_warnings_sent: set[str], expected: str
) -> None:
    assert decide_expiry(END, expiry_warnings_sent, END - before) == expected


def test_without_an_end_nothing_ends() -> None:
    assert decide_expiry(None, set(), END) is ExpiryAction.NONE

"""What simulated Azure tells of the requests that it got."""

from datetime import UTC, datetime, timedelta

from emulators.azure.control import journal
from emulators.azure.control.journal import Entry, Journal
from emulators.azure.throttling.bucket import Limit
from emulators.azure.throttling.usage import Usages

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LIMIT = Limit(200, 2)


def test_a_journal_says_how_many_requests_it_has_dropped(monkeypatch) -> None:
    monkeypatch.setattr(journal, "REMEMBERED_REQUESTS", 3)
    kept = Journal()
    for number in range(5):
        kept.add(Entry(NOON, "GET", "host", f"/{number}", 200, 0.1))
    told = kept.wire()
    assert (told["total"], told["dropped"]) == (5, 2)
    assert [each["path"] for each in told["requests"]] == ["/2", "/3", "/4"]
    kept.clear()
    assert kept.wire()["dropped"] == 0


def test_a_row_sums_up_the_buckets_of_a_limit_and_shows_the_worst_of_them() -> None:
    usages = Usages()

    def count(scope: str, seconds: float, tokens: int, is_refused: bool = False) -> None:
        usage = usages.of("GET operation status", scope, LIMIT, NOON)
        usage.count(NOON + timedelta(seconds=seconds), tokens, is_refused)

    for second in (0, 59, 60, 61, 119.9, 121):
        count("one", second, tokens=190)
    count("two", 3, tokens=0, is_refused=True)
    assert usages.wire() == [
        {
            "limit": "GET operation status",
            "burst": 200,
            "perSecond": 2.0,
            "buckets": 2,
            "requests": 7,
            "refused": 1,
            "worstMinute": 3,
            "lowestTokens": 0,
        }
    ]
    usages.clear()
    assert usages.wire() == []

"""A Log Analytics workspace in memory, which knows the one function that the app calls."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.serving.invocations.log_answer import LogAnswer, LogRows

CALL = re.compile(
    r'GridplaneInvocations\("([a-z0-9-]+)", datetime\(([^)]+)\), datetime\(([^)]+)\), '
    r'"([0-9a-f-]*)", (\d+), (\d+)\)'
)


@dataclass(slots=True)
class FakeLogs:
    """Answers with a refusal instead, if there is one."""

    rows: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    refusal: LogAnswer | None = None
    asked: list[str] = field(default_factory=list[str])

    def add(self, seconds_ago: float, **fields: Any) -> dict[str, Any]:
        at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
        return self.add_at(at.isoformat(timespec="milliseconds"), **fields)

    def add_at(self, time: str, **fields: Any) -> dict[str, Any]:
        row = {
            "time": time.replace("+00:00", "Z"),
            "environment": "fraud-llm",
            "model": "",
            "oid": "66666666-7777-8888-9999-000000000000",
            "status": 200,
            "requestId": f"request-{len(self.rows)}",
            "complete": True,
            "output": "",
            **fields,
        }
        self.rows.append(row)
        return row

    async def read(self, query: str) -> LogAnswer:
        self.asked.append(query)
        if self.refusal:
            return self.refusal
        found = CALL.fullmatch(query)
        assert found, query
        environment, start, end, caller, limit, skipped = found.groups()
        matching = [
            row
            for row in self.rows
            if row["environment"] == environment
            and _time(start) <= _time(row["time"]) < _time(end)
            and caller in ("", row["oid"])
        ]
        newest_first = sorted(matching, key=lambda row: (row["time"], row["requestId"]))[::-1]
        return LogRows(tuple(newest_first[int(skipped) : int(skipped) + int(limit)]))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)

"""The requests that came in: what was asked, what was answered, and how long it took."""

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

REMEMBERED_REQUESTS = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. The query is left out: it may carry signatures."""

    at: datetime
    method: str
    host: str
    path: str
    status: int
    seconds: float
    user_agent: str = ""

    def wire(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "method": self.method,
            "host": self.host,
            "path": self.path,
            "status": self.status,
            "durationSeconds": round(self.seconds, 3),
            "userAgent": self.user_agent,
        }


class Journal:
    """Keeps the latest requests, counts all of them, and says how many it has not kept."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=REMEMBERED_REQUESTS)
        self._by_method: Counter[str] = Counter()
        self._by_status: Counter[int] = Counter()

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._by_method[entry.method] += 1
        self._by_status[entry.status] += 1

    def clear(self) -> None:
        self._entries.clear()
        self._by_method.clear()
        self._by_status.clear()

    def wire(self) -> dict[str, Any]:
        return {
            "total": self._by_method.total(),
            "dropped": self._by_method.total() - len(self._entries),
            "countsByMethod": dict(self._by_method),
            "countsByStatus": {str(status): count for status, count in self._by_status.items()},
            "requests": [entry.wire() for entry in self._entries],
        }

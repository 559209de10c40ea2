"""The saved function `GridplaneInvocations`, and the only queries that are understood: its calls.

Whatever else the Kusto query language allows is refused by name, and never guessed at.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulators.azure.log_analytics.workspace import Row

FUNCTION = "GridplaneInvocations"

COLUMNS = {
    "time": "datetime",
    "environment": "string",
    "model": "string",
    "modelVersion": "string",
    "oid": "string",
    "azp": "string",
    "status": "long",
    "why": "string",
    "method": "string",
    "path": "string",
    "requestId": "string",
    "azureRef": "string",
    "bytesIn": "long",
    "bytesOut": "long",
    "durationMs": "long",
    "firstByteMs": "long",
    "content": "string",
    "requestSha256": "string",
    "responseSha256": "string",
    "requestComplete": "bool",
    "complete": "bool",
    "output": "string",
}

_NAME = re.compile(r"\s*(\w+)\s*\(")
_TEXT = r'"([^"\\]*)"'
_TIME = r"datetime\(([0-9T:.Z-]+)\)"
_NUMBER = r"(\d+)"
_CALL = re.compile(
    rf"\s*{FUNCTION}\({', '.join([_TEXT, _TIME, _TIME, _TEXT, _NUMBER, _NUMBER])}\)\s*"
)

SIGNATURE = (
    f"{FUNCTION}(environmentName:string, startTime:datetime, endTime:datetime, callerId:string, "
    "pageSize:long, skippedRows:long)"
)


class NotUnderstood(Exception):
    """A query that is no call of the function."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Call:
    environment: str
    start: datetime
    end: datetime
    caller: str
    page_size: int
    skipped: int


def parse(query: str) -> Call:
    """Raises NotUnderstood."""
    name = _NAME.match(query)
    if name is not None and name[1] != FUNCTION:
        raise NotUnderstood("SEM0260", f"Unknown function: '{name[1]}'.")
    found = _CALL.fullmatch(query)
    try:
        if found is None:
            raise ValueError
        start, end = (datetime.fromisoformat(found[part]) for part in (2, 3))
    except ValueError:
        message = f"Simulated Azure understands calls of {SIGNATURE} with literals, nothing else."
        raise NotUnderstood("SYN0002", message) from None
    return Call(found[1], start, end, found[4], int(found[5]), int(found[6]))


def run(call: Call, rows: Iterable[Row]) -> dict[str, Any]:
    """The table that answers the call."""
    matching = [
        row
        for row in rows
        if row.fields.get("environment") == call.environment
        and call.start <= row.time < call.end
        and call.caller in ("", row.fields.get("oid"))
    ]
    matching.sort(key=lambda row: (row.time, str(row.fields.get("requestId"))), reverse=True)
    page = matching[call.skipped : call.skipped + call.page_size]
    return {
        "name": "PrimaryResult",
        "columns": [{"name": name, "type": kind} for name, kind in COLUMNS.items()],
        "rows": [[_value(row, name, kind) for name, kind in COLUMNS.items()] for row in page],
    }


def _value(row: Row, name: str, kind: str) -> Any:
    """A string is never null, and what is not of its column's type is."""
    value = row.fields.get(name)
    if kind == "string":
        return "" if value is None else str(value)
    if kind == "datetime":
        return row.time.isoformat().replace("+00:00", "Z")
    if kind == "bool":
        return value if isinstance(value, bool) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None

"""Reads the query parameters and bodies of management requests."""

import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from durabletask.client import OrchestrationStatus

from emulators.functions_host.management.answers import STATUSES, Refusal


def text(request: web.Request, name: str) -> str | None:
    """Read a parameter; names do not depend on case, and what comes twice is joined by commas."""
    written = [value for key, value in request.query.items() if key.lower() == name.lower()]
    return ",".join(written) if written else None


def flag(request: web.Request, name: str, default: bool) -> bool:
    written = (text(request, name) or "").strip().lower()
    return {"true": True, "false": False}.get(written, default)


def number(request: web.Request, name: str) -> float | None:
    try:
        return float(text(request, name) or "")
    except ValueError:
        return None


def page_size(request: web.Request, default: int) -> int:
    written = (text(request, "top") or "").strip()
    return int(written) if written.isdecimal() and int(written) >= 1 else default


def time(request: web.Request, name: str) -> datetime | None:
    """Read a time; one without an offset is UTC, an unreadable one counts as not given."""
    try:
        at = datetime.fromisoformat(text(request, name) or "")
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def statuses(request: web.Request) -> list[OrchestrationStatus]:
    """Read `runtimeStatus=Running,Failed`; names that do not exist are left out."""
    written = (text(request, "runtimeStatus") or "").split(",")
    return [STATUSES[name.strip()] for name in written if name.strip() in STATUSES]


async def json_body(request: web.Request) -> Any:
    text = await request.text()
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refusal(400, "Invalid JSON content") from error

"""Reads the query parameters and bodies of management requests."""

import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from durabletask.client import OrchestrationStatus

from functions_host.management.answers import STATUSES, Refusal


def flag(request: web.Request, name: str, default: bool) -> bool:
    written = request.query.get(name, "").strip().lower()
    return {"true": True, "false": False}.get(written, default)


def number(request: web.Request, name: str) -> float | None:
    try:
        return float(request.query[name])
    except (KeyError, ValueError):
        return None


def page_size(request: web.Request, default: int) -> int:
    size = number(request, "top")
    return int(size) if size is not None and size >= 1 else default


def time(request: web.Request, name: str) -> datetime | None:
    """Read a time; one without an offset is UTC, an unreadable one counts as not given."""
    try:
        at = datetime.fromisoformat(request.query[name])
    except (KeyError, ValueError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def statuses(request: web.Request) -> list[OrchestrationStatus]:
    """Read `runtimeStatus=Running,Failed`; names that do not exist are left out."""
    written = ",".join(request.query.getall("runtimeStatus", []))
    return [STATUSES[name] for name in written.split(",") if name in STATUSES]


async def json_body(request: web.Request) -> Any:
    text = await request.text()
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refusal(400, "Invalid JSON content") from error

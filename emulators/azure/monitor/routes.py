"""The metrics data plane's batch interface: `POST /subscriptions/{id}/metrics:getBatch`.

Its shapes are the documented ones of 2024-02-01. The texts of refusals were never recorded, nor
what it says about a resource that does not exist: here the whole batch is refused.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from emulators.azure.arm.resources import Resource
from emulators.azure.identity import bearer_token
from emulators.azure.monitor.models import REQUEST_COUNT, Monitor, Window

AUDIENCE = "https://metrics.monitor.azure.com"
API_VERSIONS = ("2023-10-01", "2024-02-01")
NAMESPACE = "microsoft.cdn/profiles"
LARGEST_BATCH = 50
GRAINS = {
    "PT1M": timedelta(minutes=1),
    "PT5M": timedelta(minutes=5),
    "PT15M": timedelta(minutes=15),
    "PT30M": timedelta(minutes=30),
    "PT1H": timedelta(hours=1),
}

_PATH = re.compile(r"/subscriptions/([^/]+)/metrics:getBatch", re.IGNORECASE)


class Refusal(Exception):
    """A request that is not answered with metrics."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message}}


def is_for_metrics(request: web.Request) -> bool:
    return request.method == "POST" and _PATH.fullmatch(request.path) is not None


async def handle(
    request: web.Request, monitor: Monitor, audience_of: Callable[[str], str | None]
) -> web.Response:
    try:
        _check_token(request, audience_of)
        _check_question(request, monitor)
        window = _read_window(request.query, monitor.now())
        profiles = _find_profiles(await _read_ids(request), monitor)
    except Refusal as refusal:
        headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else None
        return web.json_response(refusal.body, status=refusal.status, headers=headers)
    values = [_values(asked, profile, monitor, window) for asked, profile in profiles.items()]
    return web.json_response({"values": values})


def _check_token(request: web.Request, audience_of: Callable[[str], str | None]) -> None:
    token = bearer_token(request.headers.get("Authorization"))
    if token is None or audience_of(token) != AUDIENCE:
        message = f"The access token is missing, invalid or not for {AUDIENCE}."
        raise Refusal(401, "InvalidAuthenticationToken", message)


def _check_question(request: web.Request, monitor: Monitor) -> None:
    query = request.query
    found = _PATH.fullmatch(request.path)
    if found is None or not monitor.is_subscription(found[1]):
        raise Refusal(404, "SubscriptionNotFound", "The subscription could not be found.")
    wanted: Sequence[tuple[str, Sequence[str]]] = (
        ("api-version", API_VERSIONS),
        ("metricnamespace", (NAMESPACE,)),
        ("metricnames", (REQUEST_COUNT.lower(),)),
        ("aggregation", ("total",)),
    )
    for name, known in wanted:
        if query.get(name, "").lower() not in known:
            raise _bad_request(f"{name} must be one of {', '.join(known)}.")


def _read_window(query: Mapping[str, str], now: datetime) -> Window:
    start = _read_time(query, "starttime")
    end = _read_time(query, "endtime") if "endtime" in query else now
    grain = query.get("interval", "PT1M")
    if grain not in GRAINS:
        raise _bad_request(f"interval must be one of {', '.join(GRAINS)}.")
    if start >= end:
        raise _bad_request("starttime must lie before endtime.")
    return Window(start, end, GRAINS[grain], grain)


def _read_time(query: Mapping[str, str], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(query.get(name, ""))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _bad_request(f"{name} must be a time such as 2026-11-22T12:00:00.000Z.")
    return moment


async def _read_ids(request: web.Request) -> list[str]:
    try:
        body = json.loads(await request.read())
    except ValueError:
        body = None
    ids = body.get("resourceids") if isinstance(body, dict) else None
    if not isinstance(ids, list) or not ids or not all(isinstance(each, str) for each in ids):
        raise _bad_request("resourceids must be a list of resource ids.")
    if len(ids) > LARGEST_BATCH:
        raise _bad_request(f"At most {LARGEST_BATCH} resource ids can be asked for at once.")
    return ids


def _find_profiles(ids: Sequence[str], monitor: Monitor) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for each in ids:
        profile = monitor.find(each)
        if profile is None:
            raise Refusal(404, "ResourceNotFound", f"The resource '{each}' was not found.")
        if not monitor.is_available(each):
            raise Refusal(500, "InternalServerError", "The metrics are not available.")
        found[each] = profile
    return found


def _values(asked: str, profile: Resource, monitor: Monitor, window: Window) -> dict[str, Any]:
    metric = {
        "id": f"{asked}/providers/Microsoft.Insights/metrics/{REQUEST_COUNT}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": REQUEST_COUNT, "localizedValue": "Request Count"},
        "displayDescription": "The number of client requests served by the HTTP/S proxy",
        "unit": "Count",
        "timeseries": monitor.request_count(profile, window),
        "errorCode": "Success",
    }
    return {
        "starttime": window.start.isoformat().replace("+00:00", "Z"),
        "endtime": window.end.isoformat().replace("+00:00", "Z"),
        "interval": window.grain,
        "value": [metric],
        "namespace": NAMESPACE,
        "resourceregion": "global",
        "resourceid": asked,
    }


def _bad_request(message: str) -> Refusal:
    return Refusal(400, "BadRequest", message)

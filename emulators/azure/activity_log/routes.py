"""The route of the activity log: `GET .../eventtypes/management/values`."""

from urllib.parse import urlencode

from emulators.azure.activity_log import errors
from emulators.azure.activity_log.filters import read_filter
from emulators.azure.activity_log.models import ActivityLog
from emulators.azure.activity_log.wire import event_wire
from emulators.azure.arm.answers import Answer
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import SUBSCRIPTION, ApiVersions, Route
from emulators.azure.latency import Duration

VERSIONS = ApiVersions("2014-04-01", "2015-04-01", ("2014-04-01", "2015-04-01"))
VALUES = f"{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values"

PAGE = 200
"""Events of one answer; the real number was not found."""

READ_LATENCY = Duration(0.3, 0.6, 1.2)


class ActivityLogRoutes:
    """Parses questions to the log and formats its events."""

    def __init__(self, platform: Platform, log: ActivityLog) -> None:
        self._platform = platform
        self._log = log

    def routes(self) -> list[Route]:
        return [Route("GET", VALUES, self.list, VERSIONS)]

    async def list(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        question = read_filter(request.query.get("$filter"), self._platform.clock.now())
        found = [event for event in self._log.events() if question.matches(event)]
        first = _first(request.query.get("$skipToken"))
        shown = [
            event_wire(event, self._platform.subscription_id, self._platform.tenant_id)
            for event in found[first : first + PAGE]
        ]
        if wanted := _selected(request.query.get("$select")):
            shown = [{name: each[name] for name in each if name in wanted} for each in shown]
        body: dict[str, object] = {"value": shown}
        if first + PAGE < len(found):
            body["nextLink"] = _next_link(request, first + PAGE)
        return Answer(200, body)


def _first(skip_token: str | None) -> int:
    if skip_token is None:
        return 0
    if not skip_token.isdecimal():
        raise errors.bad_request("The skip token is not valid.")
    return int(skip_token)


def _selected(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def _next_link(request: ArmRequest, first: int) -> str:
    query = {**request.query, "$skipToken": str(first)}
    return f"{request.base_url}{request.path}?{urlencode(query)}"

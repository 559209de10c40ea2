"""The host's own `/admin` routes: its status, and firing a function by hand."""

import asyncio
import logging
from collections.abc import Mapping

from aiohttp import web
from azure.functions.meta import Datum

from emulators.functions_host.functions import FunctionIndex, IndexedFunction, TriggerKind
from emulators.functions_host.http_server import CALLED_BY_HTTP
from emulators.functions_host.invocation import Invoker
from emulators.functions_host.timers.timer_runs import timer_datum

_log = logging.getLogger("emulators.functions_host.admin")
_BODY = 'The body must be {"input": "the message"}; a timer needs no more than {}.'


class AdminApi:
    def __init__(self, functions: FunctionIndex, invoker: Invoker) -> None:
        self._functions = functions
        self._invoker = invoker
        self._running: set[asyncio.Task[None]] = set()

    def add_routes(self, server: web.Application) -> None:
        server.router.add_get("/admin/host/status", self.status)
        server.router.add_route("*", "/admin/host/ping", self.ping)
        server.router.add_post("/admin/functions/{name}", self.fire)

    async def status(self, request: web.Request) -> web.Response:
        return web.json_response({"id": "local", "state": "Running", "errors": []})

    async def ping(self, request: web.Request) -> web.Response:
        return web.Response()

    async def fire(self, request: web.Request) -> web.Response:
        """Answer at once; how the function fares is in the log, as in Azure."""
        if not request.can_read_body:
            return web.json_response({"Message": _BODY}, status=400)
        function = self._functions.named(request.match_info["name"])
        if function is None:
            return web.Response(status=404)
        try:
            trigger, metadata = await _trigger_of(function, request)
        except ValueError as error:
            return web.json_response({"Message": str(error)}, status=400)
        task = asyncio.create_task(self._run(function, trigger, metadata))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return web.Response(status=202)

    async def _run(
        self, function: IndexedFunction, trigger: Datum, metadata: Mapping[str, Datum]
    ) -> None:
        try:
            await self._invoker.invoke(function, trigger, reason=CALLED_BY_HTTP, metadata=metadata)
        except Exception:
            _log.exception("Function %s failed.", function.name)


async def _trigger_of(
    function: IndexedFunction, request: web.Request
) -> tuple[Datum, Mapping[str, Datum]]:
    """A message by hand is the body's `input`; it has no lock, so no code can settle it."""
    if function.trigger_kind == TriggerKind.TIMER:
        return timer_datum(), {}
    if function.trigger_kind != TriggerKind.SERVICE_BUS or function.takes_sdk_type:
        raise ValueError(f"This host cannot fire {function.name} by hand.")
    body = await request.json()
    if not isinstance(body, dict) or not isinstance(body.get("input", ""), str):
        raise ValueError(_BODY)
    return Datum(body.get("input", ""), "string"), {"UserProperties": Datum("{}", "json")}

"""Answers HTTP requests with the app's HTTP-triggered functions."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web
from azure.functions.meta import Datum

from emulators.functions_host.functions import IndexedFunction
from emulators.functions_host.invocation import Invoker
from emulators.functions_host.routes import Route, RouteError, RouteTable

_log = logging.getLogger("emulators.functions_host.http")
CALLED_BY_HTTP = "This function was programmatically called via the host APIs."
_RESERVED = ("admin", "runtime")
_ANY_PATH = r"{path:[\s\S]*}"
"""aiohttp matches what is decoded, where `.` is no newline."""
_SET_BY_SERVER = frozenset({"content-length", "transfer-encoding"})


class HttpFunctions:
    """Hands each request to the function whose route it is."""

    def __init__(self, routes: RouteTable[IndexedFunction], invoker: Invoker) -> None:
        self._routes = routes
        self._invoker = invoker

    def add_routes(self, server: web.Application) -> None:
        """Take every path that is not the host's own; add it after all other routes."""
        for reserved in ("/admin/", "/runtime/"):
            server.router.add_route("*", f"{reserved}{_ANY_PATH}", _reserved)
        server.router.add_route("*", f"/{_ANY_PATH}", self._handle)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        # The real host knows no 405: a route that does not take the method is not that route.
        found = self._routes.find(request.method, request.rel_url.raw_path)
        if found is None:
            return _not_found(request)
        function, route_values = found
        trigger = await request_datum(request, route_values)
        try:
            output = await self._invoker.invoke(
                function,
                trigger,
                reason=CALLED_BY_HTTP,
            )
            return response_of(output)
        except Exception:
            _log.exception("Function %s failed.", function.name)
            return web.Response(status=500)


@web.middleware
async def refuse_null_characters(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """As the web server of the real host does; every other character reaches the routes."""
    if "%00" in request.rel_url.raw_path:
        return web.Response(status=400)
    return await handler(request)


async def _reserved(request: web.Request) -> web.Response:
    return web.Response(status=404)


def _not_found(request: web.Request) -> web.Response:
    if request.path == "/" and request.method == "GET":
        return web.Response(text="Your Functions host is up and running.")
    return web.Response(status=404)


def route_table(
    functions: Iterable[IndexedFunction], route_prefix: str
) -> RouteTable[IndexedFunction]:
    known = tuple(functions)
    for position, function in enumerate(known):
        _check_route(function, known[:position])
    return RouteTable(
        (parse_route(function, route_prefix), methods_of(function), function) for function in known
    )


def _check_route(function: IndexedFunction, others: Iterable[IndexedFunction]) -> None:
    """The real host leaves such a function out; here nobody has to look for it."""
    own = _own_route(function).lower()
    if own.startswith(_RESERVED):
        raise RouteError(
            f"Function {function.name}: the route {own!r} conflicts with the host's own routes."
        )
    for other in others:
        if own == _own_route(other).lower() and _share_methods(function, other):
            raise RouteError(
                f"Function {function.name}: the route {own!r} conflicts with the route of "
                f"function {other.name}."
            )


def _share_methods(one: IndexedFunction, other: IndexedFunction) -> bool:
    methods, other_methods = methods_of(one), methods_of(other)
    return methods is None or other_methods is None or bool(methods & other_methods)


def _own_route(function: IndexedFunction) -> str:
    # An empty route counts as none; the root is written as "/".
    return str(function.trigger_settings.get("route") or function.name).strip("/")


def parse_route(function: IndexedFunction, route_prefix: str) -> Route:
    try:
        return Route.parse(f"{route_prefix}/{_own_route(function)}")
    except RouteError as error:
        raise RouteError(f"Function {function.name}: {error}") from None


def methods_of(function: IndexedFunction) -> frozenset[str] | None:
    methods = function.trigger_settings.get("methods")
    if not methods:
        return None
    return frozenset(str(getattr(method, "value", method)).upper() for method in methods)


async def request_datum(request: web.Request, route_values: dict[str, str]) -> Datum:
    query = {name: ",".join(request.query.getall(name)) for name in request.query}
    headers = {name.lower(): ",".join(request.headers.getall(name)) for name in request.headers}
    return Datum(
        {
            "method": Datum(request.method, "string"),
            "url": Datum(str(request.url), "string"),
            "headers": _texts(headers),
            "query": _texts({name: value for name, value in query.items() if value}),
            "params": _texts(route_values),
            "body": Datum(await request.read(), "bytes"),
        },
        "http",
    )


def _texts(values: dict[str, str]) -> dict[str, Datum]:
    return {name: Datum(value, "string") for name, value in values.items()}


def response_of(output: Datum | None) -> web.Response:
    if output is None:
        return web.Response(status=204)
    if output.type != "http":
        return web.Response(text=str(output.value))
    answer: dict[str, Any] = output.value
    response = web.Response(status=int(answer["status_code"].value), body=answer["body"].value)
    for name, value in answer["headers"].items():
        if name.lower() not in _SET_BY_SERVER:
            response.headers[name] = value.value
    for cookie in answer["cookies"] or ():
        for morsel in cookie.values():
            response.headers.add("Set-Cookie", morsel.OutputString())
    return response

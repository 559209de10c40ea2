"""HTTP methods: HEAD is served wherever GET is, and what a path does not support is a 405.

The Functions host answers 404 to a method that no function of the path takes, so each path has a
function for the rest. OPTIONS is left to the host, which answers it for CORS.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import azure.functions as func

from triggers.declarations import Route
from triggers.errors import error_response
from triggers.logs import answer_and_log

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def list_methods(route: Route[Any, Any]) -> list[str]:
    """GET's response to HEAD keeps its body: the host omits it and sends its Content-Length."""
    return ["GET", "HEAD"] if route.method == "GET" else [route.method]


def list_supported_methods(path: str, routes: Iterable[Route[Any, Any]]) -> list[str]:
    """In the order of METHODS."""
    supported = {m for route in routes if route.path == path for m in list_methods(route)}
    return [method for method in METHODS if method in supported]


async def refuse_method(req: func.HttpRequest, supported: Sequence[str]) -> func.HttpResponse:
    """405 with the methods that the path supports in `Allow`."""
    allow = ", ".join(supported)

    async def answer() -> func.HttpResponse:
        message = f"The path does not support {req.method}. Use one of: {allow}."
        return error_response(405, "MethodNotAllowed", message, headers={"Allow": allow})

    return await answer_and_log(req, answer)

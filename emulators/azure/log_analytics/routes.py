"""The query interface: `POST /v1/workspaces/{id}/query`.

Shapes and codes are the documented and recorded ones. Texts of refusals were recorded for an
unknown table only, and codes of other refusals of a query are assumed.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from emulators.azure.identity import bearer_token
from emulators.azure.log_analytics.invocations import NotUnderstood, parse, run
from emulators.azure.log_analytics.workspace import WORKSPACE_ID, Workspace

AUDIENCE = "https://api.loganalytics.io"
CORRELATION_ID = "00000000-0000-4000-8000-000000000000"

_PATH = re.compile(r"/v1/workspaces/([^/]+)/query")


class Refusal(Exception):
    """A request without a result."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.status = status
        self.error = error


def is_for_logs(request: web.Request) -> bool:
    return _PATH.fullmatch(request.path) is not None


async def handle(
    request: web.Request, workspace: Workspace, audience_of: Callable[[str], str | None]
) -> web.Response:
    try:
        _check_token(request, audience_of)
        _check_workspace(request)
        if request.content_type != "application/json" or not (body := await request.read()):
            return web.Response(status=200)
        call = parse(_read_query(body))
    except Refusal as refusal:
        headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else None
        return web.json_response({"error": refusal.error}, status=refusal.status, headers=headers)
    except NotUnderstood as refusal:
        return web.json_response({"error": _semantic_error(refusal)}, status=400)
    return web.json_response({"tables": [run(call, workspace.rows())]})


def _check_token(request: web.Request, audience_of: Callable[[str], str | None]) -> None:
    token = bearer_token(request.headers.get("Authorization"))
    audience = None if token is None else audience_of(token)
    if audience is None:
        message = "Valid authentication was not provided"
        raise Refusal(401, {"code": "AuthenticationFailed", "message": message})
    if audience != AUDIENCE:
        message = "The provided authentication is not valid for this resource"
        raise Refusal(403, {"code": "InvalidAuthenticationToken", "message": message})


def _check_workspace(request: web.Request) -> None:
    found = _PATH.fullmatch(request.path)
    if request.method != "POST" or found is None or found[1].lower() != WORKSPACE_ID:
        message = "The requested path does not exist"
        raise Refusal(404, {"code": "PathNotFoundError", "message": message})


def _read_query(body: bytes) -> str:
    try:
        asked = json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        raise Refusal(400, _bad_argument("The request body has no query"))
    others = [name for name, value in asked.items() if name != "query" and value is not None]
    if others:
        raise Refusal(400, _bad_argument(f"Simulated Azure takes no {', '.join(others)}"))
    return asked["query"]


def _bad_argument(message: str) -> dict[str, Any]:
    return {"code": "BadArgumentError", "message": message, "correlationId": CORRELATION_ID}


def _semantic_error(refusal: NotUnderstood) -> dict[str, Any]:
    is_syntax = refusal.code.startswith("SYN")
    kind = "SyntaxError" if is_syntax else "SemanticError"
    message = f"A {'recognition' if is_syntax else 'semantic'} error occurred."
    innermost = {"code": refusal.code, "message": str(refusal)}
    return {
        **_bad_argument("The request had some invalid properties"),
        "innererror": {"code": kind, "message": message, "innererror": innermost},
    }

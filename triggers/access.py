"""Checks the caller's app roles, as built-in authentication passes them on."""

import base64
import binascii
import json
from typing import Any, cast

import azure.functions as func

from domain.requests.app_roles import AppRole, has_app_role
from triggers.errors import error_response
from triggers.parameters import read_header

PRINCIPAL = "X-MS-CLIENT-PRINCIPAL"
"""Built-in authentication sets this header to the token's claims and removes a client's own."""

PRINCIPAL_ID = "X-MS-CLIENT-PRINCIPAL-ID"
"""The caller's object id, set and protected likewise."""

ROLE_CLAIMS = ("roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role")
"""Type of the claim in a token, and its type after claims mapping."""

MISSING_APP_ROLE = "MissingAppRole"


def refuse_without_role(req: func.HttpRequest, needed: AppRole) -> func.HttpResponse | None:
    """None if the caller has the app role that the request needs, otherwise 403."""
    if has_app_role(parse_roles(read_header(req, PRINCIPAL)), needed):
        return None
    message = (
        f"The request needs the app role {needed}, which your token does not contain. An "
        "administrator of the API's enterprise application in Entra ID can assign it; then get a "
        "new token."
    )
    return error_response(403, MISSING_APP_ROLE, message)


def parse_roles(principal: str | None) -> frozenset[str]:
    """No roles if the header is missing or not in the format that Azure documents."""
    try:
        claims = json.loads(base64.b64decode(principal or "", validate=True))["claims"]
        return frozenset(_values(claims))
    except (binascii.Error, ValueError, LookupError, TypeError):
        return frozenset()


def _values(claims: Any) -> list[str]:
    pairs = [(claim["typ"], claim["val"]) for claim in cast("list[dict[str, str]]", claims)]
    return [value for name, value in pairs if name in ROLE_CLAIMS]

"""Reads the app roles from the token that came with a request."""

import base64
import binascii
import json
from typing import Any, cast

import azure.functions as func

from domain.requests.app_roles import AppRole, has_app_role
from triggers.errors import error_response
from triggers.parameters import read_header

PRINCIPAL = "X-MS-CLIENT-PRINCIPAL"
"""Built-in authentication puts the token's claims here, and removes what a client sent itself."""

ROLE_CLAIMS = ("roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role")
"""The claim's name in a token, and what it is mapped to where claims are mapped."""

MISSING_APP_ROLE = "MissingAppRole"


def refuse_without_role(req: func.HttpRequest, needed: AppRole) -> func.HttpResponse | None:
    """403 if the caller has not been given the app role that the request needs."""
    if has_app_role(parse_roles(read_header(req, PRINCIPAL)), needed):
        return None
    message = (
        f"This needs the app role {needed}, which your token does not carry. Whoever manages the "
        "API's enterprise application in Entra ID can assign it; then get a new token."
    )
    return error_response(403, MISSING_APP_ROLE, message)


def parse_roles(principal: str | None) -> frozenset[str]:
    """None of them where the header is missing or is not what Azure writes."""
    try:
        claims = json.loads(base64.b64decode(principal or "", validate=True))["claims"]
        return frozenset(_values(claims))
    except (binascii.Error, ValueError, LookupError, TypeError):
        return frozenset()


def _values(claims: Any) -> list[str]:
    pairs = [(claim["typ"], claim["val"]) for claim in cast("list[dict[str, str]]", claims)]
    return [value for name, value in pairs if name in ROLE_CLAIMS]

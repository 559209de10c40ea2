"""The caller of a REST request, as built-in authentication describes it."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from domain.requests.app_roles import AppRole
from domain.wire import WireModel

_SOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
_MICROSOFT = "http://schemas.microsoft.com"
_ROLES = ("roles", f"{_MICROSOFT}/ws/2008/06/identity/claims/role")
_OBJECT_ID = ("oid", f"{_MICROSOFT}/identity/claims/objectidentifier")
_APP_ID = ("azp", "appid")
_GROUPS = ("groups", f"{_MICROSOFT}/ws/2008/06/identity/claims/groups")
_SCOPE = ("scp", f"{_MICROSOFT}/identity/claims/scope")
_NAME = ("preferred_username", "upn", f"{_SOAP}/upn", f"{_SOAP}/name", "name")
"""Types of claims in a token, and their types after the claims mapping of App Service."""

_OVERAGE = ("_claim_names", "hasgroups")
"""In place of `groups` where a user is a member of more groups than a token holds (200)."""


class Principal(WireModel):
    """A user, or an app that signs in as itself."""

    object_id: str | None = None
    app_id: str | None = None
    """Client id of the app that sends the request, for itself or for a user."""
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] | None = frozenset()
    """Object ids; None: the token leaves them out because there are too many."""
    name: str | None = None
    is_person: bool = False
    """Whether the token was issued to a user: those of apps have no delegated scope (`scp`)."""

    @property
    def is_admin(self) -> bool:
        return AppRole.ADMIN in self.roles


def parse_principal(header: str | None, object_id: str | None = None) -> Principal:
    """Without roles if the header is missing or not in the format that Azure documents.

    `object_id`: as the header beside it has it, for tokens whose claims do not.
    """
    try:
        decoded = json.loads(base64.b64decode(header or "", validate=True))
        return _read(_collect(decoded["claims"]), object_id)
    except (binascii.Error, ValueError, LookupError, TypeError, ValidationError):
        return Principal(object_id=object_id)


def _collect(claims: Any) -> dict[str, list[str]]:
    """Claims with several values are repeated, once for each."""
    found: dict[str, list[str]] = {}
    for claim in cast("list[dict[str, str]]", claims):
        found.setdefault(claim["typ"], []).append(claim["val"])
    return found


def _read(claims: Mapping[str, list[str]], object_id: str | None) -> Principal:
    kinds = claims.get("idtyp", [])
    groups = _find(claims, _GROUPS)
    has_overage = any(name in claims for name in _OVERAGE)
    return Principal(
        object_id=next(iter(_find(claims, _OBJECT_ID)), object_id),
        app_id=next(iter(_find(claims, _APP_ID)), None),
        roles=frozenset(_find(claims, _ROLES)),
        groups=None if has_overage and not groups else frozenset(groups),
        name=next(iter(_find(claims, _NAME)), None),
        is_person="app" not in kinds and ("user" in kinds or bool(_find(claims, _SCOPE))),
    )


def _find(claims: Mapping[str, list[str]], names: tuple[str, ...]) -> list[str]:
    return [value for name in names for value in claims.get(name, [])]

"""Callers as built-in authentication describes them to the app."""

import base64
import json
from collections.abc import Iterable

from domain.guard.policy.model import CostCenter, Policy

MAPPED_ROLE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
ALICE = "8f0d4c1e-1a4b-4c57-9f3a-2d1c0b9a8e77"
BOB = "91c7c5f4-0a3a-4b0f-8c5f-3f6a2a7d9b10"
PIPELINE = "a3b1a8d2-6c1f-4f7e-9b56-0d7f5c2e4a11"
"""Object id of a service principal."""
PIPELINE_APP = "c5d2f6b8-1e3a-4d9c-8b7e-2f4a6c8e0d12"
ML, RISK = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"
"""Groups."""

TWO_TEAMS = Policy(
    cost_centers={
        "ML-1234": CostCenter(groups=frozenset({ML}), senders=("/portals/ml",)),
        "RISK-7": CostCenter(groups=frozenset({RISK}), senders=("/portals/risk*",)),
    }
)


def encode_principal(*claims: tuple[str, str]) -> str:
    body = {
        "auth_typ": "aad",
        "claims": [{"typ": name, "val": value} for name, value in claims],
        "name_typ": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "role_typ": MAPPED_ROLE,
    }
    return base64.b64encode(json.dumps(body).encode()).decode()


def a_person(
    *roles: str, object_id: str = ALICE, groups: Iterable[str] = (), app_id: str = "cli"
) -> dict[str, str]:
    """Headers of a request with a user's token."""
    claims = [("oid", object_id), ("azp", app_id), ("scp", "user_impersonation")]
    return _headers(claims, roles, groups)


def an_app(
    *roles: str,
    object_id: str = PIPELINE,
    groups: Iterable[str] = (),
    app_id: str = PIPELINE_APP,
) -> dict[str, str]:
    return _headers([("oid", object_id), ("azp", app_id)], roles, groups)


def _headers(
    claims: list[tuple[str, str]], roles: Iterable[str], groups: Iterable[str]
) -> dict[str, str]:
    more = [*(("roles", each) for each in roles), *(("groups", each) for each in groups)]
    return {"X-MS-CLIENT-PRINCIPAL": encode_principal(*claims, *more)}

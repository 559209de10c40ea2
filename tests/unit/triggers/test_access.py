import base64
import json
from typing import Any

import pytest

from domain.requests.app_roles import AppRole
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from triggers.access import parse_roles
from triggers.declarations import Route
from triggers.routes import ROUTES

MAPPED = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"


def principal(*claims: tuple[str, str]) -> str:
    """As built-in authentication writes it."""
    body = {
        "auth_typ": "aad",
        "claims": [{"typ": name, "val": value} for name, value in claims],
        "name_typ": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "role_typ": MAPPED,
    }
    return base64.b64encode(json.dumps(body).encode()).decode()


def encoded(body: Any) -> str:
    return base64.b64encode(json.dumps(body).encode()).decode()


READER = principal(("aud", "api://gridplane"), ("roles", "Environments.Read"))


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        (READER, {"Environments.Read"}),
        (principal(("roles", "A"), ("roles", "B"), ("name", "C")), {"A", "B"}),
        (principal((MAPPED, "A")), {"A"}),
        (principal(), set[str]()),
        (None, set[str]()),
        ("", set[str]()),
        ("not base64", set[str]()),
        ("ÄÖÜ", set[str]()),
        (base64.b64encode(b"\xff{").decode(), set[str]()),
        (encoded({}), set[str]()),
        (encoded([]), set[str]()),
        (encoded({"claims": None}), set[str]()),
        (encoded({"claims": ["roles"]}), set[str]()),
        (encoded({"claims": [{"typ": "roles"}]}), set[str]()),
    ],
)
def test_roles_are_the_claims_of_that_name(header: str | None, roles: set[str]):
    assert parse_roles(header) == roles


async def test_a_reader_may_look_and_no_more(hub: FakeHub):
    api = Api(hub, requires_app_roles=True)
    header = {"X-MS-CLIENT-PRINCIPAL": READER}
    assert (await api.send("GET", "environments", headers=header)).status == 200
    refused = await api.send("DELETE", "environments/fraud-llm", headers=header)
    assert (refused.status, refused.error["code"]) == (403, "MissingAppRole")
    assert "Environments.Write" in refused.error["message"]


async def test_who_comes_past_the_authentication_may_nothing(hub: FakeHub):
    api = Api(hub, requires_app_roles=True)
    assert (await api.get("environments")).status == 403
    assert (await api.get("environments?top=5")).status == 403, "before anything is looked at"


async def test_whether_it_is_healthy_is_no_secret(hub: FakeHub):
    assert (await Api(hub, requires_app_roles=True).get("healthz")).status == 200


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
def test_whatever_changes_something_needs_more_than_to_read(route: Route[Any, Any]):
    if route.path == "healthz":
        assert route.role is None, "infra/ excludes it from authentication, too"
    elif route.path in ("plans", "sizing"):
        assert route.role is AppRole.READ, "neither starts anything"
    elif route.path.endswith("/invocations"):
        assert route.role is AppRole.READ_AUDIT
    else:
        assert route.role is (AppRole.READ if route.method == "GET" else AppRole.WRITE)

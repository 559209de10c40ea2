import base64
import json
from typing import Any

import azure.functions as func
import pytest

from triggers.access import answer_if_allowed, parse_roles

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


async def send(method: str, header: str | None) -> func.HttpResponse:
    headers = {"X-MS-CLIENT-PRINCIPAL": header} if header else {}
    request = func.HttpRequest(
        method, "https://gridplane.example.com/environments", headers=headers, body=b""
    )

    async def answer() -> func.HttpResponse:
        return func.HttpResponse("done")

    return await answer_if_allowed(request, answer)


async def test_a_reader_may_look_and_no_more():
    assert (await send("GET", READER)).get_body() == b"done"
    refused = await send("DELETE", READER)
    error = json.loads(refused.get_body())["error"]
    assert (refused.status_code, error["code"]) == (403, "MissingAppRole")
    assert "Environments.Write" in error["message"]


async def test_who_comes_past_the_authentication_may_nothing():
    assert (await send("GET", None)).status_code == 403

import base64
import json
from typing import Any

import pytest

from domain.requests.principal import Principal, parse_principal
from tests.support.callers import MAPPED_ROLE, encode_principal

OID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
SCOPE = "http://schemas.microsoft.com/identity/claims/scope"


def encoded(body: Any) -> str:
    return base64.b64encode(json.dumps(body).encode()).decode()


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        (encode_principal(("aud", "api"), ("roles", "Environments.Read")), {"Environments.Read"}),
        (encode_principal(("roles", "A"), ("roles", "B"), ("name", "C")), {"A", "B"}),
        (encode_principal((MAPPED_ROLE, "A")), {"A"}),
        (encode_principal(), set[str]()),
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
        (encoded({"claims": [{"typ": "roles", "val": 7}]}), set[str]()),
    ],
)
def test_roles_are_the_claims_of_that_name(header: str | None, roles: set[str]):
    assert parse_principal(header).roles == roles


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([("oid", "1"), ("azp", "2")], Principal(object_id="1", app_id="2")),
        ([(OID, "1"), ("appid", "2")], Principal(object_id="1", app_id="2")),
        ([], Principal(object_id="beside")),
        ([("groups", "a"), ("groups", "b")], Principal(groups=frozenset("ab"))),
        ([("_claim_names", '{"groups":"src1"}')], Principal(groups=None)),
        ([("hasgroups", "true")], Principal(groups=None)),
        ([("hasgroups", "true"), ("groups", "a")], Principal(groups=frozenset("a"))),
        ([("preferred_username", "a@x.com"), ("name", "A")], Principal(name="a@x.com")),
        ([("scp", "user_impersonation")], Principal(is_person=True)),
        ([(SCOPE, "user_impersonation")], Principal(is_person=True)),
        ([("idtyp", "user")], Principal(is_person=True)),
        ([("idtyp", "app"), ("scp", "x")], Principal(is_person=False)),
    ],
)
def test_a_caller_is_who_the_claims_say(claims: list[tuple[str, str]], expected: Principal):
    found = parse_principal(encode_principal(*claims), "beside")
    object_id = expected.object_id or "beside"
    assert found == expected.model_copy(update={"object_id": object_id})


def test_an_administrator_is_known_by_its_role():
    assert Principal(roles=frozenset({"Environments.Admin"})).is_admin
    assert not Principal(roles=frozenset({"Environments.Write"})).is_admin

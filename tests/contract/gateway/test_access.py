"""The gateway admits requests of its Front Door with a token of a caller who is named."""

import hmac
import http.client
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.serving.gateway.settings import ENTRA_AUTHORITY, TokenIssuer
from domain.spec.access import Access
from tests.support.gateway.environment import FRONT_DOOR_ID, make_settings
from tests.support.gateway.envoy import Gateway, running_gateway
from tests.support.gateway.model_server import ModelServer
from tests.support.gateway.tokens import (
    AUDIENCE,
    CLIENT,
    ISSUER,
    KEY_ID,
    TENANT,
    KeyServer,
    base64url,
    make_token,
    signing_key,
)

pytestmark = pytest.mark.xdist_group("gateway: access")

GROUP = "44444444-4444-4444-4444-444444444444"
NAMED = "55555555-5555-5555-5555-555555555555"
SHARE = 3
ACCESS = {
    "invokers": {"groups": [GROUP], "objectIds": [NAMED]},
    "rateLimit": {"requestsPerMinute": SHARE * 2},
}
"""With two replicas."""

OURS, ANOTHER = [("X-Azure-FDID", FRONT_DOOR_ID)], [("X-Azure-FDID", "another-profile")]

NUMBERS = count()


@pytest.fixture(scope="module")
def gateway(
    model: ModelServer, keys: KeyServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    access = Access.from_wire(ACCESS)
    with running_gateway(make_settings(folder, model.port, access, issuer=keys.issuer)) as gateway:
        yield gateway


def new_oid() -> str:
    """Of a caller with a limit of its own."""
    return f"00000000-0000-0000-0000-{next(NUMBERS):012}"


def bearer(**claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(claims.pop('oid', new_oid()), **claims)}"}


def assert_refused(answer: httpx.Response, status: int, code: str) -> str:
    """In the API's error shape; returns the message."""
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (status, code)
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["code"] == code
    return error["message"]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="none"),
        pytest.param(ANOTHER, id="another"),
        pytest.param([("X-Azure-FDID", f"{FRONT_DOOR_ID}0")], id="longer"),
        pytest.param([*ANOTHER, *OURS], id="ours last"),
        pytest.param([*OURS, *ANOTHER], id="ours first"),
        pytest.param([("X-Azure-FDID", f"another-profile, {FRONT_DOOR_ID}")], id="as a list"),
    ],
)
def test_what_did_not_come_through_our_front_door_is_refused(gateway, headers) -> None:
    with httpx.Client(verify=False) as client:
        answer = client.post(gateway.url("/echo"), headers=[*headers, *bearer().items()])
    assert_refused(answer, 403, "NotThroughFrontDoor")


def test_a_request_without_a_token_is_told_where_to_get_one(gateway) -> None:
    answer = gateway.post("/echo")
    assert_refused(answer, 401, "MissingToken")
    challenge = f'Bearer authorization_uri="{ENTRA_AUTHORITY}/{TENANT}", resource_id="{AUDIENCE}"'
    assert answer.headers["www-authenticate"] == challenge


def of_another_key() -> str:
    return make_token(NAMED, rsa.generate_private_key(65537, 2048))


def unsigned() -> str:
    return make_token(NAMED, key="", algorithm="none")


def signed_with_the_public_key() -> str:
    """The attack on verifiers that take the algorithm from the token."""
    public = signing_key().public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    claims = make_token(NAMED).split(".")[1]
    header = base64url(json.dumps({"alg": "HS256", "kid": KEY_ID}).encode())
    signature = hmac.digest(secret, f"{header}.{claims}".encode(), "sha256")
    return f"{header}.{claims}.{base64url(signature)}"


def with_claims(**claims: Any) -> Callable[[], str]:
    return lambda: make_token(NAMED, **claims)


AN_HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)
IN_AN_HOUR = datetime.now(UTC) + timedelta(hours=1)


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        pytest.param(with_claims(exp=AN_HOUR_AGO), "expired", id="expired"),
        pytest.param(with_claims(exp=None), "", id="never expires"),
        pytest.param(with_claims(nbf=IN_AN_HOUR), "not yet valid", id="not yet valid"),
        pytest.param(with_claims(aud="another-api"), "Audiences", id="wrong audience"),
        pytest.param(with_claims(iss=f"{ISSUER}x"), "issuer", id="wrong issuer"),
        pytest.param(of_another_key, "verification", id="another key"),
        pytest.param(unsigned, "", id="unsigned"),
        pytest.param(signed_with_the_public_key, "", id="signed with the public key"),
        pytest.param(lambda: "no-token", "form of", id="no token at all"),
    ],
)
def test_a_token_that_is_not_valid_here_is_refused(gateway, model, make, hint) -> None:
    received = len(model.received)
    answer = gateway.post("/echo", headers={"Authorization": f"Bearer {make()}"})
    assert hint in assert_refused(answer, 401, "InvalidToken")
    assert answer.headers["www-authenticate"].endswith(', error="invalid_token"')
    assert len(model.received) == received


def test_a_token_in_the_query_is_none(gateway) -> None:
    answer = gateway.post("/echo", params={"access_token": make_token(NAMED)})
    assert_refused(answer, 401, "MissingToken")


@pytest.mark.parametrize(
    "claims",
    [
        {"roles": None},
        {"roles": []},
        {"roles": ["Environments.Write", "Model.Invoke.All"]},
        {"roles": "Model.Invoke"},
        {"roles": None, "groups": [NAMED]},
        {"roles": None, "sub": NAMED},
    ],
)
def test_a_caller_who_is_not_named_is_refused(gateway, claims) -> None:
    answer = gateway.post("/echo", headers=bearer(**claims))
    assert_refused(answer, 403, "CallerNotAllowed")


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"roles": ["Another", "Model.Invoke"]}, id="role"),
        pytest.param({"roles": None, "groups": ["another", GROUP]}, id="group"),
        pytest.param({"roles": None, "oid": NAMED}, id="object id"),
    ],
)
def test_a_caller_who_is_named_is_admitted(gateway, claims) -> None:
    answer = gateway.post("/echo", headers=bearer(**claims), content=b"a prompt")
    assert (answer.status_code, answer.content) == (200, b"a prompt")


def test_neither_token_nor_profile_reach_the_model(gateway, model) -> None:
    assert gateway.post("/echo", headers=bearer()).status_code == 200
    assert gateway.get("/health", headers=bearer()).status_code == 200
    for request in model.received[-2:]:
        assert request.header("authorization") is None
        assert request.header("x-azure-fdid") is None


def test_headers_that_control_envoy_are_taken_off(gateway, model) -> None:
    sent = {"x-envoy-upstream-rq-timeout-ms": "0", "x-envoy-original-path": "/other"}
    assert gateway.post("/echo", headers={**bearer(), **sent}).status_code == 200
    passed = {name.lower() for name, _ in model.received[-1].headers}
    assert not passed & set(sent)


def test_each_caller_has_a_limit_of_its_own(gateway) -> None:
    first, second = bearer(), bearer()
    for _ in range(SHARE):
        assert gateway.post("/echo", headers=first).status_code == 200
    refused = gateway.post("/echo", headers=first)
    assert_refused(refused, 429, "TooManyRequests")
    assert refused.headers["retry-after"] == str(60 // SHARE)
    assert gateway.post("/echo", headers=second).status_code == 200


def test_requests_that_are_refused_do_not_use_up_a_limit(gateway) -> None:
    oid = new_oid()
    for _ in range(SHARE + 1):
        refused = gateway.post("/echo", headers=bearer(oid=oid, roles=[]))
        assert refused.status_code == 403
    assert gateway.post("/echo", headers=bearer(oid=oid)).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_probes_of_the_model_need_neither_front_door_nor_token(gateway, model, method) -> None:
    with httpx.Client(verify=False) as client:
        for _ in range(SHARE + 1):
            assert client.request(method, gateway.url("/health?deep=1")).status_code == 200
    assert model.received[-1].path == "/health?deep=1"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/health"),
        ("GET", "/health/"),
        ("GET", "/healthy"),
        ("GET", "/health/../echo"),
        ("GET", "/health/%2e%2e/echo"),
        ("GET", "/health%2f..%2fecho"),
        ("GET", "/HEALTH"),
    ],
)
def test_nothing_else_is_open(gateway, model, method, path) -> None:
    """Sent as it is written: other clients normalise paths."""
    received = len(model.received)
    connection = http.client.HTTPConnection("127.0.0.1", gateway.settings.ports.public)
    connection.request(method, path)
    answer = connection.getresponse()
    assert answer.status in {400, 403}
    assert "error" in json.load(answer)
    connection.close()
    assert len(model.received) == received


def test_the_audit_names_the_caller(gateway) -> None:
    token = bearer(oid=NAMED)
    answer = gateway.post("/echo", headers={**token, "X-Azure-Ref": "ref-1"}, content=b"abc")
    line = gateway.line_of(answer.headers["x-request-id"])
    assert (line["oid"], line["azp"], line["azureRef"]) == (NAMED, CLIENT, "ref-1")
    refused = gateway.post("/echo", headers=bearer(oid=NAMED, aud="another-api"))
    line = gateway.line_of(refused.headers["x-request-id"])
    assert (line["status"], line["oid"], line["azp"]) == (401, None, None)
    assert "Audiences" in line["why"]


def test_the_issuer_of_a_tenant_is_that_of_its_tokens() -> None:
    issuer = TokenIssuer.of_tenant(TENANT, AUDIENCE)
    claims = jwt.decode(make_token(NAMED), options={"verify_signature": False})
    assert (issuer.issuer, issuer.audience) == (claims["iss"], claims["aud"])

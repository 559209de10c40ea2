"""No secret and no id leaves a run; shapes stay, and one value has one placeholder."""

import json

import pytest

from tests.azure.redaction import REDACTED, Redactor

SUBSCRIPTION = "5b5c5b5c-0000-4000-8000-000000000001"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl"
SIGNATURE = "MIIHhzCCBm-gAwIBAgITHgTTdhU"
SECRETS = {
    "subscription": (f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g", SUBSCRIPTION),
    "upper case": (f"principal {SUBSCRIPTION.upper()}", SUBSCRIPTION),
    "undashed id": (
        "Principal 90cc53e84a6e45b68339516448218ee0 is",
        "90cc53e84a6e45b68339516448218ee0",
    ),
    "bearer": (f"Bearer {JWT}", JWT),
    "token in a sentence": (f"token {JWT} is expired", JWT),
    "operation address": (
        f"https://management.azure.com/x?api-version=2025-03-01&t=638&c={SIGNATURE}&s=abc&h=def",
        SIGNATURE,
    ),
    "escaped address": (f'\\"https://a/x?s={SIGNATURE}\\"', SIGNATURE),
    "connection string": ("Endpoint=sb://x;SharedAccessKey=c2VjcmV0;Entity=q", "c2VjcmV0"),
    "account key": ("AccountName=a;AccountKey=c2VjcmV0==", "c2VjcmV0"),
    "long base64": ("value: " + "QUJD" * 80, "QUJDQUJD"),
    "address": ("EXTERNAL-IP 20.61.0.2 is", "20.61.0.2"),
    "address 6": ("from 2603:1020:201:10::17f now", "2603:1020:201:10::17f"),
    "endpoint": ("https://gp-x-2aslxj6zwejawyyz.z01.azurefd.net/", "2aslxj6zwejawyyz"),
    "label": ("x-9758c5ab.westeurope.cloudapp.azure.com", "9758c5ab"),
    "cluster": ("gp-x-a1b2c3d4.hcp.westeurope.azmk8s.io", "a1b2c3d4"),
    "portal": ("gp-x-a1b2c3d4.portal.hcp.westeurope.azmk8s.io", "a1b2c3d4"),
    "tenant": ("contoso.onmicrosoft.com", "contoso"),
    "person": ("caller alice.smith@contoso.example", "alice"),
}


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS.keys())
def test_no_secret_is_left_of_a_text(text: str, secret: str):
    redacted = Redactor().text(text)
    assert secret.lower() not in redacted.lower()
    assert redacted


@pytest.mark.parametrize(
    "field",
    [
        *("access_token", "refreshToken", "client_secret", "password", "token"),
        *("client-key-data", "certificate-authority-data", "kubeconfigs", "primaryKey"),
        *("secondaryMasterKey", "primaryConnectionString", "id_token"),
    ],
)
def test_fields_of_secrets_are_left_out_at_any_depth(field: str):
    body = {"value": [{field: {"deep": "hidden"}}, {field: "hidden"}]}
    redacted = Redactor().value(body)
    assert "hidden" not in json.dumps(redacted)
    assert redacted["value"][1] == {field: REDACTED}


@pytest.mark.parametrize("field", ["key", "value", "name", "keyVaultId", "sku", "tags"])
def test_other_fields_are_kept(field: str):
    assert Redactor().value({field: "gpu"}) == {field: "gpu"}


def test_headers_that_grant_access_are_dropped():
    headers = {
        "Authorization": f"Bearer {JWT}",
        "X-IDENTITY-HEADER": "secret",
        "Cookie": "a=b",
        "Set-Cookie": "a=b",
        "x-ms-request-id": SUBSCRIPTION,
        "Retry-After": "10",
    }
    kept = Redactor().headers(headers)
    assert kept.keys() == {"x-ms-request-id", "Retry-After"}
    assert kept["Retry-After"] == "10"
    assert kept["x-ms-request-id"] != SUBSCRIPTION


def test_one_value_has_one_placeholder_of_its_shape():
    redactor = Redactor()
    first = redactor.text(SUBSCRIPTION)
    assert first == redactor.text(SUBSCRIPTION.upper()) == "00000000-0000-0000-0000-000000000001"
    assert redactor.text(SUBSCRIPTION.replace("b", "c")) == "00000000-0000-0000-0000-000000000002"
    host = redactor.text("gp-x-2aslxj6zwejawyyz.z01.azurefd.net")
    assert host == "endpoint-1.z01.azurefd.net"
    assert redactor.text("20.61.0.2") == redactor.text("20.61.0.2") == "198.51.100.1"


@pytest.mark.parametrize(
    "text",
    [
        *("192.0.2.0/24", "1.33.2", "docker.io/envoyproxy/envoy:v1.39.3", "12:30:45"),
        *("2026-11-22T12:00:00.1234567Z", "api-version=2025-03-01", "nvidia.com/gpu"),
        *("Microsoft.Cdn/profiles", "aks-gpu-65229253-vmss000000", "Standard_NC4as_T4_v3"),
    ],
)
def test_what_identifies_nobody_stays(text: str):
    assert Redactor().text(text) == text


def test_a_body_that_is_no_json_is_a_text():
    redactor = Redactor()
    assert redactor.body(b"") is None
    assert redactor.body(b"<html>20.61.0.2</html>") == "<html>198.51.100.1</html>"
    assert redactor.body(b'{"ip": "20.61.0.2"}') == {"ip": "198.51.100.1"}

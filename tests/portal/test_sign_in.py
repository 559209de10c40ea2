"""What a person sees who is not signed in, or lacks the app role."""

import base64
import json
from urllib.parse import parse_qs, quote, urlsplit

import azure.functions as func
import pytest
from playwright.sync_api import Page, expect

from domain.requests.app_roles import AppRole
from domain.requests.principal import parse_principal
from tests.portal.faked_api import FakedApi
from triggers.access import refuse_without_role

pytestmark = pytest.mark.portal

SIGN_IN = "/.auth/login/aad?post_login_redirect_uri=%2Fportal"
DEEP = "#/costs?costCenter=ML-1234&period=30"


def refusal(roles: list[str]) -> func.HttpResponse | None:
    """By the app, of a request that built-in authentication has let through."""
    claims = {"claims": [{"typ": "roles", "val": role} for role in roles]}
    header = base64.b64encode(json.dumps(claims).encode()).decode()
    return refuse_without_role(parse_principal(header), AppRole.READ)


def test_who_is_not_signed_in_gets_a_link_to_sign_in(faked_page: Page, faked: FakedApi):
    """Built-in authentication answers without the API's error."""
    faked.answer("/environments", {}, status=401)
    faked_page.goto("/portal")
    expect(faked_page.get_by_role("alert")).to_contain_text("not signed in")
    link = faked_page.get_by_role("alert").get_by_role("link", name="Sign in")
    expect(link).to_have_attribute("href", SIGN_IN)


def test_a_sign_in_leads_back_to_the_screen_that_was_open(faked_page: Page, faked: FakedApi):
    """Browsers do not send what is after `#`, so it is part of the address to come back to."""
    faked.answer("/costs", {}, status=401)
    faked_page.goto(f"/portal{DEEP}")
    link = faked_page.get_by_role("alert").get_by_role("link", name="Sign in").first
    address = urlsplit(link.get_attribute("href") or "")
    assert address.path == "/.auth/login/aad"
    (back,) = parse_qs(address.query)["post_login_redirect_uri"]
    assert back.startswith("/portal?")
    assert "#" not in back
    faked.answer("/costs", {"totalUsd": 44, "priceAsOf": "2026-06-18T00:00:00Z", "value": []})
    faked_page.goto("about:blank")
    faked_page.goto(back)
    expect(faked_page.get_by_text("$44.00")).to_be_visible()
    assert urlsplit(faked_page.url)[2:] == ("/portal", "", DEEP[1:])


@pytest.mark.parametrize("asked", ["javascript:alert(1)", "//example.com", "https://example.com"])
def test_an_address_cannot_lead_elsewhere(faked_page: Page, faked: FakedApi, asked: str):
    faked_page.goto(f"/portal?screen={quote(asked)}")
    expect(faked_page.get_by_role("heading", level=1)).to_be_visible()
    assert faked_page.url.startswith("http://localhost:9/portal")


def test_who_lacks_the_role_is_told_which_one(faked_page: Page, faked: FakedApi):
    answer = refusal(["Audit.Read"])
    assert answer is not None
    faked.answer("/environments", json.loads(answer.get_body()), status=answer.status_code)
    faked_page.goto("/portal")
    alert = faked_page.get_by_role("alert")
    expect(alert).to_contain_text("MissingAppRole")
    expect(alert).to_contain_text("Environments.Read")
    expect(alert.get_by_role("link", name="sign in again")).to_have_attribute("href", SIGN_IN)


def test_who_has_the_role_is_let_through():
    assert refusal(["Environments.Read"]) is None

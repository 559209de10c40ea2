"""A specification as form and as JSON; the plan of a change, carried out on what was read."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.portal import filled
from tests.portal.faked_api import FakedApi, an_environment
from tests.support.specs import spec_body

pytestmark = pytest.mark.portal

PLAN = filled.plan()


@pytest.fixture
def offers(faked: FakedApi) -> FakedApi:
    faked.answer("/environments/fraud-llm", an_environment(), ETag='"1-17"')
    faked.answer("/offers", {"region": "westeurope", "unread": {}, "value": []})
    faked.answer("POST /plans", PLAN)
    return faked


def json_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="All fields as JSON")


def test_a_change_is_planned_and_carried_out_on_what_was_read(faked_page: Page, offers: FakedApi):
    offers.answer("PUT /environments/fraud-llm", {}, status=202)
    faked_page.goto("/portal#/environments/fraud-llm/edit")
    faked_page.get_by_label("Maximum GPU nodes").fill("8")
    faked_page.get_by_role("button", name="Show the plan").click()
    expect(faked_page.get_by_role("row", name="gpu.maxNodes 5 8 inPlace")).to_be_visible()
    faked_page.get_by_role("button", name="Change exactly this").click()
    expect(faked_page).to_have_url("http://localhost:9/portal#/environments/fraud-llm")
    planned, replaced = offers.sent
    assert planned.post_data_json["gpu"]["maxNodes"] == 8
    assert replaced.method == "PUT"
    assert replaced.headers["if-match"] == '"1-17"'
    assert replaced.post_data_json == {"planId": PLAN["id"]}


def test_another_change_meanwhile_is_not_overwritten(faked_page: Page, offers: FakedApi):
    refusal = {"code": "PreconditionFailed", "message": "The environment has changed."}
    offers.answer("PUT /environments/fraud-llm", {"error": refusal}, status=412)
    faked_page.goto("/portal#/environments/fraud-llm/edit")
    faked_page.get_by_role("button", name="Show the plan").click()
    faked_page.get_by_role("button", name="Change exactly this").click()
    expect(faked_page.get_by_role("alert")).to_contain_text("PreconditionFailed")
    expect(faked_page.get_by_role("alert")).to_contain_text("Reload the page")


def test_form_and_json_are_the_same_specification(faked_page: Page, offers: FakedApi):
    faked_page.goto("/portal#/new")
    faked_page.get_by_label("Name", exact=True).fill("by-hand")
    faked_page.get_by_label("Owner").fill("team@example.com")
    faked_page.keyboard.press("Tab")
    written = json_of(faked_page)
    expect(written).to_have_value(re.compile('"owner": "team@example.com"'))
    written.fill(json.dumps(spec_body(name="by-json", expiresAt="2027-01-31T00:00:00Z")))
    expect(faked_page.get_by_label("Name", exact=True)).to_have_value("by-json")
    written.fill("{")
    expect(written).to_have_attribute("aria-invalid", "true")
    faked_page.get_by_label("Name", exact=True).fill("by-form")
    faked_page.keyboard.press("Tab")
    expect(written).to_have_value(re.compile('"expiresAt": "2027-01-31T00:00:00Z"'))
    expect(written).not_to_have_attribute("aria-invalid", "true")


def test_problems_are_told_at_their_fields(faked_page: Page, offers: FakedApi):
    details = [
        {"code": "InvalidName", "target": "name", "message": "No capital letters."},
        {"code": "RegionNotAllowed", "target": "regions[0]", "message": "Not in this region."},
    ]
    problem = {"code": "InvalidRequest", "message": "2 problems.", "details": details}
    offers.answer("POST /plans", {"error": problem}, status=400)
    faked_page.goto("/portal#/environments/fraud-llm/edit")
    faked_page.get_by_role("button", name="Show the plan").click()
    for label, message in {
        "Name": "No capital letters.",
        "Regions": "Not in this region.",
    }.items():
        field = faked_page.get_by_role("textbox", name=label)
        expect(field).to_have_accessible_description(message)
        expect(field).to_have_attribute("aria-invalid", "true")

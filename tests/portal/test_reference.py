"""The API's reference, drawn from its OpenAPI document."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.portal.faked_api import FakedApi

pytestmark = pytest.mark.portal


def test_operations_and_schemas_are_found_and_lead_to_each_other(
    faked_page: Page, faked: FakedApi
):
    faked.answer("/healthz", {"status": "Healthy"})
    hosts: set[str | None] = set()
    faked_page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    faked_page.goto("/portal#/service")
    faked_page.get_by_role("link", name="REST API").click()
    faked_page.get_by_role("searchbox").fill("scale-down")
    operation = faked_page.locator("details", has_text="/environments/{name}/scale-down").first
    operation.locator("summary").click()
    expect(operation.get_by_role("rowheader", name="Repeatability-Request-ID")).to_be_visible()
    operation.get_by_role("link", name="OperationView").first.click()
    schema = faked_page.locator("details[open]", has_text="percentComplete").first
    expect(schema).to_be_visible()
    assert hosts == {"localhost"}


def test_a_body_is_shown_with_its_example(faked_page: Page, faked: FakedApi):
    faked_page.goto("/portal#/docs?find=createEnvironment")
    operation = faked_page.locator("details", has_text="POST").first
    operation.locator("summary").click()
    expect(operation.locator("pre").first).to_contain_text("fraud-llm")

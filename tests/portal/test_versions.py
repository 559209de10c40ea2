"""What an environment has run, and the way back to it."""

import pytest
from playwright.sync_api import Page, expect

from tests.portal import filled
from tests.portal.actions import confirm_with
from tests.portal.faked_api import FakedApi, an_environment, an_operation

pytestmark = pytest.mark.portal

ENVIRONMENT = f"/environments/{filled.NAME}"


@pytest.fixture
def versions(faked: FakedApi) -> FakedApi:
    faked.answer(ENVIRONMENT, an_environment(), ETag='"3-17"')
    faked.answer(f"{ENVIRONMENT}/versions", filled.versions())
    operation = an_operation(id="fraud-llm.4", kind="update")
    faked.answer("/operations/fraud-llm.4", operation)
    started = {"Operation-Location": "/operations/fraud-llm.4"}
    faked.answer(f"POST {ENVIRONMENT}/rollback", operation, 202, **started)
    return faked


def test_a_rollback_names_the_version_a_reason_and_what_was_read(
    faked_page: Page, versions: FakedApi
):
    faked_page.goto(f"/portal#{ENVIRONMENT}/versions")
    second = faked_page.get_by_role("listitem", name="Version 2")
    confirm_with(second, "Roll back to 2", "Version 3 answers nonsense.")
    expect(faked_page.get_by_role("heading", name="Operation fraud-llm.4")).to_be_visible()
    (sent,) = versions.sent
    assert sent.post_data_json == {"toVersion": 2, "reason": "Version 3 answers nonsense."}
    assert sent.headers["if-match"] == '"3-17"'


def test_a_refused_rollback_says_why_where_it_was_asked_for(faked_page: Page, versions: FakedApi):
    refusal = {"code": "VersionNotAllowed", "message": "Its image is not in the registry."}
    versions.answer(f"POST {ENVIRONMENT}/rollback", {"error": refusal}, 409)
    faked_page.goto(f"/portal#{ENVIRONMENT}/versions")
    confirm_with(faked_page.get_by_role("listitem", name="Version 1"), "Roll back to 1", "Slow.")
    expect(faked_page.get_by_role("dialog").get_by_role("alert")).to_contain_text(
        "VersionNotAllowed"
    )


def test_nothing_is_rolled_back_while_an_operation_runs(faked_page: Page, versions: FakedApi):
    versions.answer(ENVIRONMENT, an_environment(phase="Updating"), ETag='"3-18"')
    faked_page.goto(f"/portal#{ENVIRONMENT}/versions")
    expect(faked_page.get_by_role("listitem", name="Version 1")).to_be_visible()
    expect(faked_page.get_by_role("button", name="Roll back")).to_have_count(0)

"""What waits for approval is answered; who asked for what is found."""

import pytest
from playwright.sync_api import Page, expect

from tests.portal import filled
from tests.portal.faked_api import FakedApi

pytestmark = pytest.mark.portal


@pytest.fixture
def waiting(faked: FakedApi) -> FakedApi:
    faked.answer("/approvals", {"value": [filled.waiting()]})
    for action in ("approve", "reject"):
        faked.answer(f"POST /environments/fraud-llm/{action}", {"id": "fraud-llm.2"}, status=202)
    return faked


def test_exactly_the_plan_that_was_seen_is_approved(faked_page: Page, waiting: FakedApi):
    faked_page.goto("/portal#/approvals")
    expect(faked_page.get_by_text("$6,991.50")).to_be_visible()
    expect(faked_page.get_by_role("row", name="gpu.maxNodes 5 8 inPlace")).to_be_visible()
    faked_page.get_by_role("button", name="Approve").click()
    dialog = faked_page.get_by_role("dialog", name="Approve")
    dialog.get_by_role("button", name="Approve").click()
    expect(dialog).to_be_hidden()
    (sent,) = waiting.sent
    assert sent.post_data_json == {"planDigest": filled.PLAN_DIGEST}
    assert sent.headers["x-gridplane-portal"] == "1"


def test_a_rejection_needs_a_reason(faked_page: Page, waiting: FakedApi):
    faked_page.goto("/portal#/approvals")
    faked_page.get_by_role("button", name="Reject").click()
    dialog = faked_page.get_by_role("dialog", name="Reject")
    confirm = dialog.get_by_role("button", name="Reject")
    expect(confirm).to_be_disabled()
    dialog.get_by_label("Reason").fill("Use the smaller size first.")
    confirm.click()
    expect(dialog).to_be_hidden()
    assert waiting.sent[0].post_data_json == {"reason": "Use the smaller size first."}


def test_the_audit_is_searched_by_environment(faked_page: Page, faked: FakedApi):
    faked.answer("/audit", filled.audit())
    faked_page.goto("/portal#/audit")
    expect(faked_page.get_by_role("row", name="createEnvironment")).to_contain_text(
        "QuotaExceeded"
    )
    with faked_page.expect_request("**/audit?environment=fraud-llm"):
        faked_page.get_by_label("Environment", exact=True).fill("fraud-llm")
        faked_page.keyboard.press("Enter")

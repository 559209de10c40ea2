"""An environment that a second person approves, and its way back to what it ran before."""

import pytest
from playwright.sync_api import Page, expect

from emulators.stack.api import Api
from tests.portal.actions import confirm_with, has_phase
from tests.support.callers import a_person
from tests.support.specs import spec_body

pytestmark = pytest.mark.portal

NAME = "by-two"
SPEC = spec_body(name=NAME, costCenter="RISK-7", workload={"image": "registry.example.com/llm:1"})
ALICE_WRITES = a_person("Environments.Write")
WAIT_SECONDS = 60.0


def test_a_second_person_approves_and_the_first_rolls_back(
    page_of_alice: Page, page_of_bob: Page, api: Api
):
    created = api.post("/environments", json=SPEC, headers=ALICE_WRITES)
    assert created.status_code == 202, created.text
    ask_for_approval_of_oneself(page_of_alice)
    approve(page_of_bob)
    page_of_alice.goto(f"/portal#/environments/{NAME}")
    has_phase(page_of_alice, "Ready")
    changed = {**SPEC, "workload": {"image": "registry.example.com/llm:2"}}
    (*_, updated) = api.follow(api.replace_environment(changed), WAIT_SECONDS)
    assert updated["status"] == "Succeeded", updated
    roll_back(page_of_alice)
    read_logs(page_of_alice)


def ask_for_approval_of_oneself(page: Page) -> None:
    page.goto("/portal#/approvals")
    waiting = page.get_by_role("article", name=f"{NAME}.1")
    expect(waiting).to_contain_text("RISK-7")
    waiting.get_by_role("button", name="Approve", exact=True).first.click()
    dialog = page.get_by_role("dialog", name="Approve")
    dialog.get_by_role("button", name="Approve", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("ApproverIsRequester")
    page.keyboard.press("Escape")


def approve(page: Page) -> None:
    """By keyboard alone."""
    page.goto("/portal#/approvals")
    waiting = page.get_by_role("article", name=f"{NAME}.1")
    button = waiting.get_by_role("button", name="Approve", exact=True).first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Approve")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing waits for approval.")).to_be_visible()


def roll_back(page: Page) -> None:
    page.get_by_role("link", name="Versions").click()
    first = page.get_by_role("listitem", name="Version 1", exact=True)
    confirm_with(first, "Roll back to 1", "Version 2 answers nonsense.")
    third = page.get_by_role("listitem", name="Version 3", exact=True)
    expect(third).to_contain_text("Version 2 answers nonsense.")
    expect(third).to_contain_text("registry.example.com/llm:1")
    expect(third.get_by_text("Succeeded")).to_be_visible()


def read_logs(page: Page) -> None:
    page.get_by_role("link", name="Logs").click()
    expect(page.get_by_role("log").locator("time").first).to_be_visible()

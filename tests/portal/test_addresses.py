"""Addresses that are mistyped, old or hostile; answers that are none; dialogs by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.portal import filled
from tests.portal.faked_api import FakedApi, an_environment

pytestmark = pytest.mark.portal

NAME = filled.NAME


@pytest.fixture
def page(faked_page: Page, faked: FakedApi) -> Page:
    faked.environments = [an_environment()]
    for path, answer in filled.answers().items():
        faked.answer(path, answer)
    return faked_page


@pytest.mark.parametrize(
    "hash_",
    ["#/nothing", "#/constructor", "#/__proto__", "#/environments/x/toString", "#/%E0%A4%A"],
)
def test_an_address_of_no_screen_says_so(page: Page, hash_: str):
    page.goto(f"/portal{hash_}")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    page.get_by_role("link", name="Environments", exact=True).click()
    expect(page.get_by_role("link", name=NAME)).to_be_visible()


def test_back_and_reload_keep_the_screen(page: Page):
    page.goto("/portal")
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("link", name="Versions").click()
    expect(page.get_by_role("button", name="Roll back to 2")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Roll back to 2")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Timeline")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Search")).to_be_visible()


def test_a_page_in_place_of_an_answer_is_told(page: Page):
    page.route("**/costs", lambda route: route.fulfill(status=200, body="<html>a proxy</html>"))
    page.goto("/portal#/costs")
    expect(page.get_by_role("alert")).to_contain_text("no JSON")


def test_a_network_that_fails_keeps_what_was_read(page: Page):
    page.clock.install()
    page.goto("/portal")
    expect(page.get_by_role("link", name=NAME)).to_be_visible()
    page.route("**/environments?*", lambda route: route.abort())
    page.clock.run_for(15_000)
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    expect(page.get_by_role("link", name=NAME)).to_be_visible()


def test_a_dialog_is_answered_by_the_keyboard(page: Page, faked: FakedApi):
    faked.answer(f"POST /environments/{NAME}/rollback", {"id": f"{NAME}.4"}, status=202)
    page.goto(f"/portal#/environments/{NAME}/versions")
    page.get_by_role("button", name="Roll back to 2").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").press("Enter")
    assert faked.sent == []
    dialog.get_by_label("Reason").fill("It is slow.")
    dialog.get_by_label("Reason").press("Enter")
    expect(dialog).to_be_hidden()
    assert [each.post_data_json for each in faked.sent] == [
        {"toVersion": 2, "reason": "It is slow."}
    ]

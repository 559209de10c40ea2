"""How often the page asks: at most once a second, whatever it shows."""

import pytest
from playwright.sync_api import Page, expect

from tests.portal import filled
from tests.portal.actions import pass_seconds
from tests.portal.faked_api import FakedApi
from tests.portal.filled import answers, serving

pytestmark = pytest.mark.portal

SECONDS = 60
HIDDEN = """() => {
  Object.defineProperty(document, 'hidden', { get: () => true });
}"""
SCREENS = ("", "/metrics", "/idle", "/versions", "/logs")


def count_asked(faked: FakedApi) -> int:
    return sum(count for path, count in faked.asked.items() if not path.startswith("/portal"))


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_asks_at_most_once_a_second(faked_page: Page, faked: FakedApi, screen: str):
    for path, answer in answers().items():
        faked.answer(path, answer)
    faked.environments = [serving()]
    faked_page.clock.install()
    faked_page.goto(f"/portal#/environments/{filled.NAME}{screen}")
    expect(faked_page.get_by_role("heading", name=filled.NAME)).to_be_visible()
    pass_seconds(faked_page, 10)
    before = count_asked(faked)
    pass_seconds(faked_page, SECONDS)
    assert 0 < count_asked(faked) - before <= SECONDS


def test_a_hidden_tab_asks_less(faked_page: Page, faked: FakedApi):
    faked.environments = [serving()]
    faked_page.clock.install()
    faked_page.goto("/portal")
    expect(faked_page.get_by_role("link", name=filled.NAME)).to_be_visible()
    faked_page.evaluate(HIDDEN)
    pass_seconds(faked_page, 20)
    before = count_asked(faked)
    pass_seconds(faked_page, 60)
    assert count_asked(faked) - before <= 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_api_is_asked_again_when_it_says(faked_page: Page, faked: FakedApi, status: int):
    busy = {"error": {"code": "Busy", "message": "Too many requests."}}
    faked.answer("/environments", busy, status, **{"Retry-After": "100"})
    faked_page.clock.install()
    faked_page.goto("/portal")
    alert = faked_page.get_by_role("alert")
    expect(alert).to_contain_text("It can be asked again in 100 s.")
    pass_seconds(faked_page, 45)
    assert faked.asked["/environments"] == 1
    faked.answer("/environments", {"value": [serving()]})
    pass_seconds(faked_page, 60)
    expect(faked_page.get_by_role("link", name=filled.NAME)).to_be_visible()
    expect(alert).to_have_count(0)

"""Whether a screen is used by keyboard, and how it looks: wide and narrow, light and dark."""

from itertools import product
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.architecture.source import REPOSITORY

PICTURES = REPOSITORY / "build" / "screens"
WIDTHS = (1280, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

MARK_STOPS = """() => {
  const stops = [...document.querySelectorAll(
    "a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary," +
    "[tabindex='0']"
  )].filter((each) => each.checkVisibility());
  stops.forEach((each, i) => each.dataset.stop = i);
  return stops.length;
}"""
STOP = """() => {
  const { dataset } = document.activeElement;
  const { outlineStyle } = getComputedStyle(document.activeElement);
  return { number: dataset.stop ?? null, isSeen: outlineStyle !== "none" };
}"""
OTHER_STOPS = 10
"""Browsers stop at boxes that scroll, too."""


def check_keyboard(page: Page) -> None:
    """Tab reaches all that can be used, and each is seen to have the focus."""
    expect(page.get_by_text("Loading …")).to_have_count(0)
    wanted = page.evaluate(MARK_STOPS)
    reached: set[str] = set()
    for _ in range(wanted + OTHER_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop["number"] is not None:
            assert stop["isSeen"], page.evaluate("document.activeElement.outerHTML")
            reached.add(stop["number"])
        if len(reached) == wanted:
            return
    raise AssertionError(f"{len(reached)} of {wanted} are reached.")


def check_looks(page: Page, screen: str) -> None:
    """Leaves a picture of each in `build/screens`."""
    expect(page.get_by_text("Loading …")).to_have_count(0)
    for width, scheme in product(WIDTHS, SCHEMES):
        look = f"{screen}-{width}-{scheme}"
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=PICTURES / f"{look}.png", full_page=True)
        check_accessible(page, look)
        assert not page.evaluate(OVERFLOWS), look


def check_accessible(page: Page, look: str) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == [], look

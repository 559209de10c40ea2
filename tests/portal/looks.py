"""How a screen looks, wide and narrow, light and dark: accessible, and nothing wider than it."""

from itertools import product
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.architecture.source import REPOSITORY

PICTURES = REPOSITORY / "build" / "screens"
WIDTHS = (1280, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


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

"""The list of environments: a thousand of them, found, sorted and told apart by keyboard."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.portal.faked_api import FakedApi, an_environment
from tests.support.specs import spec_body

pytestmark = pytest.mark.portal

MANY = 1000
LONGEST_FRAME_MS = 1500
"""Generous: the tests share their processors with others."""

IN_DIALOG_OR_BROWSER = """document.activeElement === document.body
  || document.activeElement.closest('dialog') !== null"""
FRAMES = """async () => {
  const box = document.scrollingElement, gaps = [];
  let last = performance.now();
  for (let i = 0; i < 40; i++) {
    scrollBy(0, box.scrollHeight / 40);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }
  gaps.sort((a, b) => a - b);
  return { median: gaps[20], longest: gaps[39], reached: box.scrollTop };
}"""


def many() -> list[dict[str, Any]]:
    return [
        an_environment(
            f"env-{i:04}",
            phase="Failed" if i % 50 == 0 else "Ready",
            spec=spec_body(name=f"env-{i:04}", costCenter=f"ML-{i % 7}"),
        )
        for i in range(MANY)
    ]


def names(page: Page) -> list[str]:
    return page.locator("tbody th").all_inner_texts()


def test_a_thousand_environments_are_found_sorted_and_scrolled(
    faked_page: Page, faked: FakedApi, record_property: Callable[[str, object], None]
):
    faked.environments = many()
    faked_page.goto("/portal")
    status = faked_page.get_by_role("status").first
    expect(status).to_contain_text("1,000 of 1,000", timeout=60_000)
    frames = faked_page.evaluate(FRAMES)
    record_property("frames of a thousand rows", frames)
    assert frames["reached"] > 10_000
    assert frames["longest"] < LONGEST_FRAME_MS
    faked_page.keyboard.press("/")
    faked_page.keyboard.type("failed ml-3")
    expect(status).to_contain_text("3 of 1,000")
    faked_page.get_by_role("button", name="Name", exact=True).press("Enter")
    shown = names(faked_page)
    assert shown == sorted(shown, reverse=True)
    faked_page.get_by_role("searchbox").press("Escape")
    expect(status).to_contain_text("1,000 of 1,000")


def test_an_idle_environment_says_since_when(faked_page: Page, faked: FakedApi):
    faked.environments = [an_environment("busy"), an_environment("idle")]
    pool = {"environment": "idle", "idleSince": "2026-11-22T12:00:00Z"}
    faked.answer("/sweeps/latest", {"status": "Succeeded", "decisions": [pool]})
    faked_page.goto("/portal")
    expect(faked_page.locator("tbody tr").nth(1)).to_contain_text("days")
    expect(faked_page.get_by_role("status")).to_contain_text("1 idle")


def test_a_dialog_keeps_the_focus_until_escape_returns_it(faked_page: Page, faked: FakedApi):
    faked.answer("/environments/fraud-llm", an_environment())
    faked.answer("/environments/fraud-llm/events", {"value": []})
    faked_page.goto("/portal#/environments/fraud-llm")
    button = faked_page.get_by_role("button", name="Scale down")
    button.focus()
    faked_page.keyboard.press("Enter")
    dialog = faked_page.get_by_role("dialog", name="Scale down")
    expect(dialog).to_be_visible()
    for _ in range(4):
        faked_page.keyboard.press("Tab")
        assert faked_page.evaluate(IN_DIALOG_OR_BROWSER)
    faked_page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    assert faked.sent == []

"""What people do on a screen, and wait for."""

from playwright.sync_api import Locator, Page, expect

WAIT_MS = 60_000


def has_phase(page: Page, phase: str) -> None:
    expect(page.locator("h1 .badge").first).to_have_text(phase, timeout=WAIT_MS)


def confirm(place: Page | Locator, action: str) -> None:
    place.get_by_role("button", name=action, exact=True).first.click()
    dialog = place.get_by_role("dialog", name=action)
    dialog.get_by_role("button", name=action, exact=True).click()


def confirm_with(place: Page | Locator, action: str, reason: str) -> None:
    place.get_by_role("button", name=action, exact=True).first.click()
    dialog = place.get_by_role("dialog", name=action)
    button = dialog.get_by_role("button", name=action, exact=True)
    expect(button).to_be_disabled()
    dialog.get_by_label("Reason").fill(reason)
    button.click()


def pass_seconds(page: Page, seconds: int) -> None:
    """On an installed clock; what the page asks for meanwhile arrives before the next second."""
    for _ in range(seconds):
        page.clock.run_for(1000)
        page.evaluate("() => fetch('/portal').then((answer) => answer.text())")

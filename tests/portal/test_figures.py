"""What the first load costs, on a slow processor; and the pictures of the README."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from tests.architecture.source import REPOSITORY
from tests.portal.faked_api import FakedApi, an_environment, an_operation
from tests.support.specs import spec_body

pytestmark = pytest.mark.portal

SLOWER = 4
MOST_REQUESTS = 60
LARGEST_IMAGE_BYTES = 100_000
IMAGES = REPOSITORY / "docs" / "images"
LISTED = (
    ("chat-large", "Ready", "Healthy", "ML-1234", 31.2),
    ("embeddings", "ScaledDown", "Unknown", "SEARCH-7", 0.73),
    ("fraud-llm", "Ready", "Healthy", "ML-1234", 5.5),
    ("legal-summaries", "Provisioning", "Unknown", "LEGAL-2", 0.73),
    ("support-bot", "Failed", "Degraded", "SUP-11", 0.73),
    ("vision-ocr", "Waking", "Unknown", "DOCS-3", 4.8),
)
NOW = "2026-11-22T12:02:00Z"


def listed(name: str, phase: str, health: str, center: str, usd: float) -> dict[str, Any]:
    return an_environment(
        name,
        phase=phase,
        health={"status": health, "findings": []},
        spec=spec_body(name=name, costCenter=center),
        cost={
            "usdPerHourNow": usd,
            "usdPerHourAsleep": 0.73,
            "todayUsd": usd * 12,
            "monthToDateUsd": usd * 400,
            "priceAsOf": "2026-06-18T00:00:00Z",
        },
    )


def a_step(
    name: str, status: str, start: str = "", end: str = "", usual: int = 0
) -> dict[str, Any]:
    step: dict[str, Any] = {"name": name, "status": status}
    for key, at in (("startDateTime", start), ("endDateTime", end)):
        step |= {key: f"2026-11-22T12:{at}Z"} if at else {}
    return step | ({"expectedSeconds": usual} if usual else {})


@pytest.fixture
def filled(faked: FakedApi) -> FakedApi:
    faked.environments = [listed(*each) for each in LISTED]
    name = "legal-summaries"
    building = listed(name, "Provisioning", "Unknown", "LEGAL-2", 0.73)
    building["operationId"] = f"{name}.1"
    faked.answer(f"/environments/{name}", building, ETag='"1-17"')
    faked.answer(f"/environments/{name}/events", {"value": []})
    steps = [
        a_step("edge/resourceGroup", "Succeeded", "00:01", "00:04"),
        a_step("edge/profile", "Succeeded", "00:04", "01:15"),
        a_step("edge/route", "Running", "01:15", usual=63),
        a_step("cell/westeurope/managedCluster", "Running", "00:10", usual=287),
        a_step("cell/westeurope/pods", "NotStarted"),
        a_step("probe", "NotStarted"),
    ]
    operation = an_operation(id=f"{name}.1", environment=name, steps=steps)
    faked.answer(f"/operations/{name}.1", operation)
    return faked


def test_the_first_load_is_quick_on_a_slow_processor(
    page: Page, record_property: Callable[[str, object], None]
):
    loaded: list[Response] = []
    page.on("response", lambda response: loaded.append(response))
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto("/portal")
    page.wait_for_selector("tbody tr, .empty")
    figures = {
        "slowerProcessor": SLOWER,
        "listShownAfterMs": round(page.evaluate("performance.now()")),
        "requests": len(loaded),
        "bytesCompressed": sum(len(gzip.compress(each.body())) for each in loaded),
    }
    record_property("first load", figures)
    assert figures["requests"] < MOST_REQUESTS


@pytest.mark.parametrize(
    ("image", "hash_", "is_dark", "shown", "height"),
    [
        ("portal-environments", "", False, "vision-ocr", 500),
        ("portal-operation", "#/environments/legal-summaries", True, "managedCluster", 740),
    ],
)
def test_pictures_of_the_readme_are_taken(
    faked_page: Page,
    filled: FakedApi,
    image: str,
    hash_: str,
    is_dark: bool,
    shown: str,
    height: int,
):
    """They are written to `build/`; `docs/images` has those of one run."""
    faked_page.clock.set_fixed_time(NOW)
    faked_page.emulate_media(color_scheme="dark" if is_dark else "light")
    faked_page.set_viewport_size({"width": 1000, "height": height})
    faked_page.goto(f"/portal{hash_}")
    expect(faked_page.get_by_text(shown).first).to_be_visible()
    taken = faked_page.screenshot(path=REPOSITORY / "build" / "images" / f"{image}.png")
    assert len(taken) < LARGEST_IMAGE_BYTES
    assert (IMAGES / f"{image}.png").exists()

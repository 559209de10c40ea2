"""Requests that the API advises: the page names its buttons instead."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.portal import filled
from tests.portal.faked_api import FakedApi, an_environment, an_operation
from tests.support.advised_requests import ADVISED, advised_requests
from triggers.portal import load_portal

pytestmark = pytest.mark.portal

PARTS = "async ([module, text, name]) => (await import(module)).partsOf(text, name)"
HERE = "#/environments/fraud-llm"
FINDING = {
    "code": "GpuPoolMissing",
    "what": "gpu pool of westeurope",
    "evidence": {},
    "cause": "The pool is gone.",
    "fix": "POST /environments/{name}/repair: what is missing is built again.",
}


@pytest.fixture
def parts_of(faked_page: Page, faked: FakedApi) -> Any:
    faked_page.goto("/portal")
    module = f"/portal/{load_portal().version}/lib/advice.js"

    def find(text: str, name: str | None = "fraud-llm") -> list[Any]:
        return faked_page.evaluate(PARTS, [module, text, name])

    return find


def written(parts: list[Any]) -> str:
    return "".join(each if isinstance(each, str) else f"[{each['label']}]" for each in parts)


@pytest.mark.parametrize(
    ("advised", "shown"),
    [
        ("Request more, then POST /environments/{name}/retry.", "Request more, then [Retry]."),
        ("POST /environments/a-b/repair sets it.", "[Repair] sets it."),
        (
            "Wake it with POST /environments/x/wake and update it with PUT",
            "Wake it with [Wake] and update it under [Change]",
        ),
        ("replace it by PUT with another one", "replace it under [Change] with another one"),
        (
            "Send DELETE again, with ?force=true if an operation is stuck.",
            "Choose [Delete] again, or [Delete by force] if an operation is stuck.",
        ),
        ("Send DELETE again.", "Choose [Delete] again."),
        ("use POST /environments to create one.", "use [New environment] to create one."),
        ("Register it with POST /models, or", "Register it with [Register a version], or"),
        ("Nothing: the next sweep looks again.", "Nothing: the next sweep looks again."),
        ("", ""),
    ],
)
def test_requests_become_buttons(parts_of: Any, advised: str, shown: str):
    assert written(parts_of(advised)) == shown


def test_they_lead_to_where_the_button_is(parts_of: Any):
    assert parts_of("POST /environments/a-b/wake")[0]["href"] == "#/environments/a-b"
    assert parts_of("POST /environments/a-b/rollback")[0]["href"].endswith("/a-b/versions")
    assert parts_of("by PUT")[1]["href"] == f"{HERE}/edit"
    assert "href" not in parts_of("POST /environments/{name}/retry", None)[0]


def test_everything_that_the_api_advises_has_a_button(parts_of: Any):
    texts = [text.replace("{status_url}", "/environments/x") for _, text in advised_requests()]
    shown = [written(parts_of(text)) for text in texts]
    assert [text for text in shown if ADVISED.search(text)] == []


def test_findings_and_failed_steps_name_the_button_that_helps(faked_page: Page, faked: FakedApi):
    error = {
        "code": "QuotaExceeded",
        "message": "No quota is left.",
        "retryable": True,
        "suggestedAction": "Request more, then POST /environments/{name}/retry.",
    }
    environment = an_environment(
        phase="Failed",
        error=error,
        operationId="fraud-llm.1",
        health={"status": "Degraded", "findings": [FINDING]},
    )
    step = {"name": "cell/westeurope/gpuPool", "status": "Failed", "error": error}
    faked.answer("/environments/fraud-llm", environment)
    faked.answer("/environments/fraud-llm/events", {"value": []})
    faked.answer("/operations/fraud-llm.1", an_operation(status="Failed", steps=[step]))
    faked_page.goto(f"/portal{HERE}")
    expect(faked_page.get_by_text("Repair: what is missing is built again.")).to_be_visible()
    expect(faked_page.get_by_role("row", name="gpuPool")).to_contain_text("then Retry.")
    for label in ("Retry", "Repair"):
        expect(
            faked_page.locator("strong", has_text=re.compile(f"^{label}$")).first
        ).to_be_visible()
    assert "POST" not in faked_page.locator("main").inner_text().replace("-H", "")


def test_a_refusal_in_a_dialog_leads_to_the_screen_of_the_button(
    faked_page: Page, faked: FakedApi
):
    for path, answer in filled.answers().items():
        faked.answer(path, answer)
    message = "Wake it with POST /environments/fraud-llm/wake first."
    refused = {"error": {"code": "WrongPhase", "message": message}}
    faked.answer("POST /environments/fraud-llm/rollback", refused, status=409)
    faked_page.goto(f"/portal{HERE}/versions")
    faked_page.get_by_role("button", name="Roll back to 2").click()
    dialog = faked_page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Wrong answers")
    dialog.get_by_role("button", name="Roll back to 2").click()
    expect(dialog.get_by_role("link", name="Wake", exact=True)).to_have_attribute("href", HERE)

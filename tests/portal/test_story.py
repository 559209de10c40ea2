"""What a person does with an environment, from its plan to its end."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from emulators.stack.api import Api, SimulatedAzure
from tests.support.specs import spec_body

pytestmark = pytest.mark.portal

FORM = {
    "name": "by-hand",
    "costCenter": "ML-1234",
    "owner": "fraud-team@example.com",
    "workload.image": "registry.example.com/llm:1.4.2",
}


def has_phase(page: Page, phase: str) -> None:
    expect(page.locator("h1 .badge").first).to_have_text(phase, timeout=60_000)


def confirm(page: Page, action: str) -> None:
    page.get_by_role("button", name=action, exact=True).first.click()
    page.get_by_role("dialog", name=action).get_by_role("button", name=action, exact=True).click()


def test_an_environment_is_planned_created_put_to_sleep_woken_and_deleted(page: Page):
    page.goto("/portal#/new")
    for name, text in FORM.items():
        page.locator(f'[name="{name}"]').fill(text)
    page.get_by_role("button", name="Choose Standard_NC24ads_A100_v4").click()
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_role("heading", name="Plan: create")).to_be_visible()
    expect(page.get_by_text("QuotaSufficient").first).to_be_visible()
    page.get_by_role("button", name="Create exactly this").click()
    has_phase(page, "Provisioning")
    expect(page.get_by_role("rowheader", name="cell/westeurope/managedCluster")).to_be_visible()
    has_phase(page, "Ready")
    expect(page.get_by_role("link", name="azurefd.net")).to_be_visible()
    confirm(page, "Scale down")
    has_phase(page, "ScaledDown")
    confirm(page, "Wake")
    has_phase(page, "Ready")
    confirm(page, "Delete")
    expect(page.get_by_role("heading", name="Environments")).to_be_visible()


def test_a_failure_shows_its_cause_and_can_be_retried(page: Page, api: Api, azure: SimulatedAzure):
    match = {"method": "PUT", "path": "/managedClusters/gp-unlucky-"}
    azure.add_fault({"match": match, "status": 403, "code": "AuthorizationFailed"})
    api.create_environment(spec_body(name="unlucky"))
    page.goto("/portal#/environments/unlucky")
    has_phase(page, "Failed")
    expect(page.get_by_text("What to do:").first).to_be_visible()
    azure.clear_faults()
    confirm(page, "Retry")
    has_phase(page, "Ready")


def test_what_a_specification_lacks_is_said_at_its_field(page: Page):
    page.goto("/portal#/new")
    for name, text in {
        **FORM,
        "name": "No Capitals",
        "gpu.vmSize": "Standard_NC24ads_A100_v4",
    }.items():
        page.locator(f'[name="{name}"]').fill(text)
    page.get_by_role("button", name="Show the plan").click()
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("InvalidName")
    expect(problem).to_contain_text("name")
    field = page.locator("[name=name]")
    expect(field).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("screen", "title"),
    [
        ("environments", "Environments"),
        ("new", "New environment"),
        ("costs", "Costs"),
        ("sweep", "Latest sweep"),
        ("service", "Service"),
        ("docs", "REST API"),
        ("approvals", "Approvals"),
        ("audit", "Audit"),
    ],
)
def test_screens_are_accessible(page: Page, screen: str, title: str, width: int, scheme: str):
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/portal#/{screen}")
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
    violations = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []
    overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(overflow)

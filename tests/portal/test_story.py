"""What a person does with an environment, from its plan to its end."""

import pytest
from playwright.sync_api import Page, expect

from emulators.stack.api import SimulatedAzure
from tests.portal.actions import confirm, has_phase
from tests.portal.looks import check_accessible

pytestmark = pytest.mark.portal

SIZE = "Standard_NC24ads_A100_v4"
OWNED = {"costCenter": "ML-1234", "owner": "fraud-team@example.com"}


def create(page: Page, fields: dict[str, str]) -> None:
    """By the form, on a size that is chosen, once its plan was shown."""
    fill(page, fields)
    page.get_by_role("button", name=f"Choose {SIZE}").click()
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_role("heading", name="Plan: create")).to_be_visible()
    expect(page.get_by_text("QuotaSufficient").first).to_be_visible()
    page.get_by_role("button", name="Create exactly this").click()


def fill(page: Page, fields: dict[str, str]) -> None:
    for name, text in fields.items():
        page.locator(f'[name="{name}"]').fill(text)


def test_an_environment_is_planned_created_put_to_sleep_woken_and_deleted(page: Page):
    page.goto("/portal#/new")
    page.get_by_role("button", name="Serve phi-4", exact=True).click()
    create(page, OWNED | {"name": "by-hand"})
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


def test_a_failure_shows_its_cause_and_can_be_retried(page: Page, azure: SimulatedAzure):
    match = {"method": "PUT", "path": "/managedClusters/gp-unlucky-"}
    azure.add_fault({"match": match, "status": 403, "code": "AuthorizationFailed"})
    page.goto("/portal#/new")
    create(page, OWNED | {"name": "unlucky", "workload.image": "registry.example.com/llm:1.4.2"})
    has_phase(page, "Failed")
    expect(page.get_by_text("What to do:").first).to_be_visible()
    azure.clear_faults()
    confirm(page, "Retry")
    has_phase(page, "Ready")


def test_what_a_specification_lacks_is_said_at_its_field(page: Page):
    page.goto("/portal#/new")
    image = {"workload.image": "registry.example.com/llm:1.4.2"}
    fill(page, {**OWNED, **image, "name": "No Capitals", "gpu.vmSize": SIZE})
    page.get_by_role("button", name="Show the plan").click()
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("InvalidName")
    expect(problem).to_contain_text("name")
    field = page.locator("[name=name]")
    expect(field).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(
    ("screen", "title"),
    [
        ("environments", "Environments"),
        ("new", "New environment"),
        ("models", "Models"),
        ("costs", "Costs"),
        ("sweep", "Latest sweep"),
        ("service", "Service"),
        ("docs?find=idle", "REST API"),
        ("approvals", "Approvals"),
        ("audit", "Audit"),
    ],
)
def test_what_the_app_answers_makes_accessible_screens(page: Page, screen: str, title: str):
    """`test_screens.py` looks at them wide and narrow, light and dark, with more on them."""
    page.goto(f"/portal#/{screen}")
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(page.get_by_text("Loading …")).to_have_count(0)
    check_accessible(page, screen)

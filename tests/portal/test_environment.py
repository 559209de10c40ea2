"""One environment: its steps beside what they usually take, its costs, its invocations."""

import pytest
from playwright.sync_api import Page, expect

from domain.environment.expected_seconds import expected_seconds
from domain.environment.operation import OperationKind
from tests.portal import filled
from tests.portal.faked_api import FakedApi, an_environment, an_operation

pytestmark = pytest.mark.portal

CLUSTER = "cell/westeurope/managedCluster"
STARTED = {
    "name": CLUSTER,
    "status": "Running",
    "startDateTime": "2026-11-22T12:00:00Z",
    "expectedSeconds": expected_seconds(OperationKind.PROVISION, CLUSTER),
}


@pytest.fixture
def environment(faked_page: Page, faked: FakedApi) -> FakedApi:
    faked_page.clock.set_fixed_time("2026-11-22T12:02:00Z")
    faked.answer(
        "/environments/fraud-llm", an_environment(operationId="fraud-llm.1"), ETag='"1-17"'
    )
    faked.answer("/environments/fraud-llm/events", {"value": []})
    faked.answer("/operations/fraud-llm.1", an_operation(steps=[STARTED]))
    cost = {"costCenter": "ML-1234", "gpuNodeHours": 1, "gpuUsd": 4.75, "baseUsd": 17.25}
    days = [
        {"day": "2026-11-21", "environment": name, **cost} for name in ("fraud-llm", "another")
    ]
    faked.answer("/costs", {"totalUsd": 44, "priceAsOf": "2026-06-18T00:00:00Z", "value": days})
    return faked


def test_a_step_goes_on_while_nothing_is_heard_of_it(faked_page: Page, environment: FakedApi):
    environment.date = "Sun, 22 Nov 2026 12:04:00 GMT"
    faked_page.goto("/portal#/environments/fraud-llm")
    expect(faked_page.get_by_role("row", name=CLUSTER)).to_contain_text("4 min 0 s")
    expect(faked_page.get_by_text("4 min 0 s so far, usually at least 47 s more")).to_be_visible()


def test_a_running_step_is_shown_beside_what_it_usually_takes(
    faked_page: Page, environment: FakedApi
):
    faked_page.goto("/portal#/environments/fraud-llm")
    step = faked_page.get_by_role("row", name=CLUSTER)
    expect(step).to_contain_text("2 min 0 s")
    expect(step).to_contain_text("4 min 47 s")
    expect(faked_page.get_by_text("usually at least 2 min 47 s more")).to_be_visible()


def test_costs_by_day_are_those_of_the_environment(faked_page: Page, environment: FakedApi):
    faked_page.goto("/portal#/environments/fraud-llm")
    chart = faked_page.get_by_role("img", name="2026-11-21: $22.00")
    expect(chart).to_be_visible()
    assert chart.locator("rect").count() == 1


def test_the_model_can_be_tried_by_a_request_that_is_copied(
    faked_page: Page, environment: FakedApi
):
    faked_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    faked_page.goto("/portal#/environments/fraud-llm")
    faked_page.get_by_role("button", name="Copy").click()
    expect(faked_page.get_by_text("Copied")).to_be_visible()
    copied = faked_page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("TOKEN=...")
    assert "curl -s https://gp-fraud-llm-a1b2c3.z01.azurefd.net/v1/chat/completions" in copied


def test_invocations_are_counted_by_status_caller_and_hour(
    faked_page: Page, environment: FakedApi
):
    environment.answer("/environments/fraud-llm/invocations", filled.invocations())
    faked_page.goto("/portal#/environments/fraud-llm")
    faked_page.get_by_role("link", name="Invocations").click()
    expect(faked_page.get_by_text("1 without success")).to_be_visible()
    by_hour = "Nov 22, 09:00: 1, Nov 22, 11:00: 2"
    expect(faked_page.get_by_role("img", name=by_hour)).to_be_visible()
    expect(faked_page.get_by_role("row", name=f"{filled.CALLER} 3")).to_be_visible()

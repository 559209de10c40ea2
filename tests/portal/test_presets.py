"""A new environment from an open model: sizes that it fits on, the plan, and exactly that."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from domain.serving.presets import SizingRequest, build_sizing
from tests.portal import filled
from tests.portal.faked_api import FakedApi

pytestmark = pytest.mark.portal

OWNED = {"Name": "fraud-llm", "Owner": "t@example.com", "Cost center": "ML-1234"}
"""What is written before it is chosen what to serve."""


@pytest.fixture
def catalog(faked: FakedApi) -> FakedApi:
    faked.answer("/presets", filled.presets())
    faked.answer("/offers", filled.offers())
    faked.answer(
        "POST /plans",
        filled.plan(
            action="create", changes=[], checks=[filled.BUDGET_CHECK], requiresApproval=True
        ),
    )
    faked.answer("POST /environments", {}, 202)
    return faked


def paths_sent(faked: FakedApi) -> list[str]:
    return [urlsplit(each.url).path for each in faked.sent]


def test_a_preset_is_planned_on_a_size_that_it_fits_on_and_created(
    faked_page: Page, catalog: FakedApi
):
    faked_page.goto("/portal#/new")
    for label, text in OWNED.items():
        faked_page.get_by_label(label, exact=True).fill(text)
    faked_page.get_by_role("button", name="Serve phi-4", exact=True).press("Enter")
    sizes = faked_page.get_by_role("table", name="GPU sizes")
    expect(sizes.get_by_role("row", name=filled.SIZE)).to_contain_text("48 of 96 vCPUs free")
    expect(sizes.get_by_role("row", name="Standard_NV36ads_A10_v5")).to_have_count(0)
    faked_page.get_by_role("button", name=f"Choose {filled.SIZE}").press("Enter")
    faked_page.get_by_role("button", name="Show the plan").press("Enter")
    budget = faked_page.get_by_role("img", name="ML-1234: $4,104.40 of $5,000.00, 82 %")
    expect(budget).to_be_visible()
    expect(faked_page.get_by_text("Someone else has to approve it")).to_be_visible()
    faked_page.get_by_role("button", name="Create exactly this").press("Enter")
    expect(faked_page).to_have_url("http://localhost:9/portal#/environments/fraud-llm")
    assert paths_sent(catalog) == ["/plans", "/environments"]
    planned = catalog.sent[0].post_data_json
    assert planned["owner"] == OWNED["Owner"]
    assert planned["workload"] == {"preset": "phi-4"}
    assert planned["gpu"] == {"maxNodes": 1, "vmSize": filled.SIZE}


def test_a_gated_preset_asks_for_the_secret_with_the_token(faked_page: Page, catalog: FakedApi):
    faked_page.goto("/portal#/new?preset=llama-3.1-8b-instruct")
    token = faked_page.get_by_label("Hugging Face token")
    token.fill("https://t.vault.azure.net/secrets/hf")
    faked_page.keyboard.press("Tab")
    written = faked_page.get_by_role("textbox", name="All fields as JSON").input_value()
    assert '"keyVaultSecretId": "https://t.vault.azure.net/secrets/hf"' in written


def test_sizes_are_found_for_a_model_by_its_figures(faked_page: Page, catalog: FakedApi):
    figures = SizingRequest.from_wire({"preset": "phi-4"})
    assert figures.size is not None
    catalog.answer("POST /sizing", build_sizing(figures.size, None, None).to_wire())
    faked_page.goto("/portal#/new")
    faked_page.get_by_text("What does another model fit on?").press("Enter")
    faked_page.get_by_label("Weights in GiB").fill("27.31")
    faked_page.get_by_label("Cache per token in KiB").fill("200")
    faked_page.keyboard.press("Enter")
    expect(faked_page.get_by_role("table", name="Sizes that fit")).to_contain_text(filled.SIZE)
    assert catalog.sent[0].post_data_json == {"weightsGiB": 27.31, "cacheKiBPerToken": 200}

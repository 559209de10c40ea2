"""The registry of models: found, registered, deleted where nothing refers to it."""

import pytest
from playwright.sync_api import Page, expect

from tests.portal import filled
from tests.portal.actions import confirm
from tests.portal.faked_api import FakedApi, an_environment
from tests.support.specs import spec_body

pytestmark = pytest.mark.portal

MODEL = f"/models/{filled.NAME}"
IMAGE = f"registry.example.com/vllm@{filled.DIGEST}"


@pytest.fixture
def registry(faked: FakedApi) -> FakedApi:
    model = {"name": filled.NAME, "version": "1"}
    faked.environments = [
        an_environment("by-one", spec=spec_body(workload={"image": "a/b:1", "model": model}))
    ]
    faked.answer("/models", filled.models())
    faked.answer(MODEL, filled.model_versions())
    return faked


def test_only_versions_that_nothing_refers_to_are_deleted(faked_page: Page, registry: FakedApi):
    registry.answer(f"DELETE {MODEL}/versions/2", {}, 200)
    faked_page.goto("/portal#/models")
    faked_page.get_by_role("link", name=filled.NAME).press("Enter")
    first = faked_page.get_by_role("article", name="Version 1")
    expect(first.get_by_role("link", name="by-one")).to_be_visible()
    second = faked_page.get_by_role("article", name="Version 2")
    confirm(second, "Delete version 2")
    expect(second.get_by_role("dialog")).to_be_hidden()
    assert [each.method for each in registry.sent] == ["DELETE"]
    assert first.get_by_role("button").count() == 0
    assert faked_page.get_by_role("button", name="Delete the model").count() == 0


def test_what_only_the_api_knows_to_be_in_use_is_said(faked_page: Page, registry: FakedApi):
    refusal = {"code": "ModelInUse", "message": "A change that waits for approval refers to it."}
    registry.answer(f"DELETE {MODEL}/versions/2", {"error": refusal}, 409)
    faked_page.goto(f"/portal#{MODEL}")
    confirm(faked_page.get_by_role("article", name="Version 2"), "Delete version 2")
    expect(faked_page.get_by_role("alert")).to_contain_text("ModelInUse")


def test_a_version_is_registered_by_keyboard(faked_page: Page, registry: FakedApi):
    registry.answer("POST /models", filled.model_versions()["versions"][0], 201)
    faked_page.goto("/portal#/register-model")
    faked_page.get_by_label("Name").focus()
    faked_page.keyboard.type(filled.NAME)
    faked_page.keyboard.press("Tab")
    faked_page.keyboard.type(IMAGE)
    faked_page.get_by_label("Arguments").focus()
    faked_page.keyboard.type("/mnt/weights")
    faked_page.keyboard.press("Enter")
    faked_page.keyboard.type("--max-model-len=16384")
    faked_page.keyboard.press("Tab")
    faked_page.keyboard.press("Enter")
    expect(faked_page).to_have_url(f"http://localhost:9/portal#{MODEL}")
    assert registry.sent[0].post_data_json == {
        "name": filled.NAME,
        "image": IMAGE,
        "args": ["/mnt/weights", "--max-model-len=16384"],
    }


def test_a_version_is_served_without_naming_its_image(faked_page: Page, registry: FakedApi):
    registry.answer("/presets", filled.presets())
    registry.answer("/offers", filled.offers())
    registry.answer("POST /plans", filled.plan())
    faked_page.goto(f"/portal#{MODEL}")
    second = faked_page.get_by_role("article", name="Version 2")
    second.get_by_role("link", name="Serve it").click()
    for label, text in {"Name": "served", "Owner": "t@example.com", "Cost center": "M"}.items():
        faked_page.get_by_label(label, exact=True).fill(text)
    faked_page.get_by_role("button", name=f"Choose {filled.SIZE}").click()
    faked_page.get_by_role("button", name="Show the plan").click()
    expect(faked_page.get_by_role("heading", name="Plan:")).to_be_visible()
    planned = registry.sent[0].post_data_json["workload"]
    assert planned["model"] == {"name": filled.NAME, "version": "2"}
    assert "image" not in planned


def test_who_may_not_register_is_told_which_role_is_missing(faked_page: Page, registry: FakedApi):
    refusal = {"code": "MissingAppRole", "message": "It takes the role Environments.Write."}
    registry.answer("POST /models", {"error": refusal}, 403)
    faked_page.goto(f"/portal#/register-model?like={filled.NAME}")
    expect(faked_page.get_by_label("Engine")).to_have_value("vllm 0.31.0")
    faked_page.get_by_role("button", name="Register").click()
    expect(faked_page.get_by_role("alert")).to_contain_text("Environments.Write")

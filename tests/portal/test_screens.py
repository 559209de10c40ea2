"""Every screen that made-up answers fill: by keyboard, wide and narrow, light and dark."""

import pytest
from playwright.sync_api import Page, expect

from tests.portal import filled
from tests.portal.faked_api import FakedApi
from tests.portal.looks import check_keyboard, check_looks

pytestmark = pytest.mark.portal

NOW = "2026-11-22T12:02:00Z"
SCREENS = (
    ("environments/fraud-llm", "By day, this month"),
    ("environments/fraud-llm/metrics", "tokens generated"),
    ("environments/fraud-llm/versions", "Roll back to 2"),
    ("environments/fraud-llm/logs", "Application startup complete."),
    ("environments/fraud-llm/idle", "present setting"),
    ("environments/fraud-llm/edit", "GPU sizes in westeurope"),
    ("environments/fraud-llm/invocations", "without success"),
    ("models", "vllm 0.31.0"),
    ("models/fraud-llm", "Delete version 2"),
    ("register-model?like=fraud-llm", "Register"),
    ("new", "deepseek-v3.2"),
    ("new?preset=phi-4", "needs nothing else"),
    ("costs?costCenter=ML-1234", "1203.90 spent"),
    ("sweep", "Idle since"),
    ("service", "line 3, allow.regions"),
    ("docs?find=idle", "10 schemas"),
    ("approvals", "$6,991.50"),
    ("audit", "QuotaExceeded"),
)


@pytest.fixture
def everything(faked: FakedApi) -> FakedApi:
    faked.environments = [filled.serving()]
    for path, answer in filled.answers().items():
        faked.answer(path, answer)
    return faked


@pytest.mark.parametrize(("screen", "shown"), SCREENS)
def test_a_filled_screen_is_accessible(
    faked_page: Page, everything: FakedApi, screen: str, shown: str
):
    faked_page.clock.set_fixed_time(NOW)
    faked_page.goto(f"/portal#/{screen}")
    expect(faked_page.get_by_text(shown).first).to_be_visible()
    check_keyboard(faked_page)
    check_looks(faked_page, screen.replace("?", "-").replace("/", "-"))


def test_a_plan_and_a_dialog_are_accessible(faked_page: Page, everything: FakedApi):
    faked_page.goto("/portal#/environments/fraud-llm/edit")
    faked_page.get_by_role("button", name="Show the plan").click()
    expect(faked_page.get_by_text("1203.90 spent")).to_be_visible()
    check_looks(faked_page, "plan")
    faked_page.goto("/portal#/environments/fraud-llm/versions")
    faked_page.get_by_role("button", name="Roll back to 2").click()
    expect(faked_page.get_by_role("dialog")).to_be_visible()
    check_looks(faked_page, "dialog")

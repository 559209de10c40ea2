"""Ages and periods go by the clock of the service: that of a browser may be wrong by hours."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.portal import filled
from tests.portal.faked_api import FakedApi, an_environment

pytestmark = pytest.mark.portal

SERVICE = "Sun, 22 Nov 2026 15:00:00 GMT"
BROWSERS = "2026-11-22T07:00:00Z"


@pytest.fixture
def late(faked_page: Page, faked: FakedApi) -> Page:
    """A browser whose clock is eight hours behind."""
    faked.date = SERVICE
    faked.environments = [an_environment()]
    for path, answer in filled.answers().items():
        faked.answer(path, answer)
    faked_page.clock.set_fixed_time(BROWSERS)
    return faked_page


def test_ages_are_by_the_clock_of_the_service(late: Page):
    late.goto("/portal")
    expect(late.get_by_role("row", name="fraud-llm")).to_contain_text("3 h 0 min ago")


@pytest.mark.parametrize(
    ("screen", "label", "period", "path", "expected"),
    [
        ("environments/fraud-llm/metrics", "Period", "7 days", "metrics", "2026-11-15T15:00:00"),
        ("costs", "Period", "The last 30 days", "costs", "2026-10-24"),
    ],
)
def test_periods_are_by_the_clock_of_the_service(
    late: Page, screen: str, label: str, period: str, path: str, expected: str
):
    late.goto(f"/portal#/{screen}")
    expect(late.get_by_text("Loading …")).to_have_count(0)
    with late.expect_request(lambda request: f"/{path}?" in request.url) as asked:
        late.get_by_label(label).select_option(label=period)
    (start,) = parse_qs(urlsplit(asked.value.url).query)["from"]
    assert start.startswith(expected)

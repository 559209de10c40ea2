"""Figures of an environment over time, for those who see them and those who do not."""

import pytest
from playwright.sync_api import Page, expect

from tests.portal import filled
from tests.portal.faked_api import FakedApi

pytestmark = pytest.mark.portal

METRICS = f"/environments/{filled.NAME}/metrics"


def test_a_chart_has_a_description_and_a_table(faked_page: Page, faked: FakedApi):
    faked.answer(METRICS, filled.metrics())
    faked_page.goto(f"/portal#{METRICS}")
    chart = faked_page.get_by_role("img", name="Requests")
    expect(chart.locator("path.line")).to_have_count(2)
    expect(chart.locator("desc")).to_contain_text("Requests: at most 46")
    figure = faked_page.locator("figure", has=chart)
    chart.hover()
    expect(figure.locator(".reading")).to_contain_text("Requests 0, Status 5xx 0")
    figure.get_by_text("As a table").press("Enter")
    table = figure.get_by_role("table", name="Requests, as numbers")
    expect(table.get_by_role("row")).to_have_count(289)


def test_what_is_not_known_is_no_zero(faked_page: Page, faked: FakedApi):
    unknown = filled.metrics() | {"unrecorded": "No sweep has looked at it yet.", "totals": {}}
    unknown["value"] = [
        {key: each[key] for key in ("startDateTime", "gpuNodes", "usdPerHour")}
        for each in unknown["value"]
    ]
    faked.answer(METRICS, unknown)
    faked_page.goto(f"/portal#{METRICS}")
    expect(faked_page.get_by_text("No sweep has looked at it yet.")).to_be_visible()
    expect(faked_page.get_by_text("Not known in this period.")).to_have_count(3)
    expect(faked_page.get_by_role("img")).to_have_count(2)


def test_another_period_is_asked_for(faked_page: Page, faked: FakedApi):
    faked.answer(METRICS, filled.metrics())
    faked_page.clock.set_fixed_time("2026-11-22T12:00:00Z")
    faked_page.goto(f"/portal#{METRICS}")
    with faked_page.expect_request("**/metrics?from=2026-11-15T12%3A00%3A00.000Z"):
        faked_page.get_by_label("Period").select_option("7 days")


def test_an_app_without_the_route_is_told_apart_from_an_unknown_environment(
    faked_page: Page, faked: FakedApi
):
    faked_page.goto(f"/portal#{METRICS}")
    expect(faked_page.get_by_text("tells no figures over time")).to_be_visible()
    unknown = {"code": "EnvironmentNotFound", "message": "It does not exist."}
    faked.answer(METRICS, {"error": unknown}, 404)
    faked_page.reload()
    expect(faked_page.get_by_role("alert")).to_contain_text("EnvironmentNotFound")

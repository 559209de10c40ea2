"""The log of a pod, as it is written."""

import pytest
from playwright.sync_api import Page, expect

from tests.portal import filled
from tests.portal.actions import pass_seconds
from tests.portal.faked_api import FakedApi, an_environment
from tests.support.specs import spec_body

pytestmark = pytest.mark.portal

ENVIRONMENT = f"/environments/{filled.NAME}"
LOGS = f"{ENVIRONMENT}/logs"
NEXT, LATER = f"{LOGS}/next", f"{LOGS}/later"
"""Any paths: the page follows whatever `nextLink` says."""


@pytest.fixture
def logging(faked: FakedApi) -> FakedApi:
    two_regions = spec_body(regions=["westeurope", "swedencentral"])
    faked.answer(ENVIRONMENT, an_environment(spec=two_regions))
    faked.answer(LOGS, filled.log("Loading weights", following=NEXT))
    faked.answer(NEXT, filled.log("Ready", following=LATER))
    faked.answer(LATER, filled.log(following=LATER))
    return faked


def test_a_log_grows_and_is_asked_for_less_often_once_nothing_follows(
    faked_page: Page, logging: FakedApi
):
    faked_page.clock.install()
    faked_page.goto(f"/portal#{LOGS}")
    log = faked_page.get_by_role("log")
    expect(log).to_contain_text("Loading weights")
    pass_seconds(faked_page, 3)
    expect(log).to_contain_text("Ready")
    pass_seconds(faked_page, 60)
    before = logging.asked[LATER]
    pass_seconds(faked_page, 60)
    assert 1 <= logging.asked[LATER] - before <= 3
    assert log.locator("div").count() == 2


def test_pod_region_and_the_run_before_are_chosen(faked_page: Page, logging: FakedApi):
    faked_page.goto(f"/portal#{LOGS}")
    pod = f"{filled.NAME}-6d4c7b8f9-zz1aa"
    with faked_page.expect_request(f"**/logs?tail=100&pod={pod}"):
        faked_page.get_by_label("Pod").select_option(pod)
    with faked_page.expect_request("**/logs?*previous=true*"):
        faked_page.get_by_label("Before the last restart").press("Space")
    with faked_page.expect_request("**/logs?*region=swedencentral*"):
        faked_page.get_by_label("Region").select_option("swedencentral")


def test_a_log_that_has_ended_is_not_read_again(faked_page: Page, logging: FakedApi):
    logging.answer(LOGS, filled.log("Out of memory"))
    faked_page.clock.install()
    faked_page.goto(f"/portal#{LOGS}")
    log = faked_page.get_by_role("log")
    expect(log).to_contain_text("Out of memory")
    faked_page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    pass_seconds(faked_page, 60)
    assert log.locator("div").count() == 1
    assert logging.asked[LOGS] == 1


def test_what_sleeps_has_no_log_and_says_so(faked_page: Page, logging: FakedApi):
    asleep = {"code": "PodNotFound", "message": "The environment sleeps."}
    logging.answer(LOGS, {"error": asleep}, 404)
    faked_page.goto(f"/portal#{LOGS}")
    expect(faked_page.get_by_role("alert")).to_contain_text("The environment sleeps.")

"""Screens of what fails, waits, ends and is not there yet; and of long names."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.portal import filled
from tests.portal.actions import confirm
from tests.portal.faked_api import FakedApi, an_environment, an_operation
from tests.portal.looks import check_keyboard, check_looks
from tests.support.specs import spec_body

pytestmark = pytest.mark.portal

NOW = "2026-11-22T12:02:00Z"
NAME = "fraud-detection-llm-emea"
PATH = f"/environments/{NAME}"
ERROR = {
    "code": "QuotaExceeded",
    "message": "Family standardNCADSA100v4Family has 0 of 24 vCPUs left in westeurope.",
    "retryable": True,
    "suggestedAction": "Request a quota increase, then POST /environments/{name}/retry.",
    "innererror": {"code": "ErrCode_InsufficientVCPUQuota", "message": "Insufficient quota."},
}
FINDING = {
    "code": "GpuPoolMissing",
    "what": f"/subscriptions/1/resourceGroups/gp-{NAME}/providers/Microsoft.ContainerService/x",
    "evidence": {},
    "cause": "The GPU pool was removed outside of Gridplane.",
    "fix": "POST /environments/{name}/repair: what is missing or changed is built again.",
}
STEP = "cell/germanywestcentral/nodeOSUpgradeSchedule"
EMPTY = (
    ("environments", "There is no environment here yet.", "/environments"),
    ("approvals", "Nothing waits for approval.", "/approvals"),
    ("models", "No model is registered.", "/models"),
    ("audit", "Nothing on record.", "/audit"),
)


def failed() -> dict[str, Any]:
    left = f"/subscriptions/1/resourceGroups/gp-{NAME}/managedClusters/gp-{NAME}-westeurope"
    return an_environment(
        NAME,
        phase="Failed",
        error=ERROR,
        operationId=f"{NAME}.1",
        health={"status": "Degraded", "findings": [FINDING]},
        remainingResources=[left],
        cells=[filled.cell()],
    )


@pytest.fixture
def answering(faked_page: Page, faked: FakedApi) -> FakedApi:
    faked_page.clock.set_fixed_time(NOW)
    faked.environments = [
        failed(),
        an_environment("ocr", phase="ScaledDown"),
        an_environment("waits", phase="AwaitingApproval", cost=None),
    ]
    faked.answer(f"{PATH}/events", {"value": []})
    return faked


def test_the_list_is_accessible(faked_page: Page, answering: FakedApi):
    answering.answer("/sweeps/latest", filled.sweep())
    faked_page.goto("/portal")
    expect(faked_page.get_by_text(NAME)).to_be_visible()
    check_keyboard(faked_page)
    check_looks(faked_page, "environments")


def test_a_failure_shows_what_is_left_and_the_way_out(faked_page: Page, answering: FakedApi):
    done = {
        "startDateTime": "2026-11-22T12:00:00Z",
        "endDateTime": "2026-11-22T12:01:00Z",
        "expectedSeconds": 63,
    }
    steps = [
        {"name": "edge/profile", "status": "Succeeded", **done},
        {"name": STEP, "status": "Failed", "error": ERROR, **done},
        {"name": "probe", "status": "NotStarted"},
    ]
    operation = an_operation(id=f"{NAME}.1", environment=NAME, status="Failed", error=ERROR)
    answering.answer(f"/operations/{NAME}.1", {**operation, "steps": steps})
    answering.answer(PATH, failed())
    faked_page.goto(f"/portal#{PATH}")
    expect(faked_page.get_by_role("row", name=STEP)).to_contain_text("then Retry.")
    expect(faked_page.get_by_text("Left in Azure")).to_be_visible()
    check_keyboard(faked_page)
    check_looks(faked_page, "failed")


def test_what_waits_shows_the_plan_that_is_approved(faked_page: Page, answering: FakedApi):
    waiting = {**filled.waiting(), "environment": NAME}
    answering.answer(PATH, an_environment(NAME, phase="AwaitingApproval", approval=waiting))
    answering.answer(f"POST {PATH}/approve", {"id": f"{NAME}.2"}, status=202)
    faked_page.goto(f"/portal#{PATH}")
    expect(faked_page.get_by_role("row", name="gpu.maxNodes 5 8 inPlace")).to_be_visible()
    check_looks(faked_page, "waiting")
    confirm(faked_page, "Approve")
    expect(faked_page.get_by_role("dialog")).to_be_hidden()
    (sent,) = answering.sent
    assert sent.post_data_json == {"planDigest": filled.PLAN_DIGEST}


def test_a_deletion_that_is_stuck_can_be_started_again(faked_page: Page, answering: FakedApi):
    answering.answer(PATH, an_environment(NAME, phase="Deleting"))
    answering.answer(f"DELETE {PATH}", {"id": f"{NAME}.3"}, status=202)
    faked_page.goto(f"/portal#{PATH}")
    expect(faked_page.get_by_role("button", name="Delete", exact=True)).to_have_count(0)
    confirm(faked_page, "Delete by force")
    expect(faked_page.get_by_role("heading", name="Environments")).to_be_visible()
    assert [each.url.partition("?")[2] for each in answering.sent] == ["force=true"]


def test_the_first_sweep_is_run_from_its_screen(faked_page: Page, answering: FakedApi):
    missing = {"error": {"code": "SweepNotFound", "message": "POST /sweeps starts one."}}
    answering.answer("/sweeps/latest", missing, status=404)
    answering.answer("POST /sweeps", {"status": "Running"}, status=202)
    faked_page.goto("/portal#/sweep")
    expect(faked_page.get_by_text("No sweep has run yet.")).to_be_visible()
    check_looks(faked_page, "no-sweep")
    answering.answer("/sweeps/latest", filled.sweep())
    confirm(faked_page, "Run a sweep")
    expect(faked_page.get_by_role("row", name="westeurope")).to_be_visible()
    assert [each.method for each in answering.sent] == ["POST"]


@pytest.mark.parametrize(("screen", "shown", "path"), EMPTY)
def test_an_empty_system_says_how_to_begin(
    faked_page: Page, faked: FakedApi, screen: str, shown: str, path: str
):
    faked.answer(path, {"value": []})
    faked_page.goto(f"/portal#/{screen}")
    expect(faked_page.get_by_text(shown)).to_be_visible()
    check_looks(faked_page, f"no-{screen}")


def test_a_role_that_reads_alone_is_told_by_each_action(faked_page: Page, faked: FakedApi):
    message = "It takes the app role Environments.Write."
    refused = {"error": {"code": "MissingAppRole", "message": message}}
    faked.answer(PATH, an_environment(NAME, spec=spec_body(name=NAME)))
    faked.answer(f"POST {PATH}/scale-down", refused, status=403)
    faked_page.goto(f"/portal#{PATH}")
    faked_page.get_by_role("button", name="Scale down").click()
    dialog = faked_page.get_by_role("dialog")
    dialog.get_by_role("button", name="Scale down").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Environments.Write")
    expect(dialog).to_be_visible()

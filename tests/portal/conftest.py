"""The portal in a real Chromium, over a real stack."""

import json
import shutil
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack, running_stack
from tests.portal.faked_api import ORIGIN, FakedApi
from tests.support.callers import BOB, a_person

TIME_SCALE = 120.0
POLICY = """
version: 1
costCenters:
  RISK-7:
    budget: {perMonth: 100000, warnAt: 1, approvalAt: 1, refuseAt: null}
"""
"""What is built at the expense of RISK-7 needs a second person; nothing else does."""
NEVER = {"SWEEP_SCHEDULE": "0 0 0 1 1 *", "WAKE_SCHEDULE": "0 0 0 1 1 *"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WAIT_MS = 60_000
CAROL = "5b0c7f3e-2d41-4f7a-8c11-9a6e4d2b7c55"
FAKED_WAIT_MS = 15_000
ADMIN = a_person("Environments.Admin", "Audit.Read", object_id=CAROL)
ALICE_WRITES = a_person("Environments.Write", "Environments.Approve")
BOB_APPROVES = a_person("Environments.Write", "Environments.Approve", object_id=BOB)
EXPECTED_WITHIN_MS = 20_000
"""What a screen shows, on a machine that others use as well."""
expect.set_options(timeout=EXPECTED_WITHIN_MS)
VIEWPORT: ViewportSize = {"width": 1280, "height": 900}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker has the stack; others have the browser alone."""
    for item in items:
        if isinstance(item, pytest.Function) and "stack" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("stack of the portal"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Figures that tests have recorded, in whichever worker."""
    for report in terminalreporter.getreports("passed"):
        for name, figures in report.user_properties:
            terminalreporter.write_line(f"{name}: {json.dumps(figures)}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(
            f"No browser is installed: {', '.join(BROWSERS)}. On Debian: apt install chromium"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    policy = tmp_path_factory.mktemp("policy") / "policy.yaml"
    policy.write_text(POLICY)
    with running_stack(
        folder,
        time_scale=TIME_SCALE,
        settings={**NEVER, "REQUIRE_APP_ROLES": "true", "POLICY": str(policy)},
        latency_share=0.5,
    ) as stack:
        yield stack


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    with Api(stack.app_url) as api:
        api.headers.update(ADMIN)
        yield api


@pytest.fixture
def azure(stack: Stack) -> Iterator[SimulatedAzure]:
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        yield azure


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    yield from watched_page(open_context(browser, stack, ADMIN))


@pytest.fixture
def page_of_alice(browser: Browser, stack: Stack) -> Iterator[Page]:
    yield from watched_page(open_context(browser, stack, ALICE_WRITES))


@pytest.fixture
def page_of_bob(browser: Browser, stack: Stack) -> Iterator[Page]:
    yield from watched_page(open_context(browser, stack, BOB_APPROVES))


def open_context(browser: Browser, stack: Stack, caller: Mapping[str, str]) -> BrowserContext:
    """`caller`: headers that built-in authentication adds to the requests of a session."""
    context = browser.new_context(
        base_url=stack.app_url, viewport=VIEWPORT, extra_http_headers=dict(caller)
    )
    context.set_default_timeout(WAIT_MS)
    return context


@pytest.fixture
def faked_context(browser: Browser) -> BrowserContext:
    context = browser.new_context(base_url=ORIGIN, viewport=VIEWPORT, timezone_id="UTC")
    context.set_default_timeout(FAKED_WAIT_MS)
    return context


@pytest.fixture
def faked(faked_context: BrowserContext) -> FakedApi:
    return FakedApi(faked_context)


@pytest.fixture
def faked_page(faked_context: BrowserContext, faked: FakedApi) -> Iterator[Page]:
    yield from watched_page(faked_context)


def watched_page(context: BrowserContext) -> Iterator[Page]:
    """Fails on whatever the browser reports: exceptions, and what the policy forbids."""
    page = context.new_page()
    reports: list[str] = []
    page.on("pageerror", lambda error: reports.append(str(error)))
    page.on("console", lambda line: reports.append(line.text) if is_report(line.text) else None)
    yield page
    context.close()
    assert reports == []


def is_report(text: str) -> bool:
    """A status of 4xx is no report: the page shows it."""
    return "Content Security Policy" in text or "Uncaught" in text

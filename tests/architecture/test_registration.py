"""What the Functions host finds in function_app, looked at from a process of its own."""

import json
import subprocess
import sys
from typing import Any

import pytest

from domain.durable.names import (
    AUDIT_ENTITY,
    BLOCKLIST_ENTITY,
    CLAIMS_ENTITY,
    DIRECTORY_ENTITY,
    ENVIRONMENT_ENTITY,
    MARKET_ENTITY,
    MODEL_ENTITY,
    ORPHANS_ENTITY,
    PLAN_ENTITY,
    ActivityName,
    Orchestrator,
)
from tests.architecture.source import REPOSITORY
from tests.support.replay import load_histories
from triggers.http_methods import METHODS, list_methods
from triggers.portal import DOCS_PATH, FILE_PATH, PAGE_PATH, ROOT_PATH
from triggers.routes import ROUTES

LOOK = """
import json, sys, time
started = time.perf_counter()
import function_app
seconds = time.perf_counter() - started
functions = []
for function in function_app.app.get_functions():
    trigger = function.get_trigger().get_dict_repr()
    functions.append({"name": function.get_function_name(), **{
        key: trigger[key] for key in ("type", "route", "methods") if key in trigger}})
print(json.dumps({
    "seconds": seconds, "modules": sorted(sys.modules), "functions": functions,
}, default=str))
"""
LONGEST_IMPORT_SECONDS = 1.5
HEAVY = (
    *(
        "aiohttp",
        "azure.core",
        "azure.identity",
        "azure.mgmt",
        "azure.monitor",
        "azure.servicebus",
    ),
    *("lightkube", "httpx2", "openapi_pydantic", "yaml"),
)
OF_THE_SDK = "BuiltIn__"


def look() -> dict[str, Any]:
    environment = {"AZURE_SUBSCRIPTION_ID": "5b5c5b5c-0000-4000-8000-000000000001", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOOK],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def app() -> dict[str, Any]:
    return look()


def names_of(app: dict[str, Any], kind: str) -> set[str]:
    return {
        function["name"]
        for function in app["functions"]
        if function["type"] == kind and not function["name"].startswith(OF_THE_SDK)
    }


def test_every_name_that_stories_use_is_registered_and_no_other(app: dict[str, Any]):
    shared = {
        DIRECTORY_ENTITY,
        ORPHANS_ENTITY,
        BLOCKLIST_ENTITY,
        PLAN_ENTITY,
        AUDIT_ENTITY,
        MARKET_ENTITY,
        CLAIMS_ENTITY,
        MODEL_ENTITY,
    }
    entities = {ENVIRONMENT_ENTITY, *shared}
    used = {*Orchestrator, *ActivityName, *entities}
    registered = {
        name
        for kind in ("orchestrationTrigger", "activityTrigger", "entityTrigger")
        for name in names_of(app, kind)
    }
    assert registered == used


def test_a_history_was_recorded_of_every_orchestrator(app: dict[str, Any]):
    """Otherwise no test fails when its code stops being deterministic."""
    recorded = {history.orchestrator for history in load_histories()}
    assert recorded == names_of(app, "orchestrationTrigger")


def test_the_routes_of_the_table_are_served_and_no_others(app: dict[str, Any]):
    served = served_by(app, refused=False)
    in_table = {(route.path, method) for route in ROUTES for method in list_methods(route)}
    paths = (ROOT_PATH, PAGE_PATH, FILE_PATH, DOCS_PATH)
    page = {(path, m) for path in paths for m in ("GET", "HEAD")}
    assert served == in_table | page


def test_every_other_method_of_a_route_is_refused_by_the_app(app: dict[str, Any]):
    """The host answers 404 to a method that no function takes."""
    everything = {(route.path, method) for route in ROUTES for method in METHODS}
    assert served_by(app, refused=True) == everything - served_by(app, refused=False)


def served_by(app: dict[str, Any], *, refused: bool) -> set[tuple[str, str]]:
    return {
        (function["route"], str(method).rpartition(".")[2])
        for function in app["functions"]
        if function["type"] == "httpTrigger" and not function["name"].startswith(OF_THE_SDK)
        if function["name"].startswith("http_refuse_method_") is refused
        for method in function["methods"]
    }


def test_the_import_brings_no_sdk_along(app: dict[str, Any]):
    """A cold start pays for each of them; they are imported on first use."""
    brought = [
        module
        for module in app["modules"]
        for heavy in HEAVY
        if module == heavy or module.startswith(f"{heavy}.")
    ]
    assert brought == []


@pytest.mark.timing
def test_a_cold_import_is_quick():
    best = min(look()["seconds"] for _ in range(2))
    assert best < LONGEST_IMPORT_SECONDS


def test_without_a_subscription_the_app_says_so_at_once():
    done = subprocess.run(
        [sys.executable, "-c", "import function_app"],
        cwd=REPOSITORY,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Setting AZURE_SUBSCRIPTION_ID is missing" in done.stderr

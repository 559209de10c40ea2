"""Alerts and workbook read the text of log lines: they go blind when a line changes its words."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.architecture.source import REPOSITORY, product_modules
from triggers.routes import ROUTES

QUERIES = REPOSITORY / "infra/modules/monitoring/queries"
LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})

OPERATION = ("operation ended: %s %s %s %s", ("fraud-llm.1", "provision", "Failed", "NoQuota"))
SWEEP = (
    "sweep ended: pools=%s idle_usd_per_hour=%s saved_usd_per_hour=%s failed=%s degraded=%s "
    "unreachable=%s unknown=%s",
    (3, 7.346, 3.673, 1, 1, 0, 0),
)
ORPHAN = (
    "orphan: %s nodes=%s usd_per_hour=%s removal=%s",
    ("/subscriptions/1/resourceGroups/gp-fraud-llm-westeurope", 1, 3.673, "waiting"),
)
UNHEALTHY = (
    "unhealthy environment: %s %s %s",
    ("fraud-llm", "Unreachable", "ClusterStopped,ModelNotAnswering"),
)
COST = ("GPU cost not stopped: %s %s", ("fraud-llm", "ScopeLocked"))
POLICY = (
    "policy file refused: in_force=%s problems=%s",
    ("1f0c9d2a7b3e", "line 3, allow.region: Remove 'region'."),
)
REFUSAL = (
    "%s of %s: %s%s",
    ("begin_resource", "fraud-llm.1", "Failed", " (NoQuota: Too few vCPUs: 0 of 24.)"),
)
TRAFFIC = (
    "traffic seen: %s requests=%s errors=%s tokens_in=%s tokens_out=%s gpu_percent=%s "
    "busy_replicas=%s",
    ("fraud-llm", 12, 1, 340, 900, 71, 1),
)
POOL = (
    "pool swept: %s %s nodes=%s usd_per_hour=%s action=%s reason=%s",
    ("fraud-llm", "westeurope", 2, 9.55, "none", "InvocationsSeen"),
)
PHASES = ("environments in phase: %s count=%s", ("Ready", 3))
AT_WORK = ("%s of %s: %s%s", ("poll_operation", "fraud-llm.1", "Running", ""))
LOOK = ("%s of %s: %s%s", ("list_gpu_pools", "sweep", "Succeeded", ""))
OVERRUN = ("the sweep before this one is still running", ())

IDLE_USD = {"Pools": "3", "IdleUsdPerHour": "7.346"}
SWEPT_POOL = {"Environment": "fraud-llm", "Region": "westeurope"}
POOL_COST = {**SWEPT_POOL, "Nodes": "2", "UsdPerHour": "9.55"}
CASES = [
    pytest.param(
        "failed_operations.kql",
        [OPERATION],
        {"Operation": "fraud-llm.1", "Kind": "provision", "Status": "Failed", "Reason": "NoQuota"},
        id="failed operations",
    ),
    pytest.param(
        "operations_by_outcome.kql",
        [OPERATION],
        {"Operation": "fraud-llm.1", "Kind": "provision", "Status": "Failed", "Reason": "NoQuota"},
        id="operations by outcome",
    ),
    pytest.param(
        "refusals_by_reason.kql",
        [REFUSAL],
        {"Activity": "begin_resource", "Operation": "fraud-llm.1", "Reason": "NoQuota"},
        id="refusals by reason",
    ),
    pytest.param(
        "unhealthy_environments.kql",
        [UNHEALTHY],
        {
            "Environment": "fraud-llm",
            "Status": "Unreachable",
            "Findings": "ClusterStopped,ModelNotAnswering",
        },
        id="unhealthy environments",
    ),
    pytest.param(
        "gpu_cost_not_stopped.kql",
        [COST],
        {"Environment": "fraud-llm", "Reason": "ScopeLocked"},
        id="GPU cost not stopped",
    ),
    pytest.param(
        "policy_refused.kql",
        [POLICY],
        {"InForce": "1f0c9d2a7b3e", "Problems": "line 3, allow.region: Remove 'region'."},
        id="policy refused",
    ),
    pytest.param(
        "orphans.kql",
        [ORPHAN],
        {
            "ResourceGroup": "/subscriptions/1/resourceGroups/gp-fraud-llm-westeurope",
            "Nodes": "1",
            "UsdPerHour": "3.673",
            "Removal": "waiting",
        },
        id="orphans",
    ),
    pytest.param("idle_gpu_spend.kql", [SWEEP], IDLE_USD, id="idle GPU spend"),
    pytest.param(
        "idle_spend_over_time.kql",
        [SWEEP],
        {**IDLE_USD, "SavedUsdPerHour": "3.673"},
        id="idle spend over time",
    ),
    pytest.param(
        "stuck_operations.kql", [AT_WORK], {"Operation": "fraud-llm.1"}, id="stuck operations"
    ),
    pytest.param("sweep_not_run.kql", [LOOK, OVERRUN], {}, id="sweep not run"),
    pytest.param(
        "model_requests.kql",
        [TRAFFIC],
        {"Environment": "fraud-llm", "Requests": "12", "Errors": "1"},
        id="requests to models",
    ),
    pytest.param(
        "model_tokens.kql",
        [TRAFFIC],
        {"Environment": "fraud-llm", "TokensIn": "340", "TokensOut": "900"},
        id="tokens",
    ),
    pytest.param(
        "gpu_use.kql",
        [TRAFFIC],
        {"Environment": "fraud-llm", "GpuPercent": "71", "BusyReplicas": "1"},
        id="GPU use",
    ),
    pytest.param("gpu_nodes_and_cost.kql", [POOL], POOL_COST, id="GPU nodes and cost"),
    pytest.param("cost_by_environment.kql", [POOL], POOL_COST, id="cost by environment"),
    pytest.param(
        "idle_decisions.kql",
        [POOL],
        {**SWEPT_POOL, "Action": "none", "Reason": "InvocationsSeen"},
        id="idle decisions",
    ),
    pytest.param(
        "environments_by_phase.kql",
        [PHASES],
        {"Phase": "Ready", "Environments": "3"},
        id="environments by phase",
    ),
]
ON_REQUESTS = {"api_requests.kql"}
"""Stands on what the Functions host records of itself."""

WORKBOOK = QUERIES.parent / "workbook.tf"
FIGURES_OF_THE_PAGE = {
    *("environments_by_phase.kql", "model_requests.kql", "model_tokens.kql", "gpu_use.kql"),
    *("gpu_nodes_and_cost.kql", "cost_by_environment.kql", "idle_decisions.kql"),
}

ON_INVOCATIONS = {"unproven_invocations.kql"}
"""Stands on the audit of gateways; see test_audit_trail.py."""

type Line = tuple[str, tuple[object, ...]]


@pytest.mark.parametrize(("file", "lines", "columns"), CASES)
def test_a_query_finds_the_lines_that_the_app_writes(
    file: str, lines: list[Line], columns: dict[str, str]
):
    query = (QUERIES / file).read_text()
    assert {text for text, _ in lines} <= formats_of_log_lines()
    messages = [text % values for text, values in lines]
    for beginning in re.findall(r'Message startswith "([^"]*)"', query):
        assert any(message.startswith(beginning) for message in messages), beginning
    assert read_columns(query, messages[0]) == columns


def test_every_query_has_its_lines_above():
    known = {str(case.values[0]) for case in CASES}
    assert known | ON_REQUESTS | ON_INVOCATIONS == {path.name for path in QUERIES.glob("*.kql")}


def test_the_workbook_shows_the_figures_of_the_page_and_every_query_is_shown_or_alerts():
    shown = re.findall(r'file = "(\w+\.kql)"', WORKBOOK.read_text())
    assert len(shown) == len(set(shown))
    assert set(shown) >= FIGURES_OF_THE_PAGE
    alerts = WORKBOOK.with_name("alerts.tf").read_text()
    silent = {each.name for each in QUERIES.glob("*.kql")} - set(shown)
    assert [name for name in silent if name.removesuffix(".kql") not in alerts] == []


def test_requests_to_the_api_are_counted_by_the_names_that_the_host_gives_their_spans():
    """Method and route template, as OpenTelemetryConfigurationExtensions.EnrichHttpResponse of
    Azure/azure-functions-host names them."""
    query = (QUERIES / "api_requests.kql").read_text()
    (expression,) = re.findall(r'Name matches regex @"([^"]+)"', query)
    names = [f"{route.method} {route.path}" for route in ROUTES]
    assert "GET environments/{name}" in names
    assert [name for name in names if not re.search(expression, name)] == []
    others = ("orchestration:provision_environment", "activity:begin_resource", "take_message")
    assert [name for name in others if re.search(expression, name)] == []


@cache
def formats_of_log_lines() -> frozenset[str]:
    return frozenset(_formats())


def _formats() -> Iterator[str]:
    for module in product_modules():
        for node in ast.walk(ast.parse(module.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LEVELS
            ):
                arguments = (each for each in node.args if isinstance(each, ast.Constant))
                yield from (each.value for each in arguments if isinstance(each.value, str))


def read_columns(query: str, message: str) -> dict[str, str]:
    """What Kusto's `parse` and `extract` would make of the message."""
    columns: dict[str, str] = {}
    for pattern in re.findall(r"\| parse Message with (.+)", query):
        found = re.fullmatch(as_expression(pattern), message)
        assert found, f"{pattern} does not match {message}"
        columns |= found.groupdict()
    for name, expression in re.findall(r'extend (\w+) = extract\(@"([^"]+)", 1, Message\)', query):
        found = re.search(expression, message)
        assert found, f"{expression} does not match {message}"
        columns[name] = found.group(1)
    return columns


def as_expression(pattern: str) -> str:
    """Text in quotes stands for itself, a name for a column with or without its type."""
    parts = re.findall(r'"([^"]*)"|(\*)|(\w+)(?::\w+)?', pattern)
    return "".join(
        f"(?P<{name}>.*?)" if name else ".*?" if rest else re.escape(text)
        for text, rest, name in parts
    )

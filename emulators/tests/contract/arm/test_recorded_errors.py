"""Every row of the table of errors, provoked over HTTP and compared with what Azure said."""

import re
from typing import Any

import aiohttp
import pytest

from emulators.azure.control.recorded import RECORDED_ANSWERS
from emulators.azure.coverage.errors import AKS_ERRORS, ARM_ERRORS, BY_FAULT, FRONT_DOOR_ERRORS
from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.contract.arm.recorded_rows import (
    CLUSTER,
    POOL,
    ROWS,
    Expected,
    Provoke,
    World,
    aks,
    gateway,
)
from emulators.tests.contract.arm.test_front_door import POLICY
from emulators.tests.support.simulator import Control, SimulatorAddress

CAPACITY_ROW = "AKS no capacity"
REFERENCE = (
    "Cannot proceed with operation because a resource that it refers to is not in Succeeded state."
)
NESTED = (
    "Cannot delete resource while nested resources exist. Some existing nested resource IDs "
    "include: 'Microsoft.Network/privateDnsZones/gp.example/virtualNetworkLinks/fraud'. Please "
    "delete all nested resources before deleting this resource."
)
QUOTA_OF_2021 = (
    "Provisioning of resource(s) for container service gp-fraud in resource group gp-fraud "
    "failed. Message: Operation could not be completed as it results in exceeding approved Total "
    "Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: "
    "westus2, Current Limit: 20, Current Usage: 20, Additional Required: 6, (Minimum) New Limit "
    "Required: 26. …"
)
STORAGE = (
    "Number of requests for subscription '00000000-0000-0000-0000-000000000000' and operation "
    "'POST/SUBSCRIPTIONS/RESOURCEGROUPS/PROVIDERS/MICROSOFT.COMPUTE/VIRTUALMACHINES/START' "
    "exceeded the backend storage limit. Please try again after '6' seconds."
)
TIMEOUT = (
    "The gateway did not receive a response from 'Microsoft.ContainerService' within the "
    "specified time period."
)


def details(code: str, message: str) -> dict[str, Any]:
    return {"details": [{"code": code, "message": message}]}


BY_NAME: dict[str, tuple[str, Expected]] = {
    "AKS regional quota, text of 2021": (
        "QuotaExceeded",
        Expected(400, "QuotaExceeded", QUOTA_OF_2021, flat=True),
    ),
    "AKS VM size not supported": (
        "VMSizeNotSupported",
        aks(400, "VMSizeNotSupported", "Virtual Machine size: 'Standard_NC6' is not supported…"),
    ),
    "AKS invalid virtual network": ("InvalidParameter", aks(400, "InvalidParameter", "…")),
    "AKS service principal": (
        "ServicePrincipalNotFound",
        aks(404, "ServicePrincipalNotFound", "…"),
    ),
    "AKS virtual network unread": (
        "GetVnetError",
        Expected(500, "GetVnetError", "Get virtual network failed. Subscription: …", flat=True),
    ),
    "AKS SKUs unread": (
        "GetSKUStoreError",
        Expected(500, "GetSKUStoreError", "Internal server error", flat=True),
    ),
    "AKS internal error": (
        "InternalOperationError",
        Expected(500, "InternalOperationError", "Internal server error", flat=True),
    ),
    "AFD security policy, no WAF policy, newer text": (
        "WafPolicyNotFound",
        Expected(400, "BadRequest", "Waf policy not found in AFD Data store"),
    ),
    "AFD trial subscription": (
        "TrialForbidden",
        Expected(
            400,
            "BadRequest",
            "Free Trial and Student account is forbidden for Azure Frontdoor resources.",
        ),
    ),
    "AFD classic throttled": (
        "TooManyRequests",
        Expected(429, "TooManyRequests", "Too many requests. Please try again after sometime."),
    ),
    "nested resources": ("CannotDeleteResource", Expected(409, "CannotDeleteResource", NESTED)),
    "subscription throttled by backend storage": (
        "BackendStorageThrottled",
        gateway(429, "SubscriptionRequestsThrottled", STORAGE, **{"Retry-After": "6"}),
    ),
    "identity operation throttled": (
        "FailedIdentityOperation",
        gateway(429, "FailedIdentityOperation", "…"),
    ),
    "network, another operation": (
        "RetryableErrorDueToAnotherOperation",
        Expected(
            429,
            "RetryableError",
            "…",
            more=details(
                "RetryableErrorDueToAnotherOperation",
                "Operation was canceled by another one and can be retried in 11 seconds.",
            ),
            headers={"Retry-After": "11"},
        ),
    ),
    "network, reference not provisioned": (
        "ReferencedResourceNotProvisioned",
        Expected(
            429,
            "RetryableError",
            "…",
            more=details("ReferencedResourceNotProvisioned", REFERENCE),
        ),
    ),
    "network busy": (
        "AnotherOperationInProgress",
        Expected(409, "AnotherOperationInProgress", "Another operation…"),
    ),
    "gateway timeout": ("GatewayTimeout", gateway(504, "GatewayTimeout", TIMEOUT)),
    "gateway connection": ("BadGatewayConnection", Expected(502, "BadGatewayConnection", "…")),
    "gateway error": ("InternalServerError", gateway(500, "InternalServerError", "…")),
}
PAGES = {
    "proxy page 502": ("BadGatewayPage", 502, "502 Bad Gateway"),
    "proxy page 504": ("GatewayTimeoutPage", 504, "504 Gateway Time-out"),
    "proxy page 500": ("RuntimeErrorPage", 500, "Runtime Error"),
}


@pytest.fixture
def world(arm: Arm, group: str, control: Control, simulator: RunningSimulator) -> World:
    return World(arm, control, simulator)


@pytest.mark.parametrize(
    ("provoke", "expected"), [pytest.param(*each, id=name) for name, each in ROWS.items()]
)
async def test_what_a_client_provokes_is_refused_as_it_was_recorded(
    world: World, provoke: Provoke, expected: Expected
) -> None:
    compare(await provoke(world), expected, world)


@pytest.mark.parametrize(
    ("name", "expected"), [pytest.param(*each, id=row) for row, each in BY_NAME.items()]
)
async def test_what_only_azure_itself_provokes_is_given_on_demand(
    world: World, name: str, expected: Expected
) -> None:
    await world.control.add_fault(match={"path": "managedClusters"}, recorded=name, count=1)
    answer = await world.aks("GET", CLUSTER)
    compare(answer, expected, world)
    assert (await world.aks("GET", CLUSTER)).error == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("name", "status", "title"), [pytest.param(*each, id=row) for row, each in PAGES.items()]
)
async def test_a_proxys_page_is_no_json_and_has_no_headers_of_arm(
    control: Control,
    session: aiohttp.ClientSession,
    address: SimulatorAddress,
    name: str,
    status: int,
    title: str,
) -> None:
    await control.add_fault(match={}, recorded=name, count=1)
    async with session.get(f"{address.url}/subscriptions") as response:
        page = await response.text()
    assert (response.status, response.content_type) == (status, "text/html")
    assert f"<title>{title}</title>" in page
    assert "x-ms-request-id" not in response.headers


async def test_a_lack_of_capacity_shows_in_the_poll_and_leaves_a_failed_pool(
    world: World,
) -> None:
    await world.ready_cluster()
    recorded = "ReconcileVMSSAgentPoolFailed"
    await world.control.add_fault(
        operation="PUT .*/agentPools/", recorded=recorded, afterSeconds=2
    )
    accepted = await world.pool("gpu2")
    poll = await world.arm.poll(accepted.headers["Azure-AsyncOperation"])
    while poll.body["status"] != "Failed":
        poll = await world.arm.poll(accepted.headers["Azure-AsyncOperation"])
    assert poll.status == 200
    assert set(poll.body) == {"name", "status", "startTime", "endTime", "error"}
    assert poll.body["error"]["code"] == recorded
    assert poll.body["error"]["message"].startswith(
        'Code="OperationNotAllowed" Message="Operation could not be completed as it results in '
        "exceeding approved Total Regional Cores quota. Additional details - "
    )
    pool = await world.aks("GET", POOL.replace("/gpu", "/gpu2"))
    assert pool.body["properties"]["provisioningState"] == "Failed"


async def test_a_deletion_names_its_own_verb_when_the_parent_is_gone(world: World) -> None:
    answer = await world.cdn("DELETE", POLICY)
    assert answer.error == (404, "ParentResourceNotFound")
    assert answer.message.startswith("Failed to perform 'delete' on resource(s) of type")


def test_every_error_that_is_simulated_has_a_row() -> None:
    entries = (*AKS_ERRORS, *FRONT_DOOR_ERRORS, *ARM_ERRORS)
    simulated = {entry.name for entry in entries if entry.made_by is not None}
    assert simulated == {*ROWS, *BY_NAME, *PAGES, CAPACITY_ROW}
    by_fault = {entry.name for entry in entries if entry.made_by == BY_FAULT}
    assert by_fault == {*BY_NAME, *PAGES}
    named = {name for name, *_ in (*BY_NAME.values(), *PAGES.values())}
    assert named == set(RECORDED_ANSWERS)


async def test_a_fault_that_names_nothing_recorded_is_refused(control: Control) -> None:
    unknown = {"match": {}, "recorded": "Anything"}
    both = {"match": {}, "recorded": "GatewayTimeout", "status": 504}
    for fault, text in ((unknown, "recorded must be one of"), (both, "recorded is a whole")):
        refused = await control.call("POST", "/faults", fault, expected=400)
        assert refused["error"]["message"].startswith(text)
    failure = {"operation": "PUT", "recorded": "Anything"}
    refused = await control.call("POST", "/faults", failure, expected=400)
    assert "ReconcileVMSSAgentPoolFailed" in refused["error"]["message"]


def compare(answer: Any, expected: Expected, world: World) -> None:
    assert answer.status == expected.status, answer.body
    assert set(answer.body) == (
        {"code", "message", *expected.more} if expected.flat else {"error"}
    )
    error = answer.body if expected.flat else answer.body["error"]
    assert error["code"] == expected.code
    assert re.fullmatch(_pattern(expected.message, world), error["message"]), error["message"]
    _compare_details(error, expected.more)
    plain = expected.flat and not expected.charset
    kind = "application/json" if plain else "application/json; charset=utf-8"
    assert answer.headers["Content-Type"] == kind
    cause = expected.cause or ("service" if expected.status >= 500 else None)
    assert answer.headers.get("x-ms-failure-cause") == cause
    assert {name: answer.headers.get(name) for name in expected.headers} == expected.headers
    if expected.status != 429:
        assert "Retry-After" not in answer.headers


def _compare_details(error: dict[str, Any], more: dict[str, Any]) -> None:
    """The one recorded detail that repeats its error names a target only."""
    for name, value in more.items():
        if isinstance(value, str) and isinstance(error[name], list):
            assert [(each["code"], each["target"]) for each in error[name]] == [
                (error["code"], value)
            ]
        else:
            assert error[name] == value


def _pattern(message: str, world: World) -> str:
    """The recorded text as a pattern: what Azure makes up is anything of its form."""
    placeholders = {
        "<operation>": "[0-9a-f-]{36}",
        "<time>": r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ",
        "<seconds>": r"\d+",
        "<subscription>": world.arm.subscription.removeprefix("/subscriptions/"),
        "<principal>": world.simulator.simulator.tokens.principal_id,
        "…": "(?s:.*)",
    }
    pattern = re.escape(message)
    for placeholder, meaning in placeholders.items():
        pattern = pattern.replace(re.escape(placeholder), meaning)
    return pattern

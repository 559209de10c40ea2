"""Front Door, by the SDK and on the wire."""

import asyncio
import re
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import POLLING_INTERVAL, Arm, Azure, RawAnswer
from emulators.tests.support.simulator import Control, eventually

PROFILE = "resourceGroups/gp-fraud/providers/Microsoft.Cdn/profiles/gp-fraud"
ENDPOINT = f"{PROFILE}/afdEndpoints/gp-fraud"
ORIGINS = f"{PROFILE}/originGroups/inference"
ORIGIN = f"{ORIGINS}/origins/westeurope"
ROUTE = f"{ENDPOINT}/routes/inference"
POLICY = f"{PROFILE}/securityPolicies/waf"
WAF = (
    "resourceGroups/gp-fraud/providers/Microsoft.Network"
    "/FrontDoorWebApplicationFirewallPolicies/gpfraud"
)
SKU: Any = {"name": "Standard_AzureFrontDoor"}
VERSION = "2026-10-01"
WAF_VERSION = "2025-10-01"
ENDED = ("Succeeded", "Failed", "Canceled")
ORIGIN_HOST = "fraud-1a2b3c4d.westeurope.cloudapp.azure.com"

ENDPOINT_BODY: Any = {"location": "global"}
PROFILE_BODY: Any = {"location": "global", "sku": SKU}
ORIGIN_BODY: Any = {
    "properties": {
        "hostName": ORIGIN_HOST,
        "originHostHeader": ORIGIN_HOST,
        "httpPort": 80,
        "httpsPort": 443,
        "priority": 1,
        "weight": 1000,
        "enabledState": "Enabled",
        "enforceCertificateNameCheck": True,
    }
}
GROUP_BODY: Any = {
    "properties": {
        "loadBalancingSettings": {
            "sampleSize": 4,
            "successfulSamplesRequired": 3,
            "additionalLatencyInMilliseconds": 50,
        },
        "healthProbeSettings": {
            "probePath": "/health",
            "probeRequestType": "GET",
            "probeProtocol": "Http",
            "probeIntervalInSeconds": 30,
        },
    }
}


def route_body(arm: Arm, **changes: Any) -> Any:
    return {
        "properties": {
            "originGroup": {"id": f"{arm.subscription}/{ORIGINS}"},
            "supportedProtocols": ["Http", "Https"],
            "patternsToMatch": ["/*"],
            "forwardingProtocol": "HttpOnly",
            "linkToDefaultDomain": "Enabled",
            "httpsRedirect": "Enabled",
            **changes,
        }
    }


def policy_body(arm: Arm) -> Any:
    domains = [{"id": f"{arm.subscription}/{ENDPOINT}"}]
    return {
        "properties": {
            "parameters": {
                "type": "WebApplicationFirewall",
                "wafPolicy": {"id": f"{arm.subscription}/{WAF}"},
                "associations": [{"domains": domains, "patternsToMatch": ["/*"]}],
            }
        }
    }


async def put(arm: Arm, path: str, body: Any, version: str | None = None) -> RawAnswer:
    default = WAF_VERSION if path == WAF else VERSION
    return await arm.call("PUT", path, body, api_version=version or default)


async def put_and_wait(arm: Arm, path: str, body: Any, version: str | None = None) -> RawAnswer:
    """PUT, and follow the operation to its end if there is one."""
    answer = await put(arm, path, body, version)
    assert answer.status < 300, answer.body
    operation = answer.headers.get("Azure-AsyncOperation")
    while operation and (await arm.poll(operation)).body["status"] not in ENDED:
        pass
    return answer


@pytest.fixture
async def profile(arm: Arm, group: str) -> str:
    await put_and_wait(arm, PROFILE, PROFILE_BODY)
    return "gp-fraud"


@pytest.fixture
async def edge(arm: Arm, profile: str) -> str:
    """An edge that is complete but for its security policy."""
    await put_and_wait(arm, ENDPOINT, {"location": "global"})
    await put_and_wait(arm, ORIGINS, GROUP_BODY)
    await put_and_wait(arm, ORIGIN, ORIGIN_BODY)
    await put_and_wait(arm, ROUTE, route_body(arm))
    return profile


async def test_an_edge_is_built_by_the_sdk_from_profile_to_security_policy(
    azure: Azure, arm: Arm, group: str
) -> None:
    where = (group, "gp-fraud")
    cdn = azure.cdn
    begun = await cdn.profiles.begin_create(*where, PROFILE_BODY)
    profile = await begun.result()
    assert profile.properties is not None
    assert profile.properties.resource_state == "Active"
    assert profile.properties.front_door_id
    assert (profile.kind, profile.location) == ("frontdoor", "Global")

    created = await cdn.afd_endpoints.begin_create(*where, "gp-fraud", ENDPOINT_BODY)
    endpoint = await created.result()
    assert endpoint.properties is not None
    assert re.fullmatch(
        r"gp-fraud-[a-z0-9]{16}\.z01\.azurefd\.net", str(endpoint.properties.host_name)
    )

    grouped = await cdn.afd_origin_groups.begin_create(*where, "inference", GROUP_BODY)
    assert (await grouped.result()).name == "inference"
    added = await cdn.afd_origins.begin_create(*where, "inference", "westeurope", ORIGIN_BODY)
    origin = await added.result()
    assert origin.properties is not None
    assert origin.properties.host_name == ORIGIN_HOST

    routed = await cdn.routes.begin_create(*where, "gp-fraud", "inference", route_body(arm))
    route = await routed.result()
    assert route.properties is not None
    assert route.properties.provisioning_state == "Succeeded"
    assert route.properties.deployment_status == "NotStarted"

    waf = await azure.waf.policies.begin_create_or_update(
        group, "gpfraud", {"location": "global", "sku": SKU}
    )
    assert (await waf.result()).sku.name == "Standard_AzureFrontDoor"  # type: ignore[union-attr]
    guarded = await cdn.security_policies.begin_create(*where, "waf", policy_body(arm))
    policy = await guarded.result()
    assert policy.properties is not None
    assert policy.properties.parameters is not None

    listed = [each.name async for each in cdn.profiles.list_by_resource_group(group)]
    assert listed == ["gp-fraud"]
    await (await cdn.profiles.begin_delete(*where)).result()
    with pytest.raises(ResourceNotFoundError):
        await cdn.profiles.get(*where)
    assert set(azure.retry_after.seen) == {"10"}


async def test_a_new_resource_is_201_a_changed_one_202_and_an_unchanged_one_200(
    arm: Arm, profile: str
) -> None:
    await put_and_wait(arm, ORIGINS, GROUP_BODY)
    new = await put_and_wait(arm, ORIGIN, ORIGIN_BODY)
    same = await put(arm, ORIGIN, ORIGIN_BODY)
    changed = await put(arm, ORIGIN, {"properties": {**ORIGIN_BODY["properties"], "weight": 500}})
    assert (new.status, same.status, changed.status) == (201, 200, 202)
    assert "Azure-AsyncOperation" in new.headers
    assert "Location" not in new.headers
    assert "Azure-AsyncOperation" not in same.headers
    assert "Retry-After" not in same.headers
    assert {"Azure-AsyncOperation", "Location"} <= set(changed.headers)
    assert (
        "/profileresults/gp-fraud/origingroupresults/inference/originresults/westeurope?"
        in (changed.headers["Location"])
    )
    assert new.headers["Retry-After"] == changed.headers["Retry-After"] == "10"
    states = [each.body["properties"]["provisioningState"] for each in (new, same, changed)]
    assert states == ["Creating", "Succeeded", "Updating"]


async def test_the_same_body_again_completes_a_resource_whose_creation_failed(
    arm: Arm, profile: str, control: Control
) -> None:
    await put_and_wait(arm, ORIGINS, GROUP_BODY)
    await control.add_fault(operation="PUT .*/origins/", error={"code": "Conflict"}, count=1)
    await put_and_wait(arm, ORIGIN, ORIGIN_BODY)
    failed = await arm.call("GET", ORIGIN, api_version=VERSION)
    again = await put_and_wait(arm, ORIGIN, ORIGIN_BODY)
    assert failed.body["properties"]["provisioningState"] == "Failed"
    assert again.status == 202


async def test_an_origin_group_is_there_at_once_but_changes_take_time(
    arm: Arm, profile: str
) -> None:
    new = await put(arm, ORIGINS, GROUP_BODY)
    changed = await put(arm, ORIGINS, {"properties": {}})
    assert (new.status, changed.status) == (201, 202)
    assert new.body["properties"]["provisioningState"] == "Succeeded"
    assert "Azure-AsyncOperation" not in new.headers


async def test_polls_carry_an_error_that_means_none(arm: Arm, group: str) -> None:
    accepted = await put(arm, PROFILE, PROFILE_BODY)
    assert accepted.body["properties"]["resourceState"] == "Creating"
    running = await arm.call("GET", accepted.headers["Azure-AsyncOperation"])
    assert running.body == {"status": "InProgress", "error": {"code": "None", "message": None}}
    assert "Retry-After" not in running.headers
    last = running
    while last.body["status"] == "InProgress":
        last = await arm.poll(accepted.headers["Azure-AsyncOperation"])
    assert last.body == {"status": "Succeeded", "error": {"code": "None", "message": None}}


async def test_ids_come_back_in_lower_case_and_regions_in_their_own_spelling(
    arm: Arm, edge: str
) -> None:
    endpoint = (await arm.call("GET", ENDPOINT, api_version=VERSION)).body
    assert endpoint["id"].endswith("/profiles/gp-fraud/afdendpoints/gp-fraud")
    assert "/resourcegroups/gp-fraud/" in endpoint["id"]
    assert (endpoint["type"], endpoint["location"]) == (
        "Microsoft.Cdn/profiles/afdendpoints",
        "Global",
    )


async def test_a_security_policy_names_operations_of_an_old_api_version(
    arm: Arm, edge: str
) -> None:
    await put_and_wait(arm, WAF, PROFILE_BODY)
    accepted = await put(arm, POLICY, policy_body(arm))
    assert "api-version=2020-09-01&" in accepted.headers["Azure-AsyncOperation"]
    poll = await arm.call("GET", accepted.headers["Azure-AsyncOperation"])
    assert poll.status == 200


async def test_a_route_is_refused_until_an_origin_is_provisioned(arm: Arm, profile: str) -> None:
    await put_and_wait(arm, ENDPOINT, {"location": "global"})
    await put_and_wait(arm, ORIGINS, GROUP_BODY)
    await put(arm, ORIGIN, ORIGIN_BODY)
    early = await put(arm, ROUTE, route_body(arm))
    assert early.error == (400, "BadRequest")
    assert early.message == (
        "Please make sure that the originGroup is created successfully and at least one enabled "
        "origin is created under the origin group."
    )
    while early.status == 400:
        await asyncio.sleep(POLLING_INTERVAL)
        early = await put(arm, ROUTE, route_body(arm))
    assert early.status == 201


async def test_parts_of_one_profile_are_created_at_once(arm: Arm, profile: str) -> None:
    begun = await asyncio.gather(put(arm, ENDPOINT, ENDPOINT_BODY), put(arm, ORIGINS, GROUP_BODY))
    assert [answer.status for answer in begun] == [201, 201]
    polled = await arm.poll(begun[0].headers["Azure-AsyncOperation"])
    beside = await put(arm, ORIGIN, ORIGIN_BODY)
    assert (polled.body["status"], beside.status) == ("InProgress", 201)


async def test_deleting_a_profile_takes_its_children_along(
    arm: Arm, edge: str, azure: Azure, control: Control
) -> None:
    begun = await azure.cdn.profiles.begin_delete("gp-fraud", "gp-fraud")
    await begun.result()
    assert (await control.state())["resources"] == {}
    orphan = await arm.call("GET", ROUTE, api_version=VERSION)
    assert orphan.error == (404, "ParentResourceNotFound")
    again = await arm.call("DELETE", PROFILE, api_version=VERSION)
    assert again.status == 204


@pytest.mark.parametrize(
    ("path", "code"),
    [
        pytest.param(f"{PROFILE}x", "ResourceNotFound", id="profile"),
        pytest.param(f"{ENDPOINT}x", "ResourceNotFound", id="endpoint"),
        pytest.param(f"{ORIGINS}x", "NotFound", id="origin group"),
        pytest.param(f"{ORIGIN}x", "NotFound", id="origin"),
        pytest.param(f"{ROUTE}x", "NotFound", id="route"),
        pytest.param(POLICY, "NotFound", id="security policy"),
        pytest.param(f"{PROFILE}x/securityPolicies/waf", "ParentResourceNotFound", id="child"),
    ],
)
async def test_what_is_missing_is_not_found_in_its_own_words(
    arm: Arm, edge: str, path: str, code: str
) -> None:
    assert (await arm.call("GET", path, api_version=VERSION)).error == (404, code)


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        pytest.param(
            f"{PROFILE}2",
            {"location": "global", "sku": {"name": "Standard"}},
            "Property 'Profile.Sku.Name' cannot be set to 'Standard'. "
            "Acceptable values are: Standard_AzureFrontDoor, Premium_AzureFrontDoor",
            id="profile with an unknown sku",
        ),
        pytest.param(
            f"{PROFILE}/afdEndpoints/-bad", {"location": "global"}, "-bad", id="endpoint name"
        ),
        pytest.param(
            f"{ORIGINS}/origins/second",
            {"properties": {"hostName": "a.example.com", "weight": 1001}},
            "Property 'Origin.Weight' cannot be set to '1001'",
            id="weight out of range",
        ),
        pytest.param(
            f"{ORIGINS}/origins/second",
            {"properties": {}},
            "Property 'Origin.HostName' cannot be set to ''",
            id="origin without a host name",
        ),
        pytest.param(
            f"{ORIGINS}/origins/second",
            {"properties": {"hostName": ORIGIN_HOST}},
            "already used by another origin",
            id="host name twice",
        ),
        pytest.param(
            ORIGIN,
            {"properties": {"hostName": ORIGIN_HOST, "enabledState": "Disabled"}},
            "Cannot disable or delete the last origin",
            id="last origin disabled",
        ),
        pytest.param(
            ORIGINS,
            {"properties": {"healthProbeSettings": {"probeIntervalInSeconds": 256}}},
            "ProbeIntervalInSeconds",
            id="probe interval",
        ),
        pytest.param(
            ROUTE,
            {"properties": {"originGroup": {"id": "/subscriptions/x"}}},
            "Please make sure that the originGroup is created successfully",
            id="route to an unknown origin group",
        ),
    ],
)
async def test_a_bad_resource_is_refused(
    arm: Arm, edge: str, path: str, body: dict[str, Any], text: str
) -> None:
    refusal = await put(arm, path, body)
    assert refusal.error == (400, "BadRequest")
    assert text in refusal.message


@pytest.mark.parametrize(
    ("waf_sku", "text"),
    [
        pytest.param(None, "does not exist", id="no WAF policy"),
        pytest.param({}, "Classic_AzureFrontDoor", id="classic, because no sku was named"),
        pytest.param({"sku": {"name": "Premium_AzureFrontDoor"}}, "Premium", id="premium"),
    ],
)
async def test_a_security_policy_needs_a_waf_policy_of_the_profiles_sku(
    arm: Arm, edge: str, waf_sku: dict[str, Any] | None, text: str
) -> None:
    if waf_sku is not None:
        await put(arm, WAF, {"location": "global", **waf_sku})
    refusal = await put(arm, POLICY, policy_body(arm))
    assert refusal.error == (400, "BadRequest")
    assert text in refusal.message


async def test_a_security_policy_needs_a_ready_endpoint(arm: Arm, profile: str) -> None:
    await put(arm, WAF, PROFILE_BODY)
    await put(arm, ENDPOINT, {"location": "global"})
    refusal = await put(arm, POLICY, policy_body(arm))
    assert refusal.message.startswith(
        "Endpoint 'gp-fraud' is not associated with the AFDX profile"
    )


async def test_what_is_in_use_is_not_deleted(arm: Arm, edge: str) -> None:
    await put(arm, WAF, PROFILE_BODY)
    await put_and_wait(arm, POLICY, policy_body(arm))
    texts = {
        ORIGIN: "Cannot disable or delete the last origin",
        ORIGINS: "still associated with a route",
        ENDPOINT: "Resource is associated with security policy 'waf'.",
        WAF: "still linked to a security policy",
    }
    for path, text in texts.items():
        version = WAF_VERSION if path == WAF else VERSION
        refusal = await arm.call("DELETE", path, api_version=version)
        assert refusal.error == (400, "BadRequest")
        assert text in refusal.message


async def test_parts_are_deleted_from_the_route_to_the_profile(arm: Arm, edge: str) -> None:
    for path in (ROUTE, ORIGIN, ORIGINS, ENDPOINT, PROFILE):
        accepted = await arm.call("DELETE", path, api_version=VERSION)
        assert accepted.status == 202
        operation = accepted.headers["Azure-AsyncOperation"]
        while (await arm.poll(operation)).body["status"] == "InProgress":
            pass
        assert (await arm.call("GET", accepted.headers["Location"])).status == 204


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_what_is_being_deleted_is_not_changed(arm: Arm, edge: str, method: str) -> None:
    await arm.call("DELETE", ROUTE, api_version=VERSION)
    body = route_body(arm, forwardingProtocol="HttpsOnly")
    refusal = await arm.call(method, ROUTE, body, api_version=VERSION)
    assert refusal.error == (409, "Conflict")


async def test_a_failed_operation_says_so_in_its_poll(
    azure: Azure, group: str, control: Control
) -> None:
    error = {"code": "InternalServerError", "message": "An error has occurred."}
    await control.add_fault(operation="PUT .*/profiles/", error=error)
    begun = await azure.cdn.profiles.begin_create(group, "gp-fraud", PROFILE_BODY)
    with pytest.raises(HttpResponseError, match=r"An error has occurred\."):
        await begun.result()


async def test_the_edge_learns_of_a_route_minutes_after_its_operation_ended(
    arm: Arm, edge: str, simulator: RunningSimulator
) -> None:
    front_door = simulator.simulator.azure.front_door
    host_name = (await arm.call("GET", ENDPOINT, api_version=VERSION)).body["properties"][
        "hostName"
    ]
    before = front_door.endpoint(host_name)
    assert before is not None
    assert before.routes == ()

    def is_live() -> bool:
        endpoint = front_door.endpoint(host_name)
        return endpoint is not None and bool(endpoint.routes) and endpoint.known

    await eventually(is_live)
    served = front_door.endpoint(host_name)
    assert served is not None
    (route,) = served.routes
    assert route.origin_group.origins[0].host_name == ORIGIN_HOST
    assert route.origin_group.probe is not None
    assert route.origin_group.probe.path == "/health"
    assert front_door.endpoint("nobody.z01.azurefd.net") is None

"""What Front Door makes of a resource that a request leaves half open: as recorded."""

from typing import Any

import pytest

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.contract.arm.recorded_rows import World
from emulators.tests.contract.arm.test_front_door import (
    ENDPOINT,
    ENDPOINT_BODY,
    GROUP_BODY,
    ORIGIN,
    ORIGIN_BODY,
    ORIGIN_HOST,
    ORIGINS,
    POLICY,
    PROFILE,
    PROFILE_BODY,
    ROUTE,
    WAF,
    policy_body,
    put,
    route_body,
)
from emulators.tests.support.simulator import Control

DOMAIN = f"{PROFILE}/customDomains/fraud"
DOMAIN_BODY: Any = {"properties": {"hostName": "fraud.example.com"}}
BARE_ORIGIN: Any = {"properties": {"hostName": ORIGIN_HOST, "httpPort": 80}}
CACHE = {
    "queryStringCachingBehavior": "UseQueryString",
    "compressionSettings": {"contentTypesToCompress": ["text/css"], "isCompressionEnabled": True},
}


@pytest.fixture
async def world(arm: Arm, group: str, control: Control, simulator: RunningSimulator) -> World:
    world = World(arm, control, simulator)
    await world.ready((PROFILE, PROFILE_BODY), (ENDPOINT, ENDPOINT_BODY), (ORIGINS, GROUP_BODY))
    return world


def identifier(world: World, path: str) -> str:
    return f"{world.arm.subscription}/{path}"


async def test_an_endpoint_whose_tags_change_starts_no_operation(world: World) -> None:
    tagged = await put(world.arm, ENDPOINT, ENDPOINT_BODY | {"tags": {"cheese": "string"}})
    assert tagged.status == 200
    assert not {"Azure-AsyncOperation", "Location", "Retry-After"} & set(tagged.headers)
    assert tagged.body["tags"] == {"cheese": "string"}
    assert tagged.body["properties"]["provisioningState"] == "Succeeded"
    assert (await world.cdn("GET", ENDPOINT)).body == tagged.body


async def test_an_endpoint_stays_succeeded_while_it_changes(world: World) -> None:
    """Recorded of PATCH."""
    body = {"properties": {"enabledState": "Disabled"}}
    changed = await world.arm.call("PATCH", ENDPOINT, body, api_version="2026-10-01")
    assert changed.status == 202
    assert changed.body["properties"]["enabledState"] == "Disabled"
    assert changed.body["properties"]["provisioningState"] == "Succeeded"


async def test_an_origin_is_completed_with_nothing_and_loses_its_check(world: World) -> None:
    created = await put(world.arm, ORIGIN, BARE_ORIGIN)
    await world.ended(created)
    body = {"properties": {"hostName": ORIGIN_HOST, "httpPort": 8080}}
    changed = await put(world.arm, ORIGIN, body)
    expected = {
        "originGroupName": "inference",
        "hostName": ORIGIN_HOST,
        "httpPort": 80,
        "httpsPort": 443,
        "originHostHeader": None,
        "priority": None,
        "weight": None,
        "enabledState": "Enabled",
        "sharedPrivateLinkResource": None,
        "enforceCertificateNameCheck": True,
        "provisioningState": "Creating",
        "deploymentStatus": "NotStarted",
    }
    assert created.body["properties"] == expected
    assert (changed.status, changed.body["properties"]) == (
        202,
        {
            **expected,
            "httpPort": 8080,
            "enforceCertificateNameCheck": False,
            "provisioningState": "Updating",
        },
    )


async def test_the_same_origin_without_its_check_is_a_change(world: World) -> None:
    await world.ended(await put(world.arm, ORIGIN, BARE_ORIGIN))
    changed = await put(world.arm, ORIGIN, BARE_ORIGIN)
    await world.ended(changed)
    again = await put(world.arm, ORIGIN, BARE_ORIGIN)
    assert (changed.status, again.status) == (202, 200)


async def test_a_group_without_an_additional_latency_has_none(world: World) -> None:
    settings = {"sampleSize": 4, "successfulSamplesRequired": 3}
    body = {"properties": {"loadBalancingSettings": settings}}
    created = await put(world.arm, f"{PROFILE}/originGroups/other", body)
    assert created.body["properties"]["loadBalancingSettings"] == {
        **settings,
        "additionalLatencyInMilliseconds": 0,
    }


async def test_a_route_names_no_endpoint_and_completes_its_cache(world: World) -> None:
    await world.ready((ORIGIN, ORIGIN_BODY))
    body = route_body(world.arm, cacheConfiguration=CACHE)
    created = await put(world.arm, ROUTE, body)
    assert created.body["properties"] == {
        **body["properties"],
        "cacheConfiguration": {**CACHE, "queryParameters": None},
        "customDomains": [],
        "originPath": None,
        "ruleSets": [],
        "enabledState": "Enabled",
        "provisioningState": "Creating",
        "deploymentStatus": "NotStarted",
    }


async def test_a_domain_is_active_once_it_is_approved(world: World) -> None:
    await world.ready((ORIGIN, ORIGIN_BODY))
    domain = await put(world.arm, DOMAIN, DOMAIN_BODY)
    linked = {"id": identifier(world, DOMAIN)}
    body = route_body(world.arm, customDomains=[{**linked, "isActive": True}])
    created = await put(world.arm, ROUTE, body)
    assert created.body["properties"]["customDomains"] == [{"isActive": False, **linked}]
    await world.ended(domain)
    world.pass_time()
    await world.arm.poll_path(DOMAIN, "2026-10-01")
    shown = (await world.cdn("GET", ROUTE)).body["properties"]["customDomains"]
    assert shown == [{"isActive": True, **linked}]
    again = await put(world.arm, ROUTE, body)
    assert again.status == 200


async def test_an_endpoint_is_active_in_its_security_policy(world: World) -> None:
    await world.ready((WAF, PROFILE_BODY))
    created = await put(world.arm, POLICY, policy_body(world.arm))
    (association,) = created.body["properties"]["parameters"]["associations"]
    assert association == {
        "domains": [{"isActive": True, "id": identifier(world, ENDPOINT)}],
        "patternsToMatch": ["/*"],
    }
    assert created.body["type"] == "Microsoft.Cdn/profiles/securitypolicies"


async def test_a_domain_is_shown_as_it_was_recorded(world: World) -> None:
    created = await put(world.arm, DOMAIN, DOMAIN_BODY)
    expected = {
        "hostName": "fraud.example.com",
        "tlsSettings": {
            "certificateType": "ManagedCertificate",
            "minimumTlsVersion": "TLS12",
            "secret": {"id": None},
        },
        "validationProperties": None,
        "azureDnsZone": None,
        "domainValidationState": "Submitting",
        "preValidatedCustomDomainResourceId": None,
        "referencedRoutePaths": None,
        "extendedProperties": None,
        "provisioningState": "Creating",
        "deploymentStatus": "NotStarted",
    }
    assert created.body["properties"] == expected
    await world.ended(created)
    ready = (await world.cdn("GET", DOMAIN)).body["properties"]
    assert len(ready["validationProperties"]["validationToken"]) == 32
    assert ready["validationProperties"]["expirationDate"].endswith("+00:00")
    assert ready["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(
    ("requested", "shown"),
    [
        pytest.param(
            {"certificateType": "ManagedCertificate"},
            {
                "certificateType": "ManagedCertificate",
                "minimumTlsVersion": "TLS12",
                "secret": None,
            },
            id="managed",
        ),
        pytest.param(
            {"certificateType": "CustomerCertificate", "secret": {"id": "/s"}},
            {
                "certificateType": "CustomerCertificate",
                "minimumTlsVersion": "TLS12",
                "secret": {"id": "/s"},
            },
            id="own",
        ),
    ],
)
async def test_the_tls_of_a_domain_is_completed(world: World, requested: Any, shown: Any) -> None:
    body = {"properties": {**DOMAIN_BODY["properties"], "tlsSettings": requested}}
    created = await put(world.arm, DOMAIN, body)
    assert created.body["properties"]["tlsSettings"] == shown


async def test_a_private_link_has_no_status(
    arm: Arm, group: str, control: Control, simulator: RunningSimulator
) -> None:
    world = World(arm, control, simulator)
    premium = {"location": "global", "sku": {"name": "Premium_AzureFrontDoor"}}
    await world.ready((PROFILE, premium), (ORIGINS, GROUP_BODY))
    link = {
        "privateLink": {"id": "/subscriptions/x/y"},
        "privateLinkLocation": "eastus",
        "requestMessage": "Private link service from AFD",
    }
    body = {"properties": {**ORIGIN_BODY["properties"], "sharedPrivateLinkResource": link}}
    created = await put(arm, ORIGIN, body)
    assert created.status == 201
    assert created.body["properties"]["sharedPrivateLinkResource"] == {
        **link,
        "groupId": None,
        "status": None,
    }


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param(f"{PROFILE}/afdendpoints/Other", "gp-fraud/afdendpoints/Other", id="lower"),
        pytest.param(f"{PROFILE}/afdEndpoints/Other", "gp-fraud/afdEndpoints/Other", id="camel"),
    ],
)
async def test_what_is_missing_is_spelled_as_the_caller_did(
    world: World, path: str, name: str
) -> None:
    missing = await world.cdn("GET", path)
    assert missing.message.startswith(f"The Resource 'Microsoft.Cdn/profiles/{name}' under")


async def test_a_match_rule_has_no_rate(world: World) -> None:
    rule = {
        "name": "r",
        "priority": 1,
        "ruleType": "MatchRule",
        "action": "Block",
        "matchConditions": [
            {"matchVariable": "RemoteAddr", "operator": "IPMatch", "matchValue": ["192.0.2.0/24"]}
        ],
    }
    body = PROFILE_BODY | {"properties": {"customRules": {"rules": [rule]}}}
    created = await put(world.arm, WAF, body)
    (shown,) = created.body["properties"]["customRules"]["rules"]
    assert (shown["rateLimitDurationInMinutes"], shown["rateLimitThreshold"]) == (None, None)

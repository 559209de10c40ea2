"""Request bodies of the edge: Front Door profile and children, WAF policy.

Their parts are checked against the types of azure-mgmt-cdn. The types of whole resources require
read-only keys; the one for a security policy's parameters requires an enum of the package, and
azure-mgmt-frontdoor has no types of bodies: these are checked against models by tests.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from domain.arm import naming
from domain.catalog.private_link import find_private_link_location
from domain.spec.model import EdgeSku, EnvironmentSpec

if TYPE_CHECKING:
    from azure.mgmt.cdn.types import (
        AFDEndpointProperties,
        AFDOriginGroupProperties,
        AFDOriginProperties,
        ProfileProperties,
        RouteProperties,
        SecurityPolicyWebApplicationFirewallAssociation,
        Sku,
    )

ORIGIN_RESPONSE_TIMEOUT_SECONDS = 240
"""Front Door's maximum: a long completion takes minutes, and the default of 60 cuts it off."""

PROBE_INTERVAL_SECONDS = 30
"""Every point of presence probes separately: short enough for a woken cell, without a flood."""

REQUESTS_PER_MINUTE = 1000
"""Per client address: far above an interactive client, far below a flood."""

DOCUMENTATION_RANGE = "192.0.2.0/24"
"""RFC 5737. A rate limit requires a condition; 'not from this range' matches every client
(documented by Azure)."""


MANAGED_RULE_SETS: tuple[Mapping[str, Any], ...] = (
    {
        "ruleSetType": "Microsoft_DefaultRuleSet",
        "ruleSetVersion": "2.2",
        "ruleSetAction": "Block",
    },
    {"ruleSetType": "Microsoft_BotManagerRuleSet", "ruleSetVersion": "1.1"},
)
"""The newest that Azure documents for Front Door: 2.2 is generally available since April 2026."""


def build_profile(spec: EnvironmentSpec) -> dict[str, Any]:
    sku: Sku = {"name": spec.edge.sku.value}
    properties: ProfileProperties = {
        "originResponseTimeoutSeconds": ORIGIN_RESPONSE_TIMEOUT_SECONDS
    }
    return {
        "location": "global",
        "sku": sku,
        "tags": naming.environment_tags(spec),
        "properties": properties,
    }


def build_endpoint(spec: EnvironmentSpec) -> dict[str, Any]:
    properties: AFDEndpointProperties = {"enabledState": "Enabled"}
    return {
        "location": "global",
        "tags": naming.environment_tags(spec),
        "properties": properties,
    }


def build_origin_group(spec: EnvironmentSpec) -> dict[str, Any]:
    """Cells of equal priority: the one with the lowest latency answers; unhealthy ones do not."""
    properties: AFDOriginGroupProperties = {
        "loadBalancingSettings": {
            "sampleSize": 4,
            "successfulSamplesRequired": 3,
            "additionalLatencyInMilliseconds": 50,
        },
        "healthProbeSettings": {
            "probePath": spec.workload.health_path,
            # Inference servers answer HEAD with 405, which would count as unhealthy.
            "probeRequestType": "GET",
            "probeProtocol": "Https" if spec.edge.origin_certificate else "Http",
            "probeIntervalInSeconds": PROBE_INTERVAL_SECONDS,
        },
        "sessionAffinityState": "Disabled",
    }
    return {"properties": properties}


def build_origin(
    spec: EnvironmentSpec, region: str, subscription_id: str, front_door_id: str = ""
) -> dict[str, Any]:
    """`front_door_id`: of the profile; only private origins tell it."""
    is_private = spec.edge.has_private_origins
    host = naming.find_origin_host(spec, region, subscription_id)
    properties: AFDOriginProperties = {
        "hostName": host,
        "originHostHeader": host,
        "httpPort": 80,
        "httpsPort": 443,
        "priority": 1,
        "weight": 1000,
        "enabledState": "Enabled",
        # Without a certificate there is nothing to check. Front Door all the same refuses private
        # origins without the check (reported).
        "enforceCertificateNameCheck": is_private or spec.edge.origin_certificate is not None,
    }
    if is_private:
        properties["sharedPrivateLinkResource"] = {
            # Without `groupId`: a Private Link service has none.
            "privateLink": {
                "id": naming.private_link_service_id(subscription_id, spec.name, region)
            },
            "privateLinkLocation": find_private_link_location(region) or region,
            "requestMessage": naming.private_link_request(spec.name, front_door_id),
        }
    return {"properties": properties}


def build_route(spec: EnvironmentSpec, subscription_id: str) -> dict[str, Any]:
    """HTTPS for clients, and to cells that have a certificate; not cached, because every
    completion is unique."""
    properties: RouteProperties = {
        "originGroup": {"id": naming.origin_group_id(subscription_id, spec.name)},
        "supportedProtocols": ["Http", "Https"],
        "httpsRedirect": "Enabled",
        "forwardingProtocol": "HttpsOnly" if spec.edge.origin_certificate else "HttpOnly",
        "patternsToMatch": ["/*"],
        "linkToDefaultDomain": "Enabled",
        "enabledState": "Enabled",
    }
    return {"properties": properties}


def build_waf_policy(spec: EnvironmentSpec) -> dict[str, Any]:
    """The SKU must be the profile's; without one Azure creates an incompatible Classic policy."""
    properties: dict[str, Any] = {
        "policySettings": {
            "enabledState": "Enabled",
            "mode": spec.edge.waf_mode.value,
            "requestBodyCheck": "Enabled",
        },
        "customRules": {"rules": [_rate_limit_rule()]},
    }
    if spec.edge.sku is EdgeSku.PREMIUM:
        sets = MANAGED_RULE_SETS if spec.edge.has_managed_rules else ()
        properties["managedRules"] = {"managedRuleSets": [dict(each) for each in sets]}
    return {
        "location": "Global",
        "sku": {"name": spec.edge.sku.value},
        "tags": naming.environment_tags(spec),
        "properties": properties,
    }


def build_security_policy(spec: EnvironmentSpec, subscription_id: str) -> dict[str, Any]:
    association: SecurityPolicyWebApplicationFirewallAssociation = {
        "domains": [{"id": naming.endpoint_id(subscription_id, spec.name)}],
        "patternsToMatch": ["/*"],
    }
    return {
        "properties": {
            "parameters": {
                "type": "WebApplicationFirewall",
                "wafPolicy": {"id": naming.waf_policy_id(subscription_id, spec.name)},
                "associations": [association],
            }
        }
    }


def _rate_limit_rule() -> dict[str, Any]:
    """Available on both tiers, so a Standard policy is not empty."""
    return {
        "name": "RateLimitPerClient",
        "priority": 100,
        "enabledState": "Enabled",
        "ruleType": "RateLimitRule",
        "rateLimitDurationInMinutes": 1,
        "rateLimitThreshold": REQUESTS_PER_MINUTE,
        "matchConditions": [
            {
                "matchVariable": "SocketAddr",
                "operator": "IPMatch",
                "negateCondition": True,
                "matchValue": [DOCUMENTATION_RANGE],
            }
        ],
        "action": "Block",
    }

"""The bodies for the edge say what the SDKs' models know and belong together."""

import pytest
from azure.mgmt.cdn import models as cdn
from azure.mgmt.frontdoor import models as waf

from domain.arm import front_door as bodies
from domain.arm import naming
from tests.support.certificates import HOST, https_edge
from tests.support.specs import a_spec
from tests.unit.domain.azure_models import find_unknown

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
PREMIUM = {"edge.sku": "Premium_AzureFrontDoor"}


@pytest.mark.parametrize("changes", [{}, PREMIUM], ids=["Standard", "Premium"])
def test_the_sdks_know_every_field_and_value(make_spec, changes) -> None:
    spec = make_spec(changes)
    built = [
        (bodies.build_profile(spec), cdn.Profile),
        (bodies.build_endpoint(spec), cdn.AFDEndpoint),
        (bodies.build_origin_group(spec), cdn.AFDOriginGroup),
        (bodies.build_origin(spec, "westeurope", SUBSCRIPTION), cdn.AFDOrigin),
        (bodies.build_route(spec, SUBSCRIPTION), cdn.Route),
        (bodies.build_security_policy(spec, SUBSCRIPTION), cdn.SecurityPolicy),
        (bodies.build_waf_policy(spec), waf.WebApplicationFirewallPolicy),
    ]
    assert [find_unknown(body, model) for body, model in built] == [[]] * len(built)


def test_a_misspelt_field_would_be_found(make_spec) -> None:
    body = bodies.build_security_policy(make_spec(), SUBSCRIPTION)
    body["properties"]["parameters"]["associations"][0]["domain"] = []
    unknown = find_unknown(body, cdn.SecurityPolicy)
    assert unknown == [".properties.parameters.associations[0].domain"]


def test_the_waf_policy_has_the_profiles_sku(make_spec) -> None:
    for changes in ({}, PREMIUM):
        spec = make_spec(changes)
        assert bodies.build_waf_policy(spec)["sku"] == bodies.build_profile(spec)["sku"]


def test_managed_rules_need_premium_and_every_tier_limits_rates(make_spec) -> None:
    standard = bodies.build_waf_policy(make_spec())["properties"]
    premium = bodies.build_waf_policy(make_spec(PREMIUM))["properties"]
    assert "managedRules" not in standard
    rule_sets = premium["managedRules"]["managedRuleSets"]
    assert [rules["ruleSetType"] for rules in rule_sets] == [
        "Microsoft_DefaultRuleSet",
        "Microsoft_BotManagerRuleSet",
    ]
    for properties in (standard, premium):
        (rule,) = properties["customRules"]["rules"]
        assert (rule["ruleType"], rule["action"]) == ("RateLimitRule", "Block")


@pytest.mark.parametrize("mode", ["Prevention", "Detection"])
def test_the_waf_runs_in_the_mode_that_was_asked_for(make_spec, mode) -> None:
    policy = bodies.build_waf_policy(make_spec({"edge.wafMode": mode}))
    assert policy["properties"]["policySettings"]["mode"] == mode


def test_the_probe_asks_the_models_health_path_by_get(make_spec) -> None:
    group = bodies.build_origin_group(make_spec({"workload.healthPath": "/v1/ready"}))
    probe = group["properties"]["healthProbeSettings"]
    assert (probe["probePath"], probe["probeRequestType"]) == ("/v1/ready", "GET")
    assert 1 <= probe["probeIntervalInSeconds"] <= 255


def test_the_origin_is_known_before_the_cluster_exists(make_spec) -> None:
    origin = bodies.build_origin(make_spec(), "westeurope", SUBSCRIPTION)["properties"]
    host = naming.origin_host("fraud-llm", "westeurope", SUBSCRIPTION)
    assert (origin["hostName"], origin["originHostHeader"]) == (host, host)
    assert (origin["httpPort"], origin["enabledState"]) == (80, "Enabled")
    assert origin["enforceCertificateNameCheck"] is False


def test_a_private_origin_asks_for_a_connection_to_the_service_of_its_cell(make_spec) -> None:
    spec = make_spec({"edge.sku": "Premium_AzureFrontDoor", "edge.origin": "privateLink"})
    origin = bodies.build_origin(spec, "switzerlandnorth", SUBSCRIPTION, "0a1b2c3d")["properties"]
    link = origin["sharedPrivateLinkResource"]
    assert link["privateLink"]["id"] == naming.private_link_service_id(
        SUBSCRIPTION, "fraud-llm", "switzerlandnorth"
    )
    assert link["privateLinkLocation"] == "germanywestcentral"
    assert "0a1b2c3d" in link["requestMessage"]
    assert "groupId" not in link
    assert origin["hostName"] == origin["originHostHeader"]
    assert origin["hostName"].endswith(".switzerlandnorth.internal")
    assert origin["enforceCertificateNameCheck"] is True


def test_a_request_fits_into_what_azure_takes() -> None:
    longest = naming.private_link_request("x" * 24, "0a1b2c3d-4e5f-6789-abcd-ef0123456789")
    assert len(longest) <= 140


def test_a_cell_with_a_certificate_is_asked_over_https_and_its_name_is_checked() -> None:
    spec = a_spec(**https_edge())
    origin = bodies.build_origin(spec, "westeurope", SUBSCRIPTION)["properties"]
    assert (origin["hostName"], origin["originHostHeader"]) == (HOST, HOST)
    assert (origin["httpsPort"], origin["enforceCertificateNameCheck"]) == (443, True)
    assert "sharedPrivateLinkResource" not in origin
    probe = bodies.build_origin_group(spec)["properties"]["healthProbeSettings"]
    assert probe["probeProtocol"] == "Https"
    route = bodies.build_route(spec, SUBSCRIPTION)["properties"]
    assert route["forwardingProtocol"] == "HttpsOnly"


def test_clients_speak_https_and_the_service_http(make_spec) -> None:
    route = bodies.build_route(make_spec(), SUBSCRIPTION)["properties"]
    assert route["originGroup"]["id"] == naming.origin_group_id(SUBSCRIPTION, "fraud-llm")
    assert (route["httpsRedirect"], route["forwardingProtocol"]) == ("Enabled", "HttpOnly")
    assert route["supportedProtocols"] == ["Http", "Https"], "a redirect needs both"
    assert "cacheConfiguration" not in route


def test_the_waf_protects_our_endpoint(make_spec) -> None:
    body = bodies.build_security_policy(make_spec(), SUBSCRIPTION)
    parameters = body["properties"]["parameters"]
    assert parameters["wafPolicy"]["id"] == naming.waf_policy_id(SUBSCRIPTION, "fraud-llm")
    (association,) = parameters["associations"]
    assert association["domains"] == [{"id": naming.endpoint_id(SUBSCRIPTION, "fraud-llm")}]


def test_an_edge_is_spelt_out_as_front_door_takes_it(make_spec) -> None:
    """What no model of an SDK can check: numbers, patterns and where global resources live."""
    spec = make_spec(PREMIUM)
    assert bodies.build_profile(spec)["location"] == "global"
    assert bodies.build_endpoint(spec)["location"] == "global"
    group = bodies.build_origin_group(spec)["properties"]
    assert group["loadBalancingSettings"] == {
        "sampleSize": 4,
        "successfulSamplesRequired": 3,
        "additionalLatencyInMilliseconds": 50,
    }
    origin = bodies.build_origin(spec, "westeurope", SUBSCRIPTION)["properties"]
    assert (origin["httpPort"], origin["httpsPort"]) == (80, 443)
    assert (origin["priority"], origin["weight"]) == (1, 1000)
    assert bodies.build_route(spec, SUBSCRIPTION)["properties"]["patternsToMatch"] == ["/*"]
    security = bodies.build_security_policy(spec, SUBSCRIPTION)["properties"]["parameters"]
    assert security["associations"][0]["patternsToMatch"] == ["/*"]


def test_the_firewalls_rules_are_spelt_out_as_front_door_takes_them(make_spec) -> None:
    policy = bodies.build_waf_policy(make_spec(PREMIUM))
    assert policy["location"] == "Global"
    assert policy["properties"]["managedRules"]["managedRuleSets"] == [
        {
            "ruleSetType": "Microsoft_DefaultRuleSet",
            "ruleSetVersion": "2.2",
            "ruleSetAction": "Block",
        },
        {"ruleSetType": "Microsoft_BotManagerRuleSet", "ruleSetVersion": "1.1"},
    ]
    assert policy["properties"]["customRules"]["rules"] == [
        {
            "name": "RateLimitPerClient",
            "priority": 100,
            "enabledState": "Enabled",
            "ruleType": "RateLimitRule",
            "rateLimitDurationInMinutes": 1,
            "rateLimitThreshold": bodies.REQUESTS_PER_MINUTE,
            "matchConditions": [
                {
                    "matchVariable": "SocketAddr",
                    "operator": "IPMatch",
                    "negateCondition": True,
                    "matchValue": [bodies.DOCUMENTATION_RANGE],
                }
            ],
            "action": "Block",
        }
    ]

"""A Front Door profile with all that the edge of an environment has."""

import json

import pytest

from emulators.tests.az.azure_cli import AzureCli

WHERE = "--resource-group gp-fraud --profile-name edge"
ENDPOINT = f"{WHERE} --endpoint-name fraud"
ORIGINS = f"{WHERE} --origin-group-name inference"
ORIGIN = f"{ORIGINS} --origin-name westeurope"
ROUTE = f"{ENDPOINT} --route-name all"
POLICY = f"{WHERE} --security-policy-name waf"
WAF = "providers/Microsoft.Network/frontDoorWebApplicationFirewallPolicies/gpfraud"


@pytest.fixture(scope="module")
def profile(az: AzureCli, group: str) -> str:
    created = az(
        f"afd profile create {WHERE} --sku Standard_AzureFrontDoor",
        "[provisioningState, resourceState, sku.name]",
    )
    assert created == ["Succeeded", "Active", "Standard_AzureFrontDoor"]
    return "edge"


@pytest.fixture(scope="module")
def edge(az: AzureCli, profile: str) -> str:
    """Endpoint, origin group, origin and route, each as its creation is answered."""
    host = az(f"afd endpoint create {ENDPOINT} --enabled-state Enabled", "hostName")
    assert host.startswith("fraud-")
    assert host.endswith(".z01.azurefd.net")
    settings = (
        "--probe-request-type GET --probe-protocol Http --probe-path /health "
        "--probe-interval-in-seconds 120 --sample-size 4 --successful-samples-required 3 "
        "--additional-latency-in-milliseconds 50"
    )
    state = "[provisioningState, deploymentStatus]"
    done = ["Succeeded", "NotStarted"]
    assert az(f"afd origin-group create {ORIGINS} {settings}", state) == done
    address = "--host-name a.example.com --origin-host-header a.example.com"
    assert az(f"afd origin create {ORIGIN} {address} --priority 1 --weight 1000", state) == done
    way = (
        "--origin-group inference --supported-protocols Http Https --https-redirect Enabled "
        "--forwarding-protocol HttpOnly --link-to-default-domain Enabled"
    )
    assert az(f"afd route create {ROUTE} {way}", state) == done
    return profile


def test_the_edge_is_shown_and_listed(az: AzureCli, edge: str) -> None:
    assert az(f"afd profile show {WHERE}", "[name, location, kind]") == [
        "edge",
        "Global",
        "frontdoor",
    ]
    assert az("afd profile list --resource-group gp-fraud", "[].name") == ["edge"]
    assert az(f"afd endpoint list {WHERE}", "[].name") == ["fraud"]
    assert az(f"afd origin-group list {WHERE}", "[].name") == ["inference"]
    assert az(f"afd origin list {ORIGINS}", "[].hostName") == ["a.example.com"]
    assert az(f"afd route list {ENDPOINT}", "[].[name, httpsRedirect]") == [["all", "Enabled"]]
    shown = az(f"afd origin-group show {ORIGINS}", "healthProbeSettings.probeIntervalInSeconds")
    assert shown == 120
    assert az(f"afd origin show {ORIGIN}", "[weight, priority]") == [1000, 1]
    assert az(f"afd route show {ROUTE}", "originGroup.id").endswith("/originGroups/inference")


def test_everything_can_be_changed(az: AzureCli, edge: str) -> None:
    changes = [
        (f"profile update {WHERE} --origin-response-timeout-seconds 60", 60),
        (f"endpoint update {ENDPOINT} --enabled-state Disabled", "Disabled"),
        (f"endpoint update {ENDPOINT} --enabled-state Enabled", "Enabled"),
        (f"origin-group update {ORIGINS} --probe-path /ready", "/ready"),
        (f"origin update {ORIGIN} --weight 500", 500),
        (f"route update {ROUTE} --patterns-to-match '/v1/*'", ["/v1/*"]),
    ]
    queries = (
        "originResponseTimeoutSeconds",
        "enabledState",
        "enabledState",
        "healthProbeSettings.probePath",
        "weight",
        "patternsToMatch",
    )
    for (command, expected), query in zip(changes, queries, strict=True):
        assert az(f"afd {command}", query) == expected


def test_a_firewall_policy_guards_the_endpoint(az: AzureCli, edge: str) -> None:
    group = f"{az.subscription}/resourceGroups/gp-fraud"
    url = f"{group}/{WAF}?api-version=2025-10-01"
    body = json.dumps({"location": "global", "sku": {"name": "Standard_AzureFrontDoor"}})
    sku = az(f"rest --method put --url '{url}' --body '{body}'", "sku.name")
    assert sku == "Standard_AzureFrontDoor"
    domain = f"--domains {group}/providers/Microsoft.Cdn/profiles/edge/afdEndpoints/fraud"
    state = az(
        f"afd security-policy create {POLICY} {domain} --waf-policy {group}/{WAF}",
        "[provisioningState, parameters.type]",
    )
    assert state == ["Succeeded", "WebApplicationFirewall"]
    changed = f"afd security-policy update {POLICY} {domain} --waf-policy {group}/{WAF}"
    assert az(changed, "provisioningState") == "Succeeded"
    assert az(f"afd security-policy list {WHERE}", "[].name") == ["waf"]
    assert az(f"afd security-policy show {POLICY}", "name") == "waf"
    az(f"afd security-policy delete {POLICY} --yes")
    assert az(f"afd security-policy list {WHERE}") == []


def test_a_custom_domain_is_created_listed_and_deleted(az: AzureCli, profile: str) -> None:
    domain = f"{WHERE} --custom-domain-name fraud"
    created = az(
        f"afd custom-domain create {domain} --host-name fraud.example.com "
        "--certificate-type ManagedCertificate --minimum-tls-version TLS12",
        "[hostName, provisioningState, tlsSettings.minimumTlsVersion]",
    )
    assert created == ["fraud.example.com", "Succeeded", "TLS12"]
    assert az(f"afd custom-domain list {WHERE}", "[].domainValidationState") == ["Approved"]
    az(f"afd custom-domain delete {domain} --yes")
    assert az(f"afd custom-domain list {WHERE}") == []


REFUSALS = [
    pytest.param(f"afd profile show {WHERE}x", 3, "ResourceNotFound", id="no profile"),
    pytest.param(f"afd origin-group show {ORIGINS}x", 3, "NotFound", id="no origin group"),
    pytest.param(f"afd endpoint list {WHERE}x", 3, "ParentResourceNotFound", id="no parent"),
    pytest.param(f"afd origin delete {ORIGIN} --yes", 1, "BadRequest", id="last origin"),
    pytest.param(
        f"afd route create {ROUTE}2 --origin-group none --supported-protocols Https "
        "--https-redirect Disabled --forwarding-protocol HttpOnly",
        1,
        "BadRequest",
        id="route to a group that is not there",
    ),
]


@pytest.mark.parametrize(("command", "exit_code", "code"), REFUSALS)
def test_what_front_door_refuses_is_refused_with_its_code(
    az: AzureCli, edge: str, command: str, exit_code: int, code: str
) -> None:
    refusal = az.refused(command)
    assert (refusal.exit_code, f"({code})" in refusal.text) == (exit_code, True), refusal.text


def test_the_edge_is_deleted_piece_by_piece_and_the_profile_with_the_rest(
    az: AzureCli, edge: str
) -> None:
    az(f"afd route delete {ROUTE} --yes")
    az(f"afd origin delete {ORIGIN} --yes")
    az(f"afd origin-group delete {ORIGINS} --yes")
    assert az(f"afd origin-group list {WHERE}") == []
    az(f"afd profile delete {WHERE}")
    assert az.refused(f"afd endpoint show {ENDPOINT}").exit_code == 3
    assert az("afd profile list --resource-group gp-fraud") == []

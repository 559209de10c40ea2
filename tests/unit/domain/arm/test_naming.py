"""Every name is derived, never random, and within the limits of the service that gets it."""

import re

import pytest

from domain.arm import naming
from domain.catalog.regions import DEFAULT_ALLOWED_REGIONS

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
LONGEST = "a-very-long-environment1"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"


def test_the_same_environment_always_has_the_same_dns_label() -> None:
    first = naming.dns_label("fraud-llm", "westeurope", SUBSCRIPTION)
    assert first == naming.dns_label("fraud-llm", "westeurope", SUBSCRIPTION)
    assert re.fullmatch(r"fraud-llm-[0-9a-f]{8}", first)


@pytest.mark.parametrize(
    ("name", "region", "subscription"),
    [
        pytest.param("other-llm", "westeurope", SUBSCRIPTION, id="another environment"),
        pytest.param("fraud-llm", "northeurope", SUBSCRIPTION, id="another region"),
        pytest.param("fraud-llm", "westeurope", SUBSCRIPTION[::-1], id="another subscription"),
    ],
)
def test_dns_labels_differ_by(name: str, region: str, subscription: str) -> None:
    here = naming.dns_label("fraud-llm", "westeurope", SUBSCRIPTION)
    assert naming.dns_label(name, region, subscription) != here


def test_the_origin_is_the_public_ip_by_its_dns_label() -> None:
    label = naming.dns_label("fraud-llm", "westeurope", SUBSCRIPTION)
    host = naming.origin_host("fraud-llm", "westeurope", SUBSCRIPTION)
    assert host == f"{label}.westeurope.cloudapp.azure.com"


@pytest.mark.parametrize("region", DEFAULT_ALLOWED_REGIONS)
@pytest.mark.parametrize("name", ["abc", "fraud-llm", LONGEST])
def test_names_fit_the_limits_of_azure_and_kubernetes(name: str, region: str) -> None:
    assert len(naming.cluster_name(name, region)) <= 54, "dnsPrefix"
    assert len(naming.node_resource_group(name, region)) <= 80
    assert len(naming.endpoint_name(name)) <= 46
    assert re.fullmatch(r"[a-z][a-z0-9]{0,127}", naming.waf_policy_name(name))
    label = naming.dns_label(name, region, SUBSCRIPTION)
    assert re.fullmatch(r"[a-z][a-z0-9-]{1,61}[a-z0-9]", label)


def test_groups_of_one_environment_are_all_different() -> None:
    groups = [
        naming.edge_resource_group("fraud-llm"),
        naming.cell_resource_group("fraud-llm", "westeurope"),
        naming.cell_resource_group("fraud-llm", "northeurope"),
        naming.node_resource_group("fraud-llm", "westeurope"),
    ]
    assert len(set(groups)) == len(groups)


EDGE = f"{GROUP}/gp-fraud-llm-edge/providers/Microsoft.Cdn/profiles/gp-fraud-llm"


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (
            naming.cluster_id(SUBSCRIPTION, "fraud-llm", "westeurope"),
            f"{GROUP}/gp-fraud-llm-westeurope/providers/Microsoft.ContainerService/"
            "managedClusters/gp-fraud-llm-westeurope",
        ),
        (
            naming.agent_pool_id(SUBSCRIPTION, "fraud-llm", "westeurope"),
            f"{GROUP}/gp-fraud-llm-westeurope/providers/Microsoft.ContainerService/"
            "managedClusters/gp-fraud-llm-westeurope/agentPools/gpu",
        ),
        (naming.profile_id(SUBSCRIPTION, "fraud-llm"), EDGE),
        (naming.endpoint_id(SUBSCRIPTION, "fraud-llm"), f"{EDGE}/afdEndpoints/gp-fraud-llm"),
        (naming.origin_group_id(SUBSCRIPTION, "fraud-llm"), f"{EDGE}/originGroups/inference"),
        (
            naming.origin_id(SUBSCRIPTION, "fraud-llm", "westeurope"),
            f"{EDGE}/originGroups/inference/origins/westeurope",
        ),
        (
            naming.route_id(SUBSCRIPTION, "fraud-llm"),
            f"{EDGE}/afdEndpoints/gp-fraud-llm/routes/inference",
        ),
        (naming.security_policy_id(SUBSCRIPTION, "fraud-llm"), f"{EDGE}/securityPolicies/waf"),
        (
            naming.waf_policy_id(SUBSCRIPTION, "fraud-llm"),
            f"{GROUP}/gp-fraud-llm-edge/providers/Microsoft.Network/"
            "frontDoorWebApplicationFirewallPolicies/gpfraudllm",
        ),
    ],
    ids=lambda value: value.rsplit("/", 2)[-2],
)
def test_resource_ids_are_those_of_azure_resource_manager(built: str, expected: str) -> None:
    assert built == expected


def test_tags_say_who_pays_and_that_it_is_ours(make_spec) -> None:
    assert naming.environment_tags(make_spec()) == {
        "team": "fraud",
        "gridplane-environment": "fraud-llm",
        "cost-center": "ML-1234",
        "owner": "fraud-team@example.com",
        "environment": "fraud-llm",
        "managed-by": "gridplane",
    }

import pytest

from domain.arm import naming
from domain.arm.resource_id import parse_resource_id
from domain.arm.resource_kinds import KINDS, ResourceTarget

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
EDGE, CELL = "gp-fraud-llm-edge", "gp-fraud-llm-westeurope"
PROFILE = (EDGE, "gp-fraud-llm")


@pytest.mark.parametrize(
    ("kind", "resource_type", "names"),
    [
        ("resourceGroup", "Microsoft.Resources/resourceGroups", (CELL,)),
        ("managedCluster", "Microsoft.ContainerService/managedClusters", (CELL, CELL)),
        ("profile", "Microsoft.Cdn/profiles", PROFILE),
        ("endpoint", "Microsoft.Cdn/profiles/afdEndpoints", (*PROFILE, "gp-fraud-llm")),
        ("originGroup", "Microsoft.Cdn/profiles/originGroups", (*PROFILE, "inference")),
        (
            "origin",
            "Microsoft.Cdn/profiles/originGroups/origins",
            (*PROFILE, "inference", "westeurope"),
        ),
        (
            "route",
            "Microsoft.Cdn/profiles/afdEndpoints/routes",
            (*PROFILE, "gp-fraud-llm", "inference"),
        ),
        (
            "wafPolicy",
            "Microsoft.Network/frontDoorWebApplicationFirewallPolicies",
            (EDGE, "gpfraudllm"),
        ),
        ("securityPolicy", "Microsoft.Cdn/profiles/securityPolicies", (*PROFILE, "waf")),
    ],
)
def test_the_id_of_each_kind_is_taken_apart(kind: str, resource_type: str, names: tuple[str, ...]):
    target = ResourceTarget(kind, "fraud-llm", "westeurope", SUBSCRIPTION)
    assert parse_resource_id(KINDS[kind].build_id(target)) == (resource_type, names)


def test_a_node_pool_belongs_to_the_provider_of_its_cluster():
    path = parse_resource_id(naming.agent_pool_id(SUBSCRIPTION, "fraud-llm", "westeurope"))
    assert path == ("Microsoft.ContainerService/managedClusters/agentPools", (CELL, CELL, "gpu"))
    assert path.provider == "Microsoft.ContainerService"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/subscriptions/1",
        "/subscriptions/1/providers/Microsoft.Cdn/profiles/x",
        "/subscriptions/1/resourceGroups/x/providers/Microsoft.Cdn",
        "/subscriptions/1/resourceGroups/x/providers/Microsoft.Cdn/profiles",
        "https://management.azure.com/subscriptions/1/resourceGroups/x",
    ],
)
def test_what_is_no_resource_id_is_refused(text: str):
    with pytest.raises(ValueError, match="is no resource id"):
        parse_resource_id(text)

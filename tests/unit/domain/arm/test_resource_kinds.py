from typing import Any

import pytest

from domain.arm import naming
from domain.arm.existing_resource import is_foreign, is_in_motion, provisioning_state
from domain.arm.pacing import PACES
from domain.arm.resource_kinds import KINDS, ResourceTarget, list_group_ids
from tests.support.payloads import CLUSTER_WITH_ISSUER, PULL, RECORD, REGISTRY
from tests.support.specs import a_spec

SUBSCRIPTION = "5b5c5b5c-0000-4000-8000-000000000001"
ROOT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
PROFILE = f"{ROOT}/gp-fraud-llm-edge/providers/Microsoft.Cdn/profiles/gp-fraud-llm"
IDENTITY = (
    f"{ROOT}/gp-fraud-llm-westeurope/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"
    "gp-fraud-llm-westeurope"
)
MARK = naming.OWNER_TAG
OURS = {"managed-by": "gridplane", "environment": "fraud-llm"}


def target(kind: str, region: str = "") -> ResourceTarget:
    return ResourceTarget(
        kind,
        "fraud-llm",
        region,
        SUBSCRIPTION,
        record_id=RECORD,
        grant=PULL,
        source=CLUSTER_WITH_ISSUER,
    )


IDS = [
    ("resourceGroup", "", f"{ROOT}/gp-fraud-llm-edge"),
    ("resourceGroup", "westeurope", f"{ROOT}/gp-fraud-llm-westeurope"),
    (
        "managedCluster",
        "westeurope",
        f"{ROOT}/gp-fraud-llm-westeurope/providers/Microsoft.ContainerService/managedClusters/"
        "gp-fraud-llm-westeurope",
    ),
    (
        "agentPool",
        "westeurope",
        f"{ROOT}/gp-fraud-llm-westeurope/providers/Microsoft.ContainerService/managedClusters/"
        "gp-fraud-llm-westeurope/agentPools/gpu",
    ),
    *(
        (
            kind,
            "westeurope",
            f"{ROOT}/gp-fraud-llm-westeurope/providers/Microsoft.ContainerService/managedClusters/"
            f"gp-fraud-llm-westeurope/maintenanceConfigurations/{schedule}",
        )
        for kind, schedule in (
            ("autoUpgradeSchedule", "aksManagedAutoUpgradeSchedule"),
            ("nodeOSUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"),
        )
    ),
    (
        "roleAssignment",
        "westeurope",
        f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments/"
        "60cea731-1662-5f50-b8d1-f8621df79e3a",
    ),
    ("dnsRecord", "westeurope", RECORD),
    ("identity", "westeurope", IDENTITY),
    (
        "federatedCredential",
        "westeurope",
        f"{IDENTITY}/federatedIdentityCredentials/inference",
    ),
    (
        "privateLink",
        "westeurope",
        f"{ROOT}/gp-fraud-llm-westeurope-nodes/providers/Microsoft.Network/privateLinkServices/"
        "gp-fraud-llm",
    ),
    ("profile", "", PROFILE),
    ("endpoint", "", f"{PROFILE}/afdEndpoints/gp-fraud-llm"),
    ("originGroup", "", f"{PROFILE}/originGroups/inference"),
    ("origin", "westeurope", f"{PROFILE}/originGroups/inference/origins/westeurope"),
    ("route", "", f"{PROFILE}/afdEndpoints/gp-fraud-llm/routes/inference"),
    ("securityPolicy", "", f"{PROFILE}/securityPolicies/waf"),
    (
        "wafPolicy",
        "",
        f"{ROOT}/gp-fraud-llm-edge/providers/Microsoft.Network/"
        "frontDoorWebApplicationFirewallPolicies/gpfraudllm",
    ),
]


@pytest.mark.parametrize(
    ("kind", "region", "expected"),
    IDS,
    ids=[f"{kind} {region}".strip() for kind, region, _ in IDS],
)
def test_every_id_is_derived_from_the_environments_name(kind: str, region: str, expected: str):
    assert KINDS[kind].build_id(target(kind, region)) == expected


UNTAGGED = {"roleAssignment", "dnsRecord"}
"""They state their owner otherwise."""
TAGGED = [kind for kind, row in KINDS.items() if row.owner_kind is None and kind not in UNTAGGED]


def test_there_is_an_id_of_every_kind():
    assert {kind for kind, _, _ in IDS} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_built_has_limits_and_a_pace(kind: str):
    row = KINDS[kind]
    body = row.build_body(a_spec(), target(kind, "westeurope"), None)
    assert body
    assert row.create_timeout >= 60
    assert row.delete_timeout >= 60
    assert row.pace in PACES
    carries_tags = row.owner_kind is None and kind not in UNTAGGED
    assert ("tags" in body) is carries_tags, "what can carry tags carries ours"


def test_the_edges_group_stands_in_the_first_region():
    spec = a_spec(regions=["swedencentral", "westeurope"])
    body = KINDS["resourceGroup"].build_body(spec, target("resourceGroup"), None)
    assert body["location"] == "swedencentral"


def test_the_edges_group_stays_where_it_stands_when_regions_change_places():
    spec = a_spec(regions=["swedencentral", "westeurope"])
    existing = {"location": "westeurope", "tags": OURS}
    body = KINDS["resourceGroup"].build_body(spec, target("resourceGroup"), existing)
    assert body["location"] == "westeurope"


@pytest.mark.parametrize("kind", TAGGED)
def test_tags_of_others_are_kept_beside_ours(kind: str):
    """A PUT takes away what it does not name: policies and cost reports set tags, too."""
    spec = a_spec(costCenter="ML-9")
    existing = {"location": "westeurope", "tags": {"cost-center": "ML-1", "team": "blue"}}
    body = KINDS[kind].build_body(spec, target(kind, "westeurope"), existing)
    assert body["tags"] == {"team": "blue", **naming.environment_tags(spec)}


@pytest.mark.parametrize("kind", TAGGED)
def test_no_tag_is_written_in_two_spellings_and_a_policys_values_stay(kind: str):
    theirs = {
        "Environment": "production",
        "Managed-By": "policy",
        "Cost-Center": "old",
        "Team": "b",
    }
    existing = {"location": "westeurope", "tags": theirs}
    body = KINDS[kind].build_body(a_spec(costCenter="ML-9"), target(kind, "westeurope"), existing)
    assert body["tags"] == {
        "Environment": "production",
        "Managed-By": "policy",
        "Cost-Center": "ML-9",
        "Team": "b",
        "owner": a_spec().owner,
        MARK: "fraud-llm",
    }


def test_a_pool_keeps_the_tags_of_others_in_their_spelling():
    cluster = KINDS["managedCluster"]
    existing = cluster.build_body(a_spec(), target("managedCluster", "westeurope"), None)
    for pool in existing["properties"]["agentPoolProfiles"]:
        pool["tags"] = {"Environment": "production"}
    body = cluster.build_body(a_spec(), target("managedCluster", "westeurope"), existing)
    for pool in body["properties"]["agentPoolProfiles"]:
        assert pool["tags"]["Environment"] == "production"
        assert "environment" not in pool["tags"]
        assert pool["tags"][MARK] == "fraud-llm"


@pytest.mark.parametrize(
    ("kind", "properties", "result"),
    [
        pytest.param("endpoint", {"hostName": "x"}, {"hostName": "x"}, id="endpoint"),
        pytest.param("profile", {"frontDoorId": "1"}, {"frontDoorId": "1"}, id="profile"),
        pytest.param("profile", {}, {"frontDoorId": ""}, id="a profile that has none yet"),
        pytest.param("managedCluster", {"fqdn": "f"}, {"fqdn": "f"}, id="cluster"),
        pytest.param("managedCluster", {}, {"fqdn": ""}, id="a cluster that has none yet"),
        pytest.param("route", {"x": 1}, {}, id="route: nothing"),
    ],
)
def test_what_the_story_needs_is_read_from_the_answer(
    kind: str, properties: dict[str, Any], result: dict[str, Any]
):
    assert KINDS[kind].read_result({"properties": properties}) == result


@pytest.mark.parametrize(
    ("kind", "existing", "foreign"),
    [
        pytest.param("profile", {"tags": OURS}, False, id="ours"),
        pytest.param("profile", {"tags": {**OURS, "more": "1"}}, False, id="ours and more"),
        pytest.param("profile", {"tags": {**OURS, "environment": "x"}}, True, id="another's"),
        pytest.param("profile", {"tags": {MARK: "fraud-llm"}}, False, id="the mark alone"),
        pytest.param(
            "managedCluster",
            {"tags": {MARK: "fraud-llm", "environment": "production", "managed-by": "policy"}},
            False,
            id="tags that a policy rewrote",
        ),
        pytest.param(
            "managedCluster",
            {"tags": {"Gridplane-Environment": "fraud-llm"}},
            False,
            id="the mark in another case",
        ),
        pytest.param(
            "profile",
            {"tags": {"Managed-By": "gridplane", "Environment": "fraud-llm"}},
            False,
            id="an earlier version's tags in another case",
        ),
        pytest.param("profile", {"tags": {MARK: "Fraud-LLM"}}, True, id="values are exact"),
        pytest.param("profile", {"tags": {**OURS, MARK: "x"}}, True, id="another's mark"),
        pytest.param("profile", {"tags": {"managed-by": "terraform"}}, True, id="another tool's"),
        pytest.param("resourceGroup", {}, True, id="a group without tags"),
        pytest.param("resourceGroup", {"tags": None}, True, id="a group with null tags"),
        pytest.param("managedCluster", {"tags": {}}, True, id="a cluster with empty tags"),
        pytest.param("route", {}, False, id="a route can carry none: its parent decides"),
    ],
)
def test_what_does_not_carry_our_tags_is_somebody_elses(
    kind: str, existing: dict[str, Any], foreign: bool
):
    assert is_foreign(existing, target(kind)) is foreign


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        ("Creating", True),
        ("Updating", True),
        ("deleting", True),
        ("Accepted", True),
        ("Succeeded", False),
        ("SUCCEEDED", False),
        ("Failed", False),
        ("Canceled", False),
        (None, False),
    ],
)
def test_a_resource_is_in_motion_until_its_state_is_an_end(state: str | None, moves: bool):
    existing = {"properties": {"provisioningState": state}} if state else {"id": "/x"}
    assert is_in_motion(existing) is moves
    assert provisioning_state(existing) == (state or "succeeded").lower()


def test_leftovers_are_looked_for_in_every_group_also_those_where_aks_keeps_the_nodes():
    regions = ("westeurope", "swedencentral")
    assert list_group_ids("fraud-llm", regions, SUBSCRIPTION) == [
        f"{ROOT}/{group}"
        for group in (
            "gp-fraud-llm-edge",
            "gp-fraud-llm-westeurope",
            "gp-fraud-llm-westeurope-nodes",
            "gp-fraud-llm-swedencentral",
            "gp-fraud-llm-swedencentral-nodes",
        )
    ]


def test_no_name_is_longer_than_azure_allows():
    longest = "a" * 24
    assert len(naming.cell_resource_group(longest, "germanywestcentral")) <= 90
    assert len(naming.cluster_name(longest, "germanywestcentral")) <= 63
    assert len(naming.node_resource_group(longest, "germanywestcentral")) <= 80
    assert len(naming.dns_label(longest, "germanywestcentral", SUBSCRIPTION)) <= 63
    assert len(naming.waf_policy_name(longest)) <= 128

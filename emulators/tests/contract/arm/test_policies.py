"""Azure Policy as the SDK clients meet it: what it changes on the way, and what it denies."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.contract.arm.test_clusters import CLUSTER, NAME
from emulators.tests.contract.arm.test_clusters import VERSION as AKS_VERSION
from emulators.tests.contract.arm.test_front_door import (
    ORIGINS,
    PROFILE,
    PROFILE_BODY,
    SKU,
    VERSION,
    put,
    put_and_wait,
)
from emulators.tests.support.arm_bodies import cluster_body
from emulators.tests.support.simulator import Control

CLUSTERS = "Microsoft.ContainerService/managedClusters"


def operation(name: str, tag: str, value: str | None = None) -> dict[str, str]:
    given = {} if value is None else {"value": value}
    return {"operation": name, "field": f"tags['{tag}']", **given}


async def assign(control: Control, effect: str, **policy: Any) -> Any:
    return await control.call("POST", "/policies", {"name": "p", "effect": effect, **policy})


@pytest.mark.parametrize(
    ("operations", "tags"),
    [
        pytest.param(
            [operation("addOrReplace", "environment", "production")],
            {"owner": "x", "environment": "production"},
            id="replaced whatever its case is",
        ),
        pytest.param(
            [operation("add", "environment", "production"), operation("add", "CostCenter", "42")],
            {"Environment": "fraud", "owner": "x", "CostCenter": "42"},
            id="added where it is missing",
        ),
        pytest.param([operation("remove", "OWNER")], {"Environment": "fraud"}, id="removed"),
    ],
)
async def test_a_policy_modifies_the_tags_of_what_is_written(
    azure: Azure, control: Control, operations: list[Any], tags: dict[str, str]
) -> None:
    await assign(control, "modify", operations=operations)
    group = await azure.groups.resource_groups.create_or_update(
        "gp-fraud", {"location": "westeurope", "tags": {"Environment": "fraud", "owner": "x"}}
    )
    assert group.tags == tags


async def test_a_policy_modifies_the_resources_that_have_tags_alone(
    azure: Azure, arm: Arm, group: str, control: Control
) -> None:
    await assign(control, "modify", operations=[operation("add", "CostCenter", "42")])
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, cluster_body()
    )
    cluster = await begun.result()
    policy: Any = {"location": "global", "sku": SKU}
    begun_policy = await azure.waf.policies.begin_create_or_update(group, "gpfraud", policy)
    waf = await begun_policy.result()
    profile = await put_and_wait(arm, PROFILE, PROFILE_BODY)
    origins = await put_and_wait(arm, ORIGINS, {"properties": {}})
    tags = [cluster.tags or {}, waf.tags or {}, profile.body["tags"]]
    assert [each["CostCenter"] for each in tags] == ["42"] * 3
    assert "tags" not in origins.body


async def test_a_policy_denies_within_its_scope_and_says_which_one_it_is(
    azure: Azure, group: str, control: Control
) -> None:
    await assign(control, "deny", resourceType=CLUSTERS.lower(), resourceGroup="gp-.*")
    with pytest.raises(HttpResponseError) as refused:
        await azure.containers.managed_clusters.begin_create_or_update(group, NAME, cluster_body())
    assert refused.value.status_code == 403
    error: Any = refused.value.error
    assert (error.code, error.target) == ("RequestDisallowedByPolicy", NAME)
    (violation,) = error.additional_info
    assert violation.type == "PolicyViolation"
    info = violation.info
    assert info["policyDefinitionEffect"] == "Deny"
    assert info["policyAssignmentId"].endswith("/policyAssignments/p")
    assert info["evaluationDetails"]["evaluatedExpressions"][0]["targetValue"] == CLUSTERS


async def test_a_policy_leaves_other_groups_types_and_methods_alone(
    azure: Azure, arm: Arm, group: str, control: Control
) -> None:
    await assign(control, "deny", resourceType=CLUSTERS, resourceGroup="other")
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, cluster_body()
    )
    await begun.result()
    await assign(control, "deny", resourceType=CLUSTERS)
    assert (await arm.call("GET", CLUSTER, api_version=AKS_VERSION)).status == 200
    assert (await put(arm, PROFILE, PROFILE_BODY, VERSION)).status == 201
    again = await arm.call("PUT", CLUSTER, cluster_body(), api_version=AKS_VERSION)
    assert again.error == (403, "RequestDisallowedByPolicy")
    assert (await arm.call("DELETE", CLUSTER, api_version=AKS_VERSION)).status == 202


async def test_a_tag_may_be_demanded_and_is_counted_after_all_modifications(
    azure: Azure, control: Control
) -> None:
    groups = azure.groups.resource_groups
    await assign(control, "deny", missingTag="CostCenter")
    with pytest.raises(HttpResponseError, match="was disallowed by policy"):
        await groups.create_or_update("gp-a", {"location": "westeurope"})
    tags = {"costcenter": "1"}
    await groups.create_or_update("gp-b", {"location": "westeurope", "tags": tags})
    await control.call(
        "POST",
        "/policies",
        {"name": "q", "effect": "modify", "operations": [operation("add", "CostCenter", "2")]},
    )
    assert (await groups.create_or_update("gp-a", {"location": "westeurope"})).tags == {
        "CostCenter": "2"
    }


async def test_policies_are_shown_replaced_and_removed(arm: Arm, control: Control) -> None:
    await assign(control, "deny")
    await assign(control, "deny", resourceGroup="nobody")
    await control.call("POST", "/policies", {"name": "q", "effect": "deny"})
    assert [each["name"] for each in await control.call("GET", "/policies")] == ["p", "q"]
    await control.call("DELETE", "/policies?name=Q")
    await control.call("DELETE", "/policies?name=Q", expected=400)
    body = {"location": "westeurope"}
    assert (await arm.call("PUT", "resourceGroups/gp-a", body)).status == 201
    await control.call("POST", "/reset")
    assert await control.call("GET", "/policies") == []


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        pytest.param({"effect": "audit"}, "effect must be one of", id="effect"),
        pytest.param({"effect": "modify"}, "operations go with modify", id="nothing to do"),
        pytest.param(
            {"effect": "deny", "operations": [operation("remove", "a")]},
            "operations go with modify",
            id="deny that changes",
        ),
        pytest.param(
            {"effect": "modify", "operations": [operation("add", "a")]}, "value", id="no value"
        ),
        pytest.param(
            {"effect": "modify", "operations": [operation("append", "a")]},
            "operation must be one of",
            id="operation",
        ),
        pytest.param(
            {"effect": "modify", "operations": [{"operation": "remove", "field": "name"}]},
            "field must be tags",
            id="field",
        ),
        pytest.param({"effect": "deny", "scope": "x"}, "scope is not known", id="unknown"),
    ],
)
async def test_what_is_no_policy_is_refused(control: Control, policy: Any, text: str) -> None:
    refused = await control.call("POST", "/policies", {"name": "p", **policy}, expected=400)
    assert text in refused["error"]["message"]

"""Names of tags ignore case in every service."""

from typing import Any

import pytest

from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.contract.arm.test_clusters import CLUSTER, NAME
from emulators.tests.contract.arm.test_clusters import VERSION as AKS_VERSION
from emulators.tests.contract.arm.test_front_door import (
    ENDPOINT,
    ENDPOINT_BODY,
    PROFILE,
    PROFILE_BODY,
    SKU,
    VERSION,
    WAF,
    WAF_VERSION,
    put_and_wait,
)
from emulators.tests.support.arm_bodies import cluster_body, gpu_pool, system_pool

SPELLINGS = {"Environment": "fraud", "environment": "production", "owner": "x"}
KEPT = {"Environment": "production", "owner": "x"}


def tagged(body: Any) -> Any:
    return {**body, "tags": SPELLINGS}


@pytest.mark.parametrize(
    ("path", "body", "version"),
    [
        pytest.param(
            "resourceGroups/gp-tags", {"location": "westeurope"}, "2025-04-01", id="group"
        ),
        pytest.param(CLUSTER, cluster_body(), AKS_VERSION, id="cluster"),
        pytest.param(PROFILE, PROFILE_BODY, VERSION, id="profile"),
        pytest.param(WAF, {"location": "global", "sku": SKU}, WAF_VERSION, id="WAF policy"),
    ],
)
async def test_spellings_of_one_name_in_a_request_are_one_tag(
    arm: Arm, group: str, path: str, body: Any, version: str
) -> None:
    written = await arm.call("PUT", path, tagged(body), api_version=version)
    shown = await arm.call("GET", path, api_version=version)
    assert (written.status, written.body["tags"]) == (201, KEPT)
    assert shown.body["tags"] == KEPT


async def test_the_tags_of_an_endpoint_are_told_apart_without_case_too(
    arm: Arm, group: str
) -> None:
    await put_and_wait(arm, PROFILE, PROFILE_BODY)
    created = await put_and_wait(arm, ENDPOINT, tagged(ENDPOINT_BODY))
    assert created.body["tags"] == KEPT


async def test_the_tags_of_agent_pools_are_told_apart_without_case_too(
    azure: Azure, group: str
) -> None:
    pools = [system_pool(), {"name": "gpu", **gpu_pool(minCount=1, tags=SPELLINGS)}]
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, cluster_body(agentPoolProfiles=pools)
    )
    await begun.result()
    body: Any = {"properties": gpu_pool(tags=SPELLINGS)}
    begun_pool = await azure.containers.agent_pools.begin_create_or_update(
        group, NAME, "gpu2", body
    )
    await begun_pool.result()
    listed = {each.name: each async for each in azure.containers.agent_pools.list(group, NAME)}
    for name in ("gpu", "gpu2"):
        properties = listed[name].properties
        assert properties is not None
        assert properties.tags == KEPT


async def test_a_put_stores_another_spelling_in_place_of_the_one_before(azure: Azure) -> None:
    groups = azure.groups.resource_groups
    for tags in ({"environment": "fraud"}, {"ENVIRONMENT": "fraud"}):
        await groups.create_or_update("gp-tags", {"location": "westeurope", "tags": tags})
    found = [each async for each in groups.list(filter="tagName eq 'environment'")]
    assert [each.tags for each in found] == [{"ENVIRONMENT": "fraud"}]

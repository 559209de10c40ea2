"""Limits beside vCPUs: read by Microsoft's packages, used up, refused beyond, and given back."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.support.arm_bodies import cluster_body
from emulators.tests.support.simulator import Control

REGION = "westeurope"
PROFILE = "resourceGroups/gp-fraud/providers/Microsoft.Cdn/profiles/gp-fraud"
PROFILE_BODY = {"location": "global", "sku": {"name": "Standard_AzureFrontDoor"}}
ADDRESSES, BALANCERS = "StandardSkuPublicIpAddresses", "StandardSkuLoadBalancers"
HOST_ENCRYPTION = "providers/Microsoft.Features/providers/Microsoft.Compute/features"


async def usages(arm: Arm, provider: str = "Microsoft.Network") -> dict[str, tuple[int, int]]:
    """Used and limit by name."""
    path = f"providers/{provider}/locations/{REGION}/usages"
    version = "2024-05-01" if provider == "Microsoft.Network" else "2025-08-01"
    answer = await arm.call("GET", path, api_version=version)
    assert answer.status == 200
    return {
        each["name"]["value"]: (each["currentValue"], each["limit"])
        for each in answer.body["value"]
    }


async def profiles(azure: Azure) -> tuple[int, int]:
    found = [each async for each in azure.cdn.resource_usage.list()]
    (only,) = [each for each in found if each.resource_type == "afdprofile"]
    return only.current_value or 0, only.limit or 0


async def create(azure: Azure, group: str, name: str, **changes: Any) -> Any:
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, name, cluster_body(nodeResourceGroup=f"{name}-nodes", **changes)
    )
    return await begun.result()


async def delete(azure: Azure, group: str, name: str) -> None:
    await (await azure.containers.managed_clusters.begin_delete(group, name)).result()


async def limit(control: Control, name: str, allowed: int) -> None:
    await control.call("PUT", "/quota", {"region": REGION, "name": name, "limit": allowed})


async def test_a_cluster_counts_with_its_address_and_load_balancer_until_it_is_gone(
    azure: Azure, arm: Arm, group: str, control: Control
) -> None:
    before = await usages(arm)
    assert (before[ADDRESSES], before[BALANCERS]) == ((0, 1000), (0, 1000))
    await create(azure, group, "one")
    during = await usages(arm)
    assert (during[ADDRESSES], during[BALANCERS]) == ((1, 1000), (1, 1000))
    assert during["PublicIPAddresses"][0] == during["VirtualNetworks"][0] == 1
    await control.call("PUT", "/limits", {"clustersPerRegion": 7})
    assert (await usages(arm, "Microsoft.ContainerService"))["ManagedClusters"] == (1, 7)
    await delete(azure, group, "one")
    assert await usages(arm) == before
    assert (await usages(arm, "Microsoft.ContainerService"))["ManagedClusters"] == (0, 7)


@pytest.mark.parametrize(
    ("name", "code"),
    [(ADDRESSES, "PublicIPCountLimitReached"), (BALANCERS, "LoadBalancerCountLimitReached")],
)
async def test_a_cluster_that_finds_no_room_in_the_network_fails_until_there_is_some(
    azure: Azure, group: str, control: Control, name: str, code: str
) -> None:
    await limit(control, name, 1)
    await create(azure, group, "one")
    with pytest.raises(HttpResponseError, match=f"{code}.*Cannot create more than 1 "):
        await create(azure, group, "two")
    await delete(azure, group, "two")
    await delete(azure, group, "one")
    assert await create(azure, group, "two")


async def test_profiles_are_counted_and_refused_beyond_the_limit(
    azure: Azure, arm: Arm, group: str, control: Control
) -> None:
    assert await profiles(azure) == (0, 500)
    await control.call("PUT", "/limits", {"frontDoorProfiles": 1})
    created = await arm.call("PUT", PROFILE, PROFILE_BODY, api_version="2026-10-01")
    assert created.status == 201
    assert await profiles(azure) == (1, 1)
    refused = await arm.call("PUT", f"{PROFILE}-2", PROFILE_BODY, api_version="2026-10-01")
    assert refused.error == (400, "BadRequest")
    assert "exceeds quota" in refused.message


async def test_a_feature_is_needed_until_it_is_registered(
    azure: Azure, arm: Arm, group: str
) -> None:
    path, version = f"{HOST_ENCRYPTION}/EncryptionAtHost", "2021-07-01"
    known = await arm.call("GET", path, api_version=version)
    assert known.body["properties"] == {"state": "Registered"}
    assert known.body["name"] == "Microsoft.Compute/EncryptionAtHost"
    given_up = await arm.call("POST", f"{path}/unregister", api_version=version)
    assert given_up.body["properties"]["state"] == "Unregistering"
    again = await arm.call("POST", f"{path}/unregister", api_version=version)
    assert again.body["properties"]["state"] == "Unregistering"
    pools = cluster_body()["properties"]["agentPoolProfiles"]
    encrypted = [{**pool, "enableEncryptionAtHost": True} for pool in pools]
    with pytest.raises(HttpResponseError, match="SubscriptionNotEnabledEncryptionAtHost"):
        await create(azure, group, "one", agentPoolProfiles=encrypted)
    await arm.call("POST", f"{path}/register", api_version=version)
    while (await arm.poll_path(path, version)).body["properties"]["state"] != "Registered":
        pass
    assert await create(azure, group, "one", agentPoolProfiles=encrypted)


async def test_what_is_not_there_has_no_limits(arm: Arm) -> None:
    unknown = await arm.call("GET", f"{HOST_ENCRYPTION}/Flight", api_version="2021-07-01")
    assert unknown.error == (404, "FeatureNotFound")
    for provider, version in (
        ("Microsoft.Network", "2024-05-01"),
        ("Microsoft.ContainerService", "2025-08-01"),
    ):
        path = f"providers/{provider}/locations/atlantis/usages"
        assert (await arm.call("GET", path, api_version=version)).status == 400


async def test_a_usage_that_is_none_has_no_limit(control: Control) -> None:
    body = {"region": REGION, "name": "Widgets", "limit": 1}
    refused = await control.call("PUT", "/quota", body, expected=400)
    assert "nor a usage of Network" in refused["error"]["message"]

"""The subscription, its tenant, regions and resource providers, by the SDK and on the wire."""

import pytest

from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.contract.arm.test_clusters import create
from emulators.tests.support.arm_bodies import cluster_body
from emulators.tests.support.simulator import Control

CDN = "providers/Microsoft.Cdn"
PROFILE = "resourceGroups/gp-fraud/providers/Microsoft.Cdn/profiles/gp-fraud"
PROFILE_BODY = {"location": "global", "sku": {"name": "Standard_AzureFrontDoor"}}


async def test_one_subscription_and_one_tenant_are_there(arm: Arm) -> None:
    listed = await arm.call("GET", "/subscriptions", api_version="2022-12-01")
    (subscription,) = listed.body["value"]
    shown = await arm.call("GET", arm.subscription, api_version="2022-12-01")
    tenants = await arm.call("GET", "/tenants", api_version="2022-12-01")
    assert shown.body == subscription
    assert (subscription["id"], subscription["state"]) == (arm.subscription, "Enabled")
    assert [each["tenantId"] for each in tenants.body["value"]] == [subscription["tenantId"]]


async def test_regions_are_listed_with_the_names_that_people_read(arm: Arm) -> None:
    answer = await arm.call("GET", "locations", api_version="2022-12-01")
    names = {each["name"]: each["displayName"] for each in answer.body["value"]}
    assert names["westeurope"] == "West Europe"
    assert len(names) > 20


async def test_providers_are_listed_with_types_and_api_versions(azure: Azure) -> None:
    providers = {each.namespace: each async for each in azure.groups.providers.list()}
    assert {"Microsoft.ContainerService", "Microsoft.Cdn"} <= set(providers)
    aks = await azure.groups.providers.get("microsoft.containerservice")
    assert aks.registration_state == "Registered"
    types = {each.resource_type: each for each in aks.resource_types or []}
    assert "managedClusters/agentPools" in types
    assert "2026-08-01" in (types["managedClusters"].api_versions or [])
    assert "West Europe" in (types["managedClusters"].locations or [])


async def test_a_provider_that_is_not_registered_refuses_until_it_is(
    azure: Azure, arm: Arm, group: str
) -> None:
    given_up = await azure.groups.providers.unregister("Microsoft.Cdn")
    assert given_up.registration_state == "Unregistering"
    refusal = await arm.call("PUT", PROFILE, PROFILE_BODY, api_version="2026-10-01")
    assert refusal.error == (409, "MissingSubscriptionRegistration")
    assert refusal.headers["x-ms-failure-cause"] == "gateway"
    message = (
        "The subscription is not registered to use namespace 'Microsoft.Cdn'. "
        "See https://aka.ms/rps-not-found for how to register subscriptions."
    )
    detail = {"code": refusal.error[1], "target": "Microsoft.Cdn", "message": message}
    assert refusal.body["error"]["details"] == [detail]

    state = (await azure.groups.providers.register("Microsoft.Cdn")).registration_state
    assert state == "Registering"
    while state != "Registered":
        state = (await arm.poll_path(CDN)).body["registrationState"]
    assert (await arm.call("PUT", PROFILE, PROFILE_BODY, api_version="2026-10-01")).status == 201


async def test_a_provider_with_resources_is_not_given_up(arm: Arm, group: str) -> None:
    await arm.call("PUT", PROFILE, PROFILE_BODY, api_version="2026-10-01")
    refusal = await arm.call("POST", f"{CDN}/unregister")
    assert refusal.error[0] == 409
    assert (await arm.call("GET", CDN)).body["registrationState"] == "Registered"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_namespace_that_nobody_knows_is_refused(arm: Arm, method: str) -> None:
    path = "providers/Microsoft.Nothing" + ("/register" if method == "POST" else "")
    assert (await arm.call(method, path)).error == (404, "InvalidResourceNamespace")


USAGES = "providers/Microsoft.Compute/locations/westeurope/usages"


async def test_usages_have_the_odd_names_of_the_families(arm: Arm, control: Control) -> None:
    await control.set_quota("westeurope", "Standard NCASv3_T4 Family", 0)
    answer = await arm.call("GET", USAGES, api_version="2024-07-01")
    by_name = {each["name"]["value"]: each for each in answer.body["value"]}
    assert by_name["Standard NCASv3_T4 Family"]["limit"] == 0
    assert by_name["cores"] == {
        "limit": 2000,
        "unit": "Count",
        "currentValue": 0,
        "name": {"value": "cores", "localizedValue": "Total Regional vCPUs"},
    }
    assert {
        "StandardNCadsH100v5Family",
        "standardNDSH100v5Family",
        "Standard NDASv4_A100 Family",
        "lowPriorityCores",
    } <= set(by_name)
    assert "nextLink" not in answer.body
    assert answer.headers["x-ms-ratelimit-remaining-resource"].startswith("Microsoft.Compute/")


async def test_machines_that_run_are_in_the_usages(azure: Azure, arm: Arm, group: str) -> None:
    await create(azure, group, cluster_body(gpu_minimum=1))
    answer = await arm.call("GET", USAGES, api_version="2024-07-01")
    used = {each["name"]["value"]: each["currentValue"] for each in answer.body["value"]}
    assert (used["cores"], used["StandardNCADSA100v4Family"]) == (28, 24)
    assert (used["virtualMachines"], used["virtualMachineScaleSets"]) == (2, 2)


async def test_usages_of_an_unknown_region_are_refused(arm: Arm) -> None:
    refusal = await arm.call("GET", USAGES.replace("westeurope", "x"), api_version="2024-07-01")
    assert refusal.error[0] == 400


async def test_skus_are_filtered_by_region(arm: Arm) -> None:
    skus = "providers/Microsoft.Compute/skus"
    everything = await arm.call("GET", skus, api_version="2021-07-01")
    there = await arm.call_with(skus, "2021-07-01", {"$filter": "location eq 'westeurope'"})
    assert {each["locations"][0] for each in there.body["value"]} == {"westeurope"}
    assert len(everything.body["value"]) > len(there.body["value"])
    by_name = {each["name"]: each for each in there.body["value"]}
    assert by_name["Aligned"]["resourceType"] == "availabilitySets"
    t4 = by_name["Standard_NC64as_T4_v3"]
    assert (t4["family"], t4["size"]) == ("Standard NCASv3_T4 Family", "NC64as_T4_v3")
    assert {"name": "GPUs", "value": "4"} in t4["capabilities"]
    assert {"name": "vCPUs", "value": "64"} in t4["capabilities"]
    assert "Standard_NC6s_v3" not in by_name
    bad = await arm.call_with(skus, "2021-07-01", {"$filter": "name eq 'x'"})
    assert bad.error == (400, "BadRequest")

"""What Compute lists of sizes and usages, and that AKS goes by it."""

from typing import Any

import pytest

from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.contract.arm.recorded_rows import World
from emulators.tests.support.simulator import Control

SKUS = "providers/Microsoft.Compute/skus"
USAGES = "providers/Microsoft.Compute/locations/westeurope/usages"
A100, T4 = "Standard_NC24ads_A100_v4", "Standard_NC4as_T4_v3"
RTX = "Standard_NC72ds_xl_RTXPRO6000BSE_v6"
HERE = {"region": "westeurope", "vmSize": T4}
REASON = "NotAvailableForSubscription"


@pytest.fixture
def world(arm: Arm, group: str, control: Control, simulator: Any) -> World:
    return World(arm, control, simulator)


async def list_sizes(arm: Arm, region: str = "westeurope") -> dict[str, Any]:
    answer = await arm.call_with(SKUS, "2021-07-01", {"$filter": f"location eq '{region}'"})
    return {each["name"]: each for each in answer.body["value"]}


async def test_all_recorded_capabilities_are_there_in_their_order(arm: Arm) -> None:
    sizes = await list_sizes(arm, "southcentralus")
    capabilities = sizes[A100]["capabilities"]
    assert len(capabilities) == 30
    assert [each["name"] for each in capabilities][:4] == [
        "MaxResourceVolumeMB",
        "OSVhdSizeMB",
        "vCPUs",
        "MemoryPreservingMaintenanceSupported",
    ]
    values = {each["name"]: each["value"] for each in capabilities}
    assert (values["MemoryGB"], values["HyperVGenerations"]) == ("220", "V2")
    assert values["EncryptionAtHostSupported"] == "True"
    assert sorted(sizes[A100]["locationInfo"][0]["zones"]) == ["1", "3"]


async def test_the_capability_of_gpus_is_not_their_number(arm: Arm) -> None:
    (h100,) = [
        each
        for each in (await list_sizes(arm))["Standard_ND96isr_H100_v5"]["capabilities"]
        if each["name"] == "GPUs"
    ]
    assert h100["value"] == "12"


async def test_families_and_sizes_are_those_of_2026(arm: Arm) -> None:
    sizes = await list_sizes(arm)
    assert sizes[RTX]["family"] == "StandardNCdsRTXPRO6000BSEv6XLFamily"
    assert sizes["Standard_ND96isr_H200_v5"]["family"] == "standardNDISRH200V5Family"
    assert "Standard_NC128ds_xl_RTXPRO6000BSE_v6" not in sizes


async def test_usages_come_in_the_recorded_order(arm: Arm) -> None:
    answer = await arm.call("GET", USAGES, api_version="2024-07-01")
    names = [each["name"]["value"] for each in answer.body["value"]]
    assert names[:7] == [
        "availabilitySets",
        "cores",
        "virtualMachines",
        "virtualMachineScaleSets",
        "dedicatedVCpus",
        "cloudServices",
        "lowPriorityCores",
    ]
    assert names[-1] == "GalleryImageVersion"
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("family", "shown"),
    [
        ("StandardNCADSA100v4Family", "Standard NCADS_A100_v4 Family vCPUs"),
        ("standard NDAMSv4_A100Family", "Standard NDAMSv4_A100Family vCPUs"),
        ("Standard NDASv4_A100 Family", "Standard NDASv4_A100 Family vCPUs"),
        ("standardNDSH100v5Family", "Standard NDSH100v5 Family vCPUs"),
    ],
)
async def test_some_families_are_shown_by_no_rule(arm: Arm, family: str, shown: str) -> None:
    answer = await arm.call("GET", USAGES, api_version="2024-07-01")
    names = {each["name"]["value"]: each["name"] for each in answer.body["value"]}
    assert names[family]["localizedValue"] == shown


async def test_a_size_that_is_restricted_is_listed_and_refused(world: World) -> None:
    await world.ready_cluster()
    await world.control.call("PUT", "/sizes", {**HERE, "restricted": True})
    assert (await list_sizes(world.arm))[T4]["restrictions"] == [
        {
            "type": "Location",
            "values": ["westeurope"],
            "restrictionInfo": {"locations": ["westeurope"], "zones": []},
            "reasonCode": REASON,
        }
    ]
    refused = await world.pool("other", vmSize=T4)
    assert refused.error[:2] == (400, "BadRequest")
    assert f"The VM size of {T4} is not allowed in your subscription" in refused.body["message"]
    assert T4.lower() not in refused.body["message"].partition("available")[2].split(",")
    assert (await world.pool("another", vmSize=A100)).status == 201
    await world.control.call("PUT", "/sizes", HERE)
    assert (await list_sizes(world.arm))[T4]["restrictions"] == []


async def test_a_zone_that_is_closed_is_named_by_its_restriction_alone(world: World) -> None:
    await world.ready_cluster()
    await world.control.call("PUT", "/sizes", {**HERE, "restrictedZones": ["1", "3"]})
    size = (await list_sizes(world.arm))[T4]
    assert sorted(size["locationInfo"][0]["zones"]) == ["1", "2", "3"]
    assert size["restrictions"] == [
        {
            "type": "Zone",
            "values": ["westeurope"],
            "restrictionInfo": {"locations": ["westeurope"], "zones": ["1", "3"]},
            "reasonCode": REASON,
        }
    ]
    refused = await world.pool("first", vmSize=T4, availabilityZones=["1"])
    assert refused.error[:2] == (400, "AvailabilityZoneNotSupported")
    assert refused.body["message"] == (
        "The zone(s) '1' for resource 'first' is not supported. "
        "The supported zones for location 'westeurope' are '2'"
    )
    assert (await world.pool("second", vmSize=T4, availabilityZones=["2"])).status == 201


async def test_a_size_without_zones_takes_pools_without_zones(world: World) -> None:
    await world.ready_cluster()
    await world.control.call("PUT", "/sizes", {**HERE, "zones": []})
    assert (await list_sizes(world.arm))[T4]["locationInfo"][0]["zones"] == []
    refused = await world.pool("zoned", vmSize=T4, availabilityZones=["2"])
    assert refused.error[:2] == (400, "AvailabilityZoneNotSupported")
    assert refused.body["message"].endswith("are ''")
    assert (await world.pool("regional", vmSize=T4)).status == 201


async def test_a_new_cluster_is_refused_like_a_pool(world: World) -> None:
    await world.control.call("PUT", "/sizes", {**HERE, "vmSize": A100, "restricted": True})
    refused = await world.cluster(gpu_minimum=1)
    assert refused.error[:2] == (400, "BadRequest")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"region": "atlantis", "vmSize": T4}, "atlantis is not known"),
        ({"region": "westeurope", "vmSize": "Standard_X"}, "Standard_X is not known"),
        ({**HERE, "zone": "1"}, "zone is not known"),
    ],
)
async def test_what_cannot_be_said_of_a_size_is_refused(
    control: Control, body: dict[str, Any], says: str
) -> None:
    refused = await control.call("PUT", "/sizes", body, expected=400)
    assert says in refused["error"]["message"]

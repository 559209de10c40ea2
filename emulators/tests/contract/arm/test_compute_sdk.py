"""Microsoft's package for Compute reads the lists of simulated Azure."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity.aio import ManagedIdentityCredential
from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.compute.models import ResourceSku

from emulators.tests.contract.arm.conftest import transport_of
from emulators.tests.support.simulator import Control, SimulatorAddress

T4 = "Standard_NC4as_T4_v3"


@pytest.fixture
async def compute(
    address: SimulatorAddress,
    session: aiohttp.ClientSession,
    credential: ManagedIdentityCredential,
) -> AsyncIterator[ComputeManagementClient]:
    async with ComputeManagementClient(
        credential,
        address.subscription_id,
        base_url=address.url,
        transport=transport_of(session),
    ) as client:
        yield client


async def list_machines(compute: ComputeManagementClient, region: str) -> dict[str, ResourceSku]:
    skus = compute.resource_skus.list(filter=f"location eq '{region}'")
    found = [sku async for sku in skus if sku.resource_type == "virtualMachines"]
    return {str(sku.name): sku for sku in found}


async def test_the_package_reads_sizes_with_their_zones_and_capabilities(
    compute: ComputeManagementClient,
) -> None:
    a100 = (await list_machines(compute, "southcentralus"))["Standard_NC24ads_A100_v4"]
    assert (a100.family, a100.tier) == ("StandardNCADSA100v4Family", "Standard")
    assert a100.location_info
    assert sorted(a100.location_info[0].zones or ()) == ["1", "3"]
    capabilities = {each.name: each.value for each in a100.capabilities or ()}
    assert (capabilities["vCPUs"], capabilities["MemoryGB"]) == ("24", "220")
    assert a100.restrictions == []


async def test_the_package_reads_restrictions(
    compute: ComputeManagementClient, control: Control
) -> None:
    here = {"region": "westeurope", "vmSize": T4}
    await control.call("PUT", "/sizes", {**here, "restricted": True, "restrictedZones": ["3"]})
    restrictions = (await list_machines(compute, "westeurope"))[T4].restrictions
    assert restrictions
    assert [(each.type, each.reason_code) for each in restrictions] == [
        ("Location", "NotAvailableForSubscription"),
        ("Zone", "NotAvailableForSubscription"),
    ]
    assert restrictions[1].restriction_info
    assert restrictions[1].restriction_info.zones == ["3"]


async def test_the_package_reads_usages(compute: ComputeManagementClient) -> None:
    usages = {use.name.value: use async for use in compute.usage.list("westeurope")}
    assert (usages["cores"].current_value, usages["cores"].unit) == (0, "Count")
    shown = usages["StandardNCADSA100v4Family"].name.localized_value
    assert shown == "Standard NCADS_A100_v4 Family vCPUs"


async def test_the_package_is_refused_for_a_region_that_is_none(
    compute: ComputeManagementClient,
) -> None:
    with pytest.raises(HttpResponseError) as refusal:
        _ = [use async for use in compute.usage.list("atlantis")]
    assert refusal.value.status_code == 400

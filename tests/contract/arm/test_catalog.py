"""The product's readings of Azure's lists, of what simulated Azure answers."""

from datetime import UTC, datetime

import pytest

from clients.answers import NoAnswer
from clients.factory import ClientFactory
from domain.catalog.gpu_skus import GPU_SKUS
from domain.catalog.offered_sizes import OfferedSize, read_skus, read_usages
from domain.catalog.prices import read_retail_prices, shipped_prices
from emulators.tests.support.simulator import Control

REGION = "westeurope"
T4 = "Standard_NC4as_T4_v3"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


async def list_sizes(clients: ClientFactory, region: str) -> dict[str, OfferedSize]:
    pages = [page async for page in clients.compute.list_skus(region)]
    assert [page.status for page in pages] == [200]
    return {size.name: size for size in read_skus(pages[0].body["value"], region)}


async def test_every_size_of_the_table_is_offered_as_it_stands_there(clients: ClientFactory):
    sizes = await list_sizes(clients, REGION)
    for sku in GPU_SKUS:
        size = sizes[sku.name]
        assert (size.family, size.vcpus, size.gpus) == (sku.family, sku.vcpus, sku.gpus)
        assert size.restriction is None
        assert size.zones == ("1", "2", "3")
        assert size.host_encryption
    assert not {"Classic", "Aligned"} & set(sizes)


async def test_zones_are_those_that_are_open(clients: ClientFactory, control: Control):
    a100 = "Standard_NC24ads_A100_v4"
    assert (await list_sizes(clients, "southcentralus"))[a100].zones == ("1", "3")
    here = {"region": REGION, "vmSize": T4}
    await control.call("PUT", "/sizes", {**here, "restrictedZones": ["2"]})
    size = (await list_sizes(clients, REGION))[T4]
    assert (size.zones, size.restriction) == (("1", "3"), None)
    await control.call("PUT", "/sizes", {**here, "restricted": True})
    size = (await list_sizes(clients, REGION))[T4]
    assert size.restriction == "NotAvailableForSubscription"


async def test_quota_is_found_by_the_families_of_the_table(clients: ClientFactory):
    pages = [page async for page in clients.compute.list_usages(REGION)]
    uses = read_usages(item for page in pages for item in page.body["value"])
    assert {sku.family.lower() for sku in GPU_SKUS} <= set(uses)
    assert {"cores", "lowprioritycores"} <= set(uses)
    assert uses["cores"].left == uses["cores"].limit > 0


async def test_a_region_that_azure_does_not_know_is_a_refusal(clients: ClientFactory):
    pages = [page async for page in clients.compute.list_usages("atlantis")]
    assert [page.status for page in pages] == [400]


async def test_prices_are_those_that_were_shipped_while_azure_changes_none(
    clients: ClientFactory, control: Control
):
    rows = await clients.retail_prices.list_vm_prices(REGION)
    prices, shipped = read_retail_prices(rows, REGION, NOW), shipped_prices(REGION)
    assert shipped
    assert {size: prices.find(size) for size in shipped.hourly} == shipped.hourly
    assert set(prices.spot) == set(prices.hourly)
    assert prices.source == "RetailPrices"
    await control.call("PUT", "/prices", {"region": REGION, "vmSize": T4, "perHour": 9.5})
    rows = await clients.retail_prices.list_vm_prices(REGION)
    assert read_retail_prices(rows, REGION, NOW).find(T4) == 9.5


async def test_prices_come_in_the_currency_that_was_asked_for(clients: ClientFactory):
    rows = await clients.retail_prices.list_vm_prices(REGION, "EUR")
    prices = read_retail_prices(rows, REGION, NOW)
    assert prices.currency == "EUR"
    assert prices.find(T4) == pytest.approx(0.605, abs=0.001)


async def test_a_price_list_that_is_out_of_order_is_no_answer(
    clients: ClientFactory, control: Control
):
    await control.add_fault(match={"path": "/api/retail/prices"}, status=503)
    with pytest.raises(NoAnswer, match="HTTP 503"):
        await clients.retail_prices.list_vm_prices(REGION)

"""Prices are those of a region, from Azure's rows or as shipped."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.arm.managed_cluster import SYSTEM_VM_SIZE
from domain.catalog.gpu_skus import GPU_SKUS
from domain.catalog.prices import (
    RegionPrices,
    read_retail_prices,
    shipped_as_of,
    shipped_prices,
)
from domain.catalog.regions import DEFAULT_ALLOWED_REGIONS
from domain.wire import JsonObject

A100 = "Standard_NC24ads_A100_v4"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def a_row(**changes: Any) -> JsonObject:
    """A row as Azure answers it, of a size in West Europe."""
    return {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": 4.775,
        "unitPrice": 4.775,
        "armRegionName": "westeurope",
        "location": "EU West",
        "effectiveStartDate": "2022-06-01T00:00:00Z",
        "meterName": "NC24ads A100 v4",
        "productName": "NCads A100 v4 Series Linux",
        "skuName": "NC24ads A100 v4",
        "serviceName": "Virtual Machines",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": A100,
        **changes,
    }


def read(*rows: JsonObject) -> RegionPrices:
    return read_retail_prices(rows, "westeurope", NOW)


def found(vm_size: str, region: str, spot: bool = False) -> float | None:
    prices = shipped_prices(region)
    assert prices
    return prices.find(vm_size, spot)


@pytest.mark.parametrize(
    ("vm_size", "region", "spot", "price"),
    [
        pytest.param(A100, "westeurope", False, 4.775, id="West Europe"),
        pytest.param(A100, "eastus", False, 3.673, id="East US: another price"),
        pytest.param(A100, "West Europe", False, 4.775, id="the region's shown name"),
        pytest.param(f" {A100.upper()}", "westeurope", False, 4.775, id="in another spelling"),
        pytest.param("Standard_ND96isr_H200_v5", "westeurope", False, None, id="not there"),
        pytest.param(A100, "westeurope", True, None, id="spot prices change"),
        pytest.param("", "westeurope", False, None, id="no size"),
    ],
)
def test_a_shipped_price_is_known_or_it_is_said_not_to_be(vm_size, region, spot, price):
    assert found(vm_size, region, spot) == price


def test_shipped_prices_say_where_and_when_they_are_from():
    prices = shipped_prices("swedencentral")
    assert prices
    assert (prices.region, prices.currency, prices.source) == ("swedencentral", "USD", "shipped")
    assert prices.as_of == shipped_as_of() == datetime(2026, 6, 18, 3, 43, 41, tzinfo=UTC)
    assert shipped_prices("atlantis") is None


def test_every_shipped_price_is_of_a_size_that_is_built():
    built = {sku.name for sku in GPU_SKUS} | {"Standard_D2ds_v5", SYSTEM_VM_SIZE}
    for region in DEFAULT_ALLOWED_REGIONS:
        prices = shipped_prices(region)
        assert prices, region
        assert set(prices.hourly) <= built
        assert prices.find(SYSTEM_VM_SIZE), region
        assert all(price > 0 for price in prices.hourly.values())


def test_every_size_has_a_shipped_price_somewhere():
    priced: set[str] = set()
    for region in (*DEFAULT_ALLOWED_REGIONS, "japaneast", "australiaeast"):
        prices = shipped_prices(region)
        priced |= set(prices.hourly) if prices else set()
    assert {sku.name for sku in GPU_SKUS} <= priced


def test_prices_cross_the_wire_whole():
    prices = read(a_row(), a_row(skuName="NC24ads A100 v4 Spot", retailPrice=1.5))
    assert RegionPrices.from_wire(prices.to_wire()) == prices


def test_rows_of_azure_become_prices_by_size():
    prices = read(
        a_row(),
        a_row(armSkuName="standard_nc4as_t4_v3", retailPrice=0.658),
        a_row(armSkuName="Standard_D4ds_v5", retailPrice=0.272),
        a_row(skuName="NC24ads A100 v4 Spot", meterName="NC24ads A100 v4 Spot", retailPrice=0.9),
    )
    assert prices == RegionPrices(
        region="westeurope",
        currency="USD",
        as_of=NOW,
        source="RetailPrices",
        hourly={A100: 4.775, "Standard_NC4as_T4_v3": 0.658, "Standard_D4ds_v5": 0.272},
        spot={A100: 0.9},
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"productName": "NCads A100 v4 Series Windows"}, id="Windows"),
        pytest.param({"productName": "NCads A100 v4 Series Win"}, id="Windows, abbreviated"),
        pytest.param({"skuName": "NC24ads A100 v4 Low Priority"}, id="low priority, by SKU"),
        pytest.param({"meterName": "NC24ads A100 v4 Low Priority"}, id="low priority, by meter"),
        pytest.param({"retailPrice": 0}, id="zero"),
        pytest.param({"retailPrice": 0.0}, id="zero as a fraction"),
        pytest.param({"retailPrice": None}, id="no price"),
        pytest.param({"retailPrice": "4.775"}, id="a price that is no number"),
        pytest.param(
            {"type": "Reservation", "reservationTerm": "3 Years", "retailPrice": 48318.0},
            id="a reservation, whose unit is an hour and whose price is three years'",
        ),
        pytest.param({"reservationTerm": "1 Year"}, id="a term without its type"),
        pytest.param({"type": "DevTestConsumption"}, id="for development and test"),
        pytest.param({"serviceName": "Cloud Services"}, id="another service"),
        pytest.param({"unitOfMeasure": "1/Month"}, id="another unit"),
        pytest.param({"armRegionName": "northeurope"}, id="another region"),
        pytest.param({"armSkuName": ""}, id="no size"),
        pytest.param({"armSkuName": None}, id="a size that is null"),
        pytest.param({"effectiveStartDate": "2026-12-01T00:00:00Z"}, id="announced"),
        pytest.param({"effectiveEndDate": "2026-10-31T23:59:00Z"}, id="ended"),
        pytest.param({"effectiveEndDate": "2026-11-30T12:00:00Z"}, id="ending now"),
    ],
)
def test_what_is_no_price_of_a_linux_node_today_is_dropped(changes):
    prices = read(a_row(**changes))
    assert (prices.hourly, prices.spot) == ({}, {})


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"effectiveStartDate": "2026-11-30T12:00:00Z"}, id="begins now"),
        pytest.param({"effectiveEndDate": "2026-11-30T12:00:01Z"}, id="ends later"),
        pytest.param({"effectiveEndDate": None}, id="no end"),
        pytest.param({"effectiveStartDate": "", "effectiveEndDate": "?"}, id="no dates"),
        pytest.param({"isPrimaryMeterRegion": False}, id="not the meter's primary region"),
        pytest.param({"retailPrice": 5}, id="a whole number"),
    ],
)
def test_what_is_a_price_today_is_kept(changes):
    row = a_row(**changes)
    assert read(row).hourly == {A100: row["retailPrice"]}


@pytest.mark.parametrize("turned", [False, True], ids=["older first", "newer first"])
def test_of_two_open_rows_the_newer_counts(turned):
    rows = [a_row(retailPrice=4.0), a_row(effectiveStartDate="2026-10-01T00:00:00Z")]
    assert read(*(reversed(rows) if turned else rows)).find(A100) == 4.775


def test_the_currency_is_that_of_the_rows():
    assert read(a_row(currencyCode="EUR")).currency == "EUR"
    assert read().currency == "USD"


def test_the_region_may_be_written_as_it_is_shown():
    assert read_retail_prices([a_row()], "West Europe", NOW).hourly == {A100: 4.775}

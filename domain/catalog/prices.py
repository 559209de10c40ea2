"""List prices of VM sizes by region: as the Retail Prices API lists them, or as shipped.

Pay as you go: bills differ by reservations and agreements.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from domain.catalog.gpu_skus import find_gpu_sku
from domain.catalog.regions import normalise_region
from domain.wire import JsonObject, WireModel

type Source = Literal["RetailPrices", "shipped"]


class ExchangeRate(WireModel):
    """How many units of a currency the price list counts for one USD."""

    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    per_usd: float = Field(description="Units of it for one USD.", examples=[0.92])


class RegionPrices(WireModel):
    """Prices of one Linux node per hour, by VM size in its canonical spelling."""

    region: str
    currency: str = "USD"
    as_of: AwareDatetime
    source: Source
    hourly: dict[str, float]
    spot: dict[str, float] = Field(default_factory=dict[str, float])
    rate: ExchangeRate | None = None
    """Of another currency, if one is shown beside."""

    def only(self, vm_sizes: Iterable[str]) -> "RegionPrices":
        """Of these sizes, whatever their case: a region has some 900."""
        wanted = {each.lower() for each in vm_sizes}
        fewer = {
            field: {name: price for name, price in prices.items() if name.lower() in wanted}
            for field, prices in (("hourly", self.hourly), ("spot", self.spot))
        }
        return self.model_copy(update=fewer)

    def with_rate(self, other: "RegionPrices", vm_size: str) -> "RegionPrices":
        """With the rate by which a size costs something else in `other`, if both have it."""
        here, there = self.find(vm_size), other.find(vm_size)
        if not here or not there:
            return self
        rate = ExchangeRate(currency=other.currency, per_usd=round(there / here, 6))
        return self.model_copy(update={"rate": rate})

    def find(self, vm_size: str, spot: bool = False) -> float | None:
        """Per node and hour, whatever the case of the size; None if no price is known."""
        wanted = vm_size.strip().lower()
        prices = self.spot if spot else self.hourly
        return next((price for name, price in prices.items() if name.lower() == wanted), None)


class _Shipped(BaseModel):
    about: str
    as_of: AwareDatetime = Field(alias="asOf")
    currency: str
    hourly: dict[str, dict[str, float]]


@cache
def _shipped() -> _Shipped:
    text = files(__package__ or "").joinpath("shipped_prices.json").read_text()
    return _Shipped.model_validate_json(text)


def shipped_as_of() -> datetime:
    """When the shipped prices were read."""
    return _shipped().as_of


def shipped_prices(region: str) -> RegionPrices | None:
    """Those that this version brings along, without spot, whose prices change by the day."""
    return _shipped_by_region().get(normalise_region(region))


@cache
def _shipped_by_region() -> Mapping[str, RegionPrices]:
    table = _shipped()
    return {
        region: RegionPrices(
            region=region,
            currency=table.currency,
            as_of=table.as_of,
            source="shipped",
            hourly=hourly,
        )
        for region, hourly in table.hourly.items()
    }


def read_retail_prices(items: Iterable[JsonObject], region: str, as_of: datetime) -> RegionPrices:
    """The prices among rows of the Retail Prices API that were read at `as_of`."""
    region = normalise_region(region)
    hourly: dict[str, float] = {}
    spot: dict[str, float] = {}
    rows = [row for row in items if _is_price_of_linux(row, region) and _is_open(row, as_of)]
    for row in sorted(rows, key=_began_at):
        prices = spot if _text(row, "skuName").endswith(" Spot") else hourly
        prices[_canonical(_text(row, "armSkuName"))] = row["retailPrice"]
    return RegionPrices(
        region=region,
        currency=_text(rows[0], "currencyCode") if rows else "USD",
        as_of=as_of,
        source="RetailPrices",
        hourly=hourly,
        spot=spot,
    )


def _is_price_of_linux(row: JsonObject, region: str) -> bool:
    """A reservation's row has the price of its whole term, whatever its unit says."""
    price: Any = row.get("retailPrice")
    return (
        _text(row, "serviceName") == "Virtual Machines"
        and _text(row, "type") == "Consumption"
        and not row.get("reservationTerm")
        and _text(row, "unitOfMeasure") == "1 Hour"
        and _text(row, "armRegionName") == region
        and _text(row, "armSkuName") != ""
        and not _text(row, "productName").endswith((" Windows", " Win"))
        and not any(_text(row, key).endswith(" Low Priority") for key in ("skuName", "meterName"))
        and isinstance(price, int | float)
        and price > 0
    )


def _is_open(row: JsonObject, at: datetime) -> bool:
    """A row may have ended, or be announced; an end before the beginning was seen."""
    end = _time(row, "effectiveEndDate")
    return _began_at(row) <= at.timestamp() and (end is None or end > at.timestamp())


def _began_at(row: JsonObject) -> float:
    return _time(row, "effectiveStartDate") or 0.0


def _time(row: JsonObject, key: str) -> float | None:
    try:
        return datetime.fromisoformat(_text(row, key)).timestamp()
    except ValueError:
        return None


def _text(row: JsonObject, key: str) -> str:
    value: Any = row.get(key)
    return value if isinstance(value, str) else ""


def _canonical(vm_size: str) -> str:
    sku = find_gpu_sku(vm_size)
    return sku.name if sku else vm_size

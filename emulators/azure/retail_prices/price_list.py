"""The price list: VM sizes of every region, and some of what costs beside them.

Prices of Linux machines are those of June 2026. Spot, low priority and Windows follow from them
by the shares that one size had in October 2026.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from emulators.azure.compute.vm_sizes import VmSizes
from emulators.azure.regions import REGIONS
from emulators.azure.retail_prices.other_rows import OTHER_ROWS
from emulators.azure.retail_prices.row import Row, row

SPOT_SHARE = 0.196
LOW_PRIORITY_SHARE = 0.2
WINDOWS_PER_VCPU = 0.046
RESERVED_YEAR_SHARE = 0.6
HOURS_OF_A_YEAR = 8760
KEPT_SIZES = 4096
"""In one region each; each request goes through the rows of all."""

_FILE = Path(__file__).parent / "prices.json"


class PriceList:
    """The shipped prices, except what a test has set."""

    def __init__(self, sizes: VmSizes) -> None:
        self._sizes = sizes
        self._hourly: Mapping[str, Mapping[str, float]] = json.loads(_FILE.read_text())["hourly"]
        self._set: dict[tuple[str, str, bool], float | None] = {}
        """None: no row."""

    def set(self, region: str, vm_size: str, price: float | None, *, spot: bool) -> None:
        size = self._sizes.find(vm_size)
        self._set[region, size.name if size else vm_size, spot] = price

    def find(self, region: str, vm_size: str, spot: bool) -> float | None:
        """Of a Linux machine per hour, as the list has it; None without a row."""
        linux = self._set.get((region, vm_size, False), self._hourly[region].get(vm_size))
        if not spot:
            return None if linux is None else round(linux, 6)
        share = None if linux is None else round(linux * SPOT_SHARE, 6)
        return self._set.get((region, vm_size, True), share)

    def rows(self) -> Iterator[Row]:
        for region in REGIONS:
            yield from self.rows_of(region)
        yield from OTHER_ROWS

    def rows_of(self, region: str) -> Iterator[Row]:
        """Of VM sizes in the region."""
        shipped = self._hourly[region]
        added = {size for where, size, _ in self._set if where == region} - set(shipped)
        for name in (*shipped, *sorted(added)):
            yield from self._rows_of_size(region, name, shipped.get(name))

    def _rows_of_size(self, region: str, name: str, shipped: float | None) -> Iterator[Row]:
        linux = self._set.get((region, name, False), shipped)
        share = None if linux is None else round(linux * SPOT_SHARE, 6)
        spot = self._set.get((region, name, True), share)
        size = self._sizes.find(name)
        yield from _build_rows(region, name, linux, spot, size.vcpus if size else 0)


@lru_cache(maxsize=KEPT_SIZES)
def _build_rows(
    region: str, name: str, linux: float | None, spot: float | None, vcpus: int
) -> tuple[Row, ...]:
    return tuple(_rows_of_machine(region, name, linux, spot, vcpus))


def _rows_of_machine(
    region: str, name: str, linux: float | None, spot: float | None, vcpus: int
) -> Iterator[Row]:
    if spot is not None:
        yield _machine(region, name, spot, " Spot")
    if linux is None:
        return
    windows = linux + WINDOWS_PER_VCPU * vcpus
    yield _machine(region, name, linux)
    yield _machine(region, name, linux * LOW_PRIORITY_SHARE, " Low Priority")
    yield _machine(region, name, windows, windows=True)
    yield _machine(region, name, windows * SPOT_SHARE, " Spot", windows=True)
    yield _machine(region, name, windows * LOW_PRIORITY_SHARE, " Low Priority", windows=True)
    yield _machine(region, name, linux, type="DevTestConsumption")
    term = linux * HOURS_OF_A_YEAR * RESERVED_YEAR_SHARE
    yield _machine(region, name, term, type="Reservation", reservationTerm="1 Year")


def _machine(
    region: str, name: str, price: float, kind: str = "", *, windows: bool = False, **more: str
) -> Row:
    """The price of a reservation is that of its term, although its unit says an hour."""
    size = name.removeprefix("Standard_")
    meter = size.replace("_", " ") + kind
    system = " Windows" if windows else ""
    return row(
        armRegionName=region,
        location=region,
        retailPrice=round(price, 6),
        meterName=meter,
        productName=f"Virtual Machines {size} Series{system}",
        skuName=meter,
        armSkuName=name,
        # Recorded as false, by which the parameter meterRegion drops them.
        isPrimaryMeterRegion=windows,
        **more,
    )

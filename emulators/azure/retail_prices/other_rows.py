"""Rows of what costs beside machines, with the figures that were found in 2026."""

from typing import Any

from emulators.azure.regions import REGIONS
from emulators.azure.retail_prices.row import Row, row


def _aks(region: str, sku: str, meter: str, price: float, start: str, **more: Any) -> Row:
    return row(
        serviceName="Azure Kubernetes Service",
        serviceId="DZH3156Q4XTG",
        serviceFamily="Containers",
        productName="Azure Kubernetes Service",
        skuName=sku,
        meterName=meter,
        retailPrice=price,
        armRegionName=region,
        location=region,
        effectiveStartDate=start,
        isPrimaryMeterRegion=False,
        **more,
    )


def _of_region(region: str) -> list[Row]:
    """The first of the two rows of the free tier ends before it begins, as it did."""
    free, meter = "FreeTierInfrastructureCost", "FreeTierInfrastructureCost Uptime SLA"
    begin, end = "2026-10-01T00:00:00Z", "2026-09-30T23:59:00Z"
    return [
        _aks(region, "Standard", "Standard Uptime SLA", 0.1, "2020-03-01T00:00:00Z"),
        _aks(region, "Standard", "Standard Long Term Support", 0.6, "2023-05-01T00:00:00Z"),
        _aks(region, free, meter, 0.01, begin, effectiveEndDate=end, armSkuName=free),
        _aks(region, free, meter, 0.05, begin, armSkuName=free),
        row(
            serviceName="Virtual Network",
            serviceId="DZH314HC0WV9",
            serviceFamily="Networking",
            productName="IP Addresses",
            skuName="Standard",
            meterName="Standard IPv4 Static Public IP",
            retailPrice=0.005,
            armRegionName=region,
            location=region,
            effectiveStartDate="2021-04-20T00:00:00Z",
        ),
    ]


def _load_balancer(meter: str, price: float, unit: str) -> Row:
    return row(
        serviceName="Load Balancer",
        serviceId="DZH317GZ3J8K",
        serviceFamily="Networking",
        productName="Load Balancer",
        skuName="Standard",
        meterName=meter,
        retailPrice=price,
        unitOfMeasure=unit,
        armRegionName="Global",
        location="Global",
    )


def _front_door(tier: str, price: float) -> Row:
    return row(
        serviceName="Azure Front Door Service",
        serviceId="DZH314SN4B3K",
        serviceFamily="Networking",
        productName="Azure Front Door",
        skuName=tier,
        meterName=f"{tier} Base Fees",
        retailPrice=price,
        unitOfMeasure="1/Month",
        armRegionName="Zone 1",
        location="Zone 1",
    )


OTHER_ROWS: tuple[Row, ...] = (
    *(each for region in REGIONS for each in _of_region(region)),
    _load_balancer("Standard Included LB Rules and Outbound Rules", 0.025, "1 Hour"),
    _load_balancer("Standard Overage LB Rules and Outbound Rules", 0.01, "1/Hour"),
    _load_balancer("Standard Data Processed", 0.005, "1 GB"),
    _front_door("Standard", 35.0),
    _front_door("Premium", 330.0),
)

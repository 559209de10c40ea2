"""One row of the price list."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

Row = dict[str, Any]


def row(**values: Any) -> Row:
    """A row with the fields that all have, for a machine unless `values` say otherwise."""
    full: Row = {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "unitPrice": values["retailPrice"],
        "effectiveStartDate": "2022-06-01T00:00:00Z",
        "serviceName": "Virtual Machines",
        "serviceId": "DZH313Z7MMC8",
        "serviceFamily": "Compute",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": "",
        **values,
    }
    key = "/".join(str(full[name]) for name in ("armRegionName", "productName", "meterName"))
    meter = str(uuid5(NAMESPACE_URL, key))
    product = f"DZH318Z0{meter[:4].upper()}"
    return {"meterId": meter, "productId": product, "skuId": f"{product}/{meter[4:8]}", **full}

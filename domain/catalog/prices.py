"""List prices of GPU VM sizes, accurate enough to rank pools and to estimate savings.

USD per hour for one Linux node, pay as you go, East US, from SkyPilot's public catalog
(catalogs/v8/azure/vms.csv, generated from Azure's Retail Prices API); other regions were up to
30 % more expensive there. Bills differ: reservations, agreements and spot are not included.
"""

PRICE_REGION = "eastus"

HOURLY_PRICES = {
    "Standard_NC4as_T4_v3": 0.526,
    "Standard_NC8as_T4_v3": 0.752,
    "Standard_NC16as_T4_v3": 1.204,
    "Standard_NC64as_T4_v3": 4.352,
    "Standard_NC24ads_A100_v4": 3.673,
    "Standard_NC48ads_A100_v4": 7.346,
    "Standard_NC96ads_A100_v4": 14.692,
    "Standard_NC40ads_H100_v5": 6.98,
    "Standard_NC80adis_H100_v5": 13.96,
    "Standard_NV36ads_A10_v5": 3.2,
    "Standard_NV36adms_A10_v5": 4.52,
    "Standard_NV72ads_A10_v5": 6.52,
    "Standard_ND96asr_v4": 27.197,
    "Standard_ND96amsr_A100_v4": 32.77,
    "Standard_ND96isr_H100_v5": 98.32,
}


def find_hourly_price(vm_size: str, spot: bool = False) -> float | None:
    """USD per node and hour; None if no list price is known, and for spot: its price varies."""
    by_name = {name.lower(): price for name, price in HOURLY_PRICES.items()}
    return None if spot else by_name.get(vm_size.strip().lower())

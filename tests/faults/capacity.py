"""Quota for all rows, and machines unless a row says that there are none."""

from collections.abc import Iterable, Mapping
from typing import Any

from emulators.stack.api import SimulatedAzure

VCPUS = 100_000
QUOTAS = ("StandardNCADSA100v4Family", "Standard NCASv3_T4 Family", "standardDDSv5Family", "cores")
REGIONS = ("westeurope", "northeurope")


def give_room(azure: SimulatedAzure) -> None:
    for region in REGIONS:
        for quota in QUOTAS:
            body = {"region": region, "name": quota, "limit": VCPUS}
            azure.put("/_simulator/quota", json=body).raise_for_status()


def take_machines(azure: SimulatedAzure, shortages: Iterable[Mapping[str, Any]]) -> None:
    for shortage in shortages:
        azure.put("/_simulator/capacity", json={**shortage, "zones": []}).raise_for_status()


def return_machines(azure: SimulatedAzure, shortages: Iterable[Mapping[str, Any]]) -> None:
    for shortage in shortages:
        azure.put("/_simulator/capacity", json=dict(shortage)).raise_for_status()

"""CNAME records of a customer's zone: written at once, and what leads to a public address."""

from typing import Any

import pytest

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, RawAnswer

VERSION = "2018-05-01"
ZONE = "resourceGroups/gp-fraud/providers/Microsoft.Network/dnsZones/example.com"
RECORD = f"{ZONE}/CNAME/westeurope.llm"
TARGET = "fraud.westeurope.cloudapp.azure.com"


def record(**properties: Any) -> dict[str, Any]:
    return {"properties": {"TTL": 300, "CNAMERecord": {"cname": TARGET}, **properties}}


async def call(arm: Arm, method: str, path: str, body: Any = None) -> RawAnswer:
    return await arm.call(method, path, body, api_version=VERSION)


@pytest.fixture
async def zone(arm: Arm, group: str) -> str:
    assert (await call(arm, "PUT", ZONE, {"location": "global"})).status == 201
    assert (await call(arm, "PUT", ZONE, {"location": "global"})).status == 200
    assert (await call(arm, "GET", ZONE)).body["properties"]["zoneType"] == "Public"
    return ZONE


async def test_a_record_lives_without_an_operation(
    arm: Arm, zone: str, simulator: RunningSimulator
) -> None:
    addresses = simulator.simulator.azure.addresses
    assert (await call(arm, "GET", RECORD)).error == (404, "NotFound")
    created = await call(arm, "PUT", RECORD, record(metadata={"owner": "us"}))
    assert created.status == 201
    assert not {"Location", "Azure-AsyncOperation"} & set(created.headers)
    found = (await call(arm, "GET", RECORD)).body["properties"]
    assert found["fqdn"] == "westeurope.llm.example.com."
    assert found["metadata"] == {"owner": "us"}
    assert addresses.find_alias("westeurope.llm.example.com") == TARGET
    assert addresses.find_alias("swedencentral.llm.example.com") is None
    assert (await call(arm, "PUT", RECORD, record(TTL=60))).status == 200
    assert (await call(arm, "DELETE", RECORD)).status == 200
    assert (await call(arm, "DELETE", RECORD)).status == 204
    assert addresses.find_alias("westeurope.llm.example.com") is None


@pytest.mark.parametrize(
    "body",
    [record(TTL=None), record(CNAMERecord=None), record(TTL="300"), {"properties": {}}],
)
async def test_a_record_without_target_or_time_to_live_is_refused(
    arm: Arm, zone: str, body: dict[str, Any]
) -> None:
    assert (await call(arm, "PUT", RECORD, body)).status == 400


async def test_there_is_no_record_without_its_zone(arm: Arm, group: str) -> None:
    assert (await call(arm, "PUT", RECORD, record())).error == (404, "ParentResourceNotFound")
    assert (await call(arm, "GET", ZONE)).error == (404, "ResourceNotFound")
    assert (await call(arm, "PUT", ZONE, {"location": "westeurope"})).status == 400

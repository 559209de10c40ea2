"""The record of a cell's name leads to the cell, is marked as ours, and keeps what others add."""

from typing import Any

import pytest

from domain.arm import naming
from domain.arm.dns_record import build_dns_record, is_record_current, read_record_owner
from tests.support.certificates import https_edge
from tests.support.specs import a_spec

SUBSCRIPTION = "5b5c5b5c-0000-4000-8000-000000000001"
CELL = naming.origin_host("fraud-llm", "westeurope", SUBSCRIPTION)


def build(existing: dict[str, Any] | None = None) -> dict[str, Any]:
    return build_dns_record(a_spec(**https_edge()), "westeurope", SUBSCRIPTION, existing)


def found(cname: str = CELL, ttl: int = 300) -> dict[str, Any]:
    return {"properties": {"TTL": ttl, "CNAMERecord": {"cname": cname}, "fqdn": "x."}}


def test_it_leads_to_the_cell_and_names_its_owner():
    body = build()
    assert body["properties"]["CNAMERecord"] == {"cname": CELL}
    assert read_record_owner(body) == "fraud-llm"


def test_metadata_of_others_stays():
    existing = {"properties": {"metadata": {"ticket": "NET-1"}}}
    assert build(existing)["properties"]["metadata"] == {
        "ticket": "NET-1",
        naming.OWNER_TAG: "fraud-llm",
    }


@pytest.mark.parametrize("existing", [{}, {"properties": {}}, {"properties": {"metadata": None}}])
def test_a_record_without_a_mark_is_of_others(existing: dict[str, Any]):
    assert read_record_owner(existing) is None


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        (found(), True),
        (found(f"{CELL.upper()}."), True),
        (found("elsewhere.example.org"), False),
        (found(ttl=60), False),
        ({}, False),
    ],
)
def test_it_is_written_again_only_if_it_differs(existing: dict[str, Any], expected: bool):
    assert is_record_current(existing, build()) is expected

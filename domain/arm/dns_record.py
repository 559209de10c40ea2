"""The record by which the name of an origin leads to its cell, in a zone of the team's."""

from collections.abc import Mapping
from typing import Any

from domain.arm import naming
from domain.arm.merge_existing import as_mapping
from domain.spec.model import EnvironmentSpec

TTL_SECONDS = 300
"""A cell that moves gets another name: this is how long a resolver may remember its absence."""


def build_dns_record(
    spec: EnvironmentSpec,
    region: str,
    subscription_id: str,
    existing: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A record set carries no tags; its metadata states the owner."""
    found = as_mapping(as_mapping(existing or {}).get("properties"))
    return {
        "properties": {
            "TTL": TTL_SECONDS,
            "CNAMERecord": {"cname": naming.origin_host(spec.name, region, subscription_id)},
            "metadata": {**as_mapping(found.get("metadata")), naming.OWNER_TAG: spec.name},
        }
    }


def read_record_owner(existing: Mapping[str, Any]) -> str | None:
    metadata = as_mapping(as_mapping(existing.get("properties")).get("metadata"))
    owner = metadata.get(naming.OWNER_TAG)
    return str(owner) if owner else None


def is_record_current(existing: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return _read(existing) == _read(body)


def _read(record: Mapping[str, Any]) -> tuple[str, object]:
    properties = as_mapping(record.get("properties"))
    cname = str(as_mapping(properties.get("CNAMERecord")).get("cname", ""))
    return cname.rstrip(".").lower(), properties.get("TTL")

"""Zones, their CNAME records, and what these lead to."""

from typing import Any

from emulators.azure.arm.errors import wrong_type
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.shapes import TAGS, Shape, mismatch
from emulators.azure.dns import errors

ZONE_TYPE = "Microsoft.Network/dnsZones"
CNAME_TYPE = f"{ZONE_TYPE}/CNAME"

_RECORD: Shape = {
    "properties": {"TTL": int, "metadata": TAGS, "CNAMERecord": {"cname": str}},
}


class Zones:
    """All zones of the subscription, as if every resolver asked them."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def put_zone(self, request: ArmRequest) -> Resource:
        if str(request.body.get("location", "")).lower() != "global":
            raise errors.bad_request("The location of a DNS zone is 'global'.")
        found = self._platform.resources.get(request.path)
        if found is None:
            found = self._new(request, ZONE_TYPE)
        found.body = {"location": "global", "tags": request.body.get("tags") or {}}
        return found

    def put_record(self, request: ArmRequest, *, is_new: bool) -> Resource:
        """`is_new`: whether one that is there may not be changed."""
        if (found := mismatch(request.body, _RECORD)) is not None:
            raise wrong_type(found)
        properties = request.properties
        if not properties.get("TTL") or not (properties.get("CNAMERecord") or {}).get("cname"):
            raise errors.bad_request("A record set of type CNAME needs a TTL and a CNAME record.")
        record = self._platform.resources.get(request.path)
        if record is not None and is_new:
            raise errors.record_exists(record.name)
        if record is None:
            record = self._new(request, CNAME_TYPE)
        record.etag = self._platform.identifiers.guid()
        record.body = {"properties": _kept(properties)}
        return record

    def resolve(self, host: str) -> str | None:
        """What a name leads to; None without a record."""
        for record in self._platform.resources.of_type(CNAME_TYPE):
            if fqdn(record).rstrip(".") == host.lower().rstrip("."):
                target: str = record.properties["CNAMERecord"]["cname"]
                return target.rstrip(".")
        return None

    def _new(self, request: ArmRequest, resource_type: str) -> Resource:
        resource = Resource(
            id=request.path,
            type=resource_type,
            name=request.path.rpartition("/")[2],
            created_at=self._platform.clock.now(),
            state="Succeeded",
            body={},
            etag=self._platform.identifiers.guid(),
        )
        self._platform.resources.add(resource)
        return resource


def fqdn(record: Resource) -> str:
    zone = record.key.split("/")[-3]
    return f"{record.name.lower()}.{zone}."


def _kept(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "metadata": properties.get("metadata") or {},
        "TTL": properties["TTL"],
        "CNAMERecord": {"cname": properties["CNAMERecord"]["cname"]},
    }

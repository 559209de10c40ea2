"""Routes of zones and of CNAME records."""

from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import resource_not_found
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.routing import GROUP, ApiVersions, Route
from emulators.azure.dns import errors
from emulators.azure.dns.models import CNAME_TYPE, ZONE_TYPE, Zones, fqdn
from emulators.azure.latency import Duration

VERSIONS = ApiVersions("2016-04-01", "2018-05-01", ("2017-10-01", "2018-05-01"))
ZONE = f"{GROUP}/providers/{ZONE_TYPE}/{{zone}}"
RECORD = f"{ZONE}/CNAME/{{record}}"

READ = Duration(0.1, 0.2, 0.5)
WRITE = Duration(0.3, 0.6, 1.5)


class DnsRoutes:
    """A zone is there at once, and a record resolves at once, without an operation."""

    def __init__(self, platform: Platform, zones: Zones) -> None:
        self._platform = platform
        self._zones = zones

    def routes(self) -> list[Route]:
        return [
            Route("GET", ZONE, self.get_zone, VERSIONS, ZONE_TYPE),
            Route("PUT", ZONE, self.put_zone, VERSIONS, ZONE_TYPE),
            Route("GET", RECORD, self.get_record, VERSIONS, CNAME_TYPE),
            Route("PUT", RECORD, self.put_record, VERSIONS, CNAME_TYPE),
            Route("DELETE", RECORD, self.delete_record, VERSIONS, CNAME_TYPE),
        ]

    async def get_zone(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        found = self._platform.resources.get(request.path)
        if found is None:
            raise resource_not_found(request.path)
        return Answer(200, _zone(found))

    async def put_zone(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(WRITE)
        is_new = self._platform.resources.get(request.path) is None
        return Answer(201 if is_new else 200, _zone(self._zones.put_zone(request)))

    async def get_record(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        found = self._platform.resources.get(request.path)
        if found is None:
            name = request.params["record"]
            subscription_id = self._platform.subscription_id
            raise errors.record_not_found(name, request.group, subscription_id)
        return Answer(200, _record(found))

    async def put_record(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(WRITE)
        is_new = self._platform.resources.get(request.path) is None
        only_new = request.headers.get("If-None-Match") == "*"
        return Answer(
            201 if is_new else 200, _record(self._zones.put_record(request, is_new=only_new))
        )

    async def delete_record(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(WRITE)
        found = self._platform.resources.get(request.path)
        if found is None:
            return Answer(204)
        self._platform.resources.remove(found)
        return Answer(200)


def _zone(zone: Resource) -> dict[str, Any]:
    servers = [f"ns{number}-01.azure-dns.{top}." for number, top in enumerate(("com", "net"), 1)]
    return {
        "id": zone.id,
        "name": zone.name,
        "type": "Microsoft.Network/dnszones",
        "etag": zone.etag,
        "location": zone.body["location"],
        "tags": zone.body["tags"],
        "properties": {
            "maxNumberOfRecordSets": 10000,
            "numberOfRecordSets": 2,
            "nameServers": servers,
            "zoneType": "Public",
        },
    }


def _record(record: Resource) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "type": "Microsoft.Network/dnszones/CNAME",
        "etag": record.etag,
        "properties": {
            **record.properties,
            "fqdn": fqdn(record),
            "targetResource": {},
            "provisioningState": record.state,
        },
    }

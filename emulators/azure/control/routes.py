"""The control API under `/_simulator`."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Protocol

from aiohttp import web

from emulators.azure.azure import SimulatedAzure
from emulators.azure.clock import Clock
from emulators.azure.container_registry.control import RegistryControl
from emulators.azure.control.capacity_control import CapacityControl
from emulators.azure.control.faults import Faults
from emulators.azure.control.input import BadInput, Fields, read_json, required
from emulators.azure.control.journal import Journal
from emulators.azure.control.lag import LagControl
from emulators.azure.control.policy_control import PolicyControl
from emulators.azure.control.size_control import SizeControl
from emulators.azure.control.state import state
from emulators.azure.entra.applications import Applications
from emulators.azure.entra.control import DirectoryControl
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.network.usages import NAMES as NETWORK_NAMES
from emulators.azure.regions import REGIONS, normalized_region
from emulators.azure.service_bus.broker import Broker
from emulators.azure.service_bus.control import ServiceBusControl
from emulators.azure.storage.blobs import BlobControl
from emulators.azure.throttling.throttling import Throttling

PREFIX = "/_simulator"

Handler = Callable[[web.Request], Awaitable[Any]]


class Controlled(Protocol):
    """What can be controlled: one simulator, whose Azure changes with a reset."""

    @property
    def azure(self) -> SimulatedAzure: ...

    @property
    def applications(self) -> Applications: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def faults(self) -> Faults: ...

    @property
    def journal(self) -> Journal: ...

    @property
    def service_bus(self) -> Broker: ...

    @property
    def throttling(self) -> Throttling: ...

    async def reset(self) -> None: ...


class ControlRoutes:
    """Reads control requests and answers them in JSON."""

    def __init__(self, simulator: Controlled) -> None:
        self._simulator = simulator
        self._lag = LagControl(simulator.clock)
        self._handlers: dict[tuple[str, str], Handler] = {
            ("GET", ""): self.get_state,
            ("GET", "/state"): self.get_state,
            ("POST", "/reset"): self.reset,
            ("GET", "/clock"): self.get_clock,
            ("PUT", "/clock"): self.put_clock,
            ("GET", "/latencies"): self.get_latencies,
            ("GET", "/faults"): self.get_faults,
            ("POST", "/faults"): self.post_fault,
            ("DELETE", "/faults"): self.delete_faults,
            ("GET", "/requests"): self.get_requests,
            ("DELETE", "/requests"): self.delete_requests,
            ("GET", "/quota"): self.get_quota,
            ("PUT", "/quota"): self.put_quota,
            ("GET", "/limits"): self.get_limits,
            ("PUT", "/limits"): self.put_limits,
            ("PUT", "/dns-labels"): self.put_dns_label,
            ("GET", "/throttling"): self.get_throttling,
            ("PUT", "/throttling"): self.put_throttling,
            **BlobControl(lambda: simulator.azure.blobs).handlers(),
            **CapacityControl(lambda: simulator.azure.clusters.machines.capacity).handlers(),
            **DirectoryControl(simulator.applications).handlers(),
            **self._lag.handlers(),
            **PolicyControl(simulator).handlers(),
            **RegistryControl(lambda: simulator.azure.registries).handlers(),
            **SizeControl(
                lambda: simulator.azure.clusters.machines, lambda: simulator.azure.prices
            ).handlers(),
            **ServiceBusControl(simulator.service_bus).handlers(),
        }

    async def handle(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix(PREFIX).rstrip("/")
        try:
            if request.method == "DELETE" and path.startswith("/faults/"):
                return self._delete_fault(path.removeprefix("/faults/"))
            handler = self._handlers.get((request.method, path))
            if handler is None:
                return _error(404, f"There is no {request.method} {request.path} to control.")
            answer = await handler(request)
        except BadInput as refusal:
            return _error(400, str(refusal))
        if answer is None:
            return web.Response(status=204)
        status = 201 if request.method == "POST" else 200
        return web.json_response(answer, status=status)

    async def get_state(self, request: web.Request) -> Any:
        service_bus = self._simulator.service_bus.wire()
        lag = self._lag.wire()
        return {**state(self._simulator.azure), "serviceBus": service_bus, "lag": lag}

    async def reset(self, request: web.Request) -> None:
        await self._simulator.reset()

    async def get_clock(self, request: web.Request) -> Any:
        clock = self._simulator.clock
        return {
            "now": clock.now().isoformat(),
            "scale": clock.scale,
            "origin": clock.origin.isoformat(),
        }

    async def put_clock(self, request: web.Request) -> Any:
        fields = Fields(await read_json(request))
        scale = fields.number("scale", low=0)
        now = fields.moment("now")
        ahead = fields.number("advanceSeconds", low=0)
        fields.finish()
        if scale is None and now is None and ahead is None:
            raise BadInput("scale, now or advanceSeconds is required.")
        clock = self._simulator.clock
        if ahead is not None:
            clock.advance_to(clock.now() + timedelta(seconds=ahead))
        if now is not None:
            if now < clock.now():
                raise BadInput("now must not lie in the past: simulated time runs forward.")
            clock.advance_to(now)
        if scale is not None:
            clock.set_scale(scale)
        return await self.get_clock(request)

    async def get_latencies(self, request: web.Request) -> Any:
        return [
            {
                "name": each.name,
                "startedAt": each.started_at.isoformat(),
                "endedAt": each.ended_at.isoformat(),
            }
            for each in self._simulator.azure.platform.latencies.record
        ]

    async def get_faults(self, request: web.Request) -> Any:
        return self._simulator.faults.wire()

    async def post_fault(self, request: web.Request) -> Any:
        fault = self._simulator.faults.add(await read_json(request))
        self._prepare_clusters()
        return fault

    async def delete_faults(self, request: web.Request) -> None:
        self._simulator.faults.clear()
        self._prepare_clusters()

    def _delete_fault(self, fault_id: str) -> web.Response:
        if self._simulator.faults.remove(fault_id):
            self._prepare_clusters()
            return web.Response(status=204)
        return _error(404, f"There is no fault {fault_id}.")

    async def get_requests(self, request: web.Request) -> Any:
        return self._simulator.journal.wire()

    async def delete_requests(self, request: web.Request) -> None:
        self._simulator.journal.clear()

    async def get_quota(self, request: web.Request) -> Any:
        region = normalized_region(request.query.get("region"))
        if region not in REGIONS:
            raise BadInput("region is required in the query and must be known.")
        quota = self._simulator.azure.clusters.machines.quota
        return [
            {"name": name, "limit": quota.limit(region, name), "usage": quota.usage(region, name)}
            for name in quota.names()
        ]

    async def put_quota(self, request: web.Request) -> Any:
        fields = Fields(await read_json(request))
        region = _region(fields)
        name = required(fields.text("name"), "name")
        limit = required(fields.integer("limit"), "limit")
        fields.finish()
        network = self._simulator.azure.network_usages
        if name in NETWORK_NAMES:
            network.set_limit(region, name, limit)
            return {"region": region, "name": name, "limit": limit}
        quota = self._simulator.azure.clusters.machines.quota
        if name.lower() not in (each.lower() for each in quota.names()):
            raise BadInput(
                f"name {name} is no VM family, nor cores, nor lowPriorityCores, nor a usage of "
                "Network."
            )
        quota.set_limit(region, name, limit)
        return {"region": region, "name": name, "limit": quota.limit(region, name)}

    async def get_limits(self, request: web.Request) -> Any:
        limits = self._simulator.azure.platform.limits
        return {
            "clustersPerRegion": limits.clusters_per_region,
            "frontDoorProfiles": limits.front_door_profiles,
        }

    async def put_limits(self, request: web.Request) -> Any:
        fields = Fields(await read_json(request))
        limits = self._simulator.azure.platform.limits
        clusters = fields.integer("clustersPerRegion", limits.clusters_per_region)
        profiles = fields.integer("frontDoorProfiles", limits.front_door_profiles)
        fields.finish()
        limits.clusters_per_region = required(clusters, "clustersPerRegion")
        limits.front_door_profiles = required(profiles, "frontDoorProfiles")
        return await self.get_limits(request)

    async def put_dns_label(self, request: web.Request) -> Any:
        """Let a DNS label be taken by another customer, or give it back."""
        fields = Fields(await read_json(request))
        region = _region(fields)
        label = required(fields.text("label"), "label")
        taken = fields.flag("taken")
        fields.finish()
        addresses = self._simulator.azure.addresses
        if taken:
            addresses.reserve_dns_label(label, region)
        else:
            addresses.release_dns_label(label, region)
        return {"region": region, "label": label, "taken": taken}

    async def get_throttling(self, request: web.Request) -> Any:
        return self._simulator.throttling.wire()

    async def put_throttling(self, request: web.Request) -> Any:
        fields = Fields(await read_json(request))
        if "enabled" not in fields:
            raise BadInput("enabled is required.")
        enabled = fields.flag("enabled")
        tokens = fields.integer("tokens")
        fields.finish()
        self._simulator.throttling.switch(enabled, tokens)
        return await self.get_throttling(request)

    def _prepare_clusters(self) -> None:
        for each in self._simulator.azure.clusters.all():
            if isinstance(each.kubernetes, Cluster):
                self._simulator.faults.prepare(each.kubernetes)


def _region(fields: Fields) -> str:
    given = required(fields.text("region"), "region")
    region = normalized_region(given)
    if region not in REGIONS:
        raise BadInput(f"region {given} is not known.")
    return region


def _error(status: int, message: str) -> web.Response:
    code = "NotFound" if status == 404 else "BadRequest"
    return web.json_response({"error": {"code": code, "message": message}}, status=status)

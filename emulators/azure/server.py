"""The one HTTPS server: sends each request to the part of simulated Azure that it is for."""

import json
import logging
import secrets
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.utils import format_datetime

from aiohttp import web

from emulators.azure import cloud_metadata
from emulators.azure.arm import errors
from emulators.azure.arm.answers import JSON, JSON_WITH_CHARSET, Answer
from emulators.azure.azure import SimulatedAzure
from emulators.azure.clock import Clock
from emulators.azure.container_registry import blob_storage
from emulators.azure.container_registry.data_plane import DataPlane, is_for_registry
from emulators.azure.control.faults import Fault, Faults
from emulators.azure.control.journal import Entry, Journal
from emulators.azure.control.recorded import RECORDED_ANSWERS
from emulators.azure.control.requested_resource import KUBERNETES, resource_of
from emulators.azure.control.routes import PREFIX, ControlRoutes
from emulators.azure.edge import routes as edge
from emulators.azure.entra.applications import Application, Applications
from emulators.azure.entra.issuing import Issuing
from emulators.azure.entra.routes import Entra, is_for_entra
from emulators.azure.identity import MANAGED_IDENTITY, Principal, Tokens
from emulators.azure.key_vault import data_plane as key_vault
from emulators.azure.kubernetes import errors as kubernetes_errors
from emulators.azure.kubernetes import routes as kubernetes
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.latency import AS_MEASURED, Timing
from emulators.azure.log_analytics import routes as log_queries
from emulators.azure.managed_identity import ManagedIdentity
from emulators.azure.monitor import routes as metrics
from emulators.azure.monitor.models import Monitor
from emulators.azure.retail_prices import routes as retail_prices
from emulators.azure.service_bus import websocket
from emulators.azure.service_bus.administration import routes as administration
from emulators.azure.service_bus.broker import Broker
from emulators.azure.service_bus.settings import DEFAULT_ENTITIES, Entities
from emulators.azure.signing import SigningKey
from emulators.azure.throttling.throttling import Throttling

SUBSCRIPTION_ID = "5b5c5b5c-0000-4000-8000-000000000001"
TENANT_ID = "7e7e7e7e-0000-4000-8000-000000000001"
APPLICATION = Principal(
    "a9910000-0000-4000-8000-000000000001", "a9910000-0000-4000-8000-000000000002"
)
"""The one service principal that signs in with a secret."""

DATA_PLANE = (".azurefd.net", ".cloudapp.azure.com")
MAX_BODY_BYTES = 16 * 1024 * 1024

log = logging.getLogger("emulators.azure")

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Simulator:
    """What lives as long as the process; the Azure inside it changes with a reset."""

    def __init__(
        self,
        clock: Clock,
        ca_pem: bytes,
        seed: int = 1,
        entities: Entities = DEFAULT_ENTITIES,
        throttled: bool = False,
        timing: Timing = AS_MEASURED,
        runs_programs: bool = True,
        signing_key: SigningKey | None = None,
    ) -> None:
        self.clock = clock
        self.tokens = Tokens(
            TENANT_ID, MANAGED_IDENTITY.object_id, MANAGED_IDENTITY.client_id, key=signing_key
        )
        self.identity_header = secrets.token_hex(16)
        self.application = Application(APPLICATION, secrets.token_urlsafe(24))
        self.applications = Applications([self.application])
        self.faults = Faults()
        self.journal = Journal()
        self.throttling = Throttling(clock, throttled)
        self._ca_pem = ca_pem
        self._seed = seed
        self._timing = timing
        self._runs_programs = runs_programs
        self.azure = self._new_azure()
        self.service_bus = Broker(clock, entities, tokens=self.tokens)
        self._administration = administration.Administration(self.service_bus)
        issuing = Issuing(self.tokens, self.applications)
        self._managed_identity = ManagedIdentity(self.tokens, issuing, self.identity_header)
        self._entra = Entra(self.tokens, self.applications, issuing)
        self._control = ControlRoutes(self)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_route("*", "/{path:.*}", self.handle)
        app.on_response_prepare.append(self._date)
        app.on_cleanup.append(self._stop)
        return app

    async def reset(self) -> None:
        """Forget everything but the clock, the identity and the switch of throttling."""
        await self.azure.stop()
        self.faults.clear()
        self.journal.clear()
        self.throttling.refill()
        self.service_bus.reset()
        self.azure = self._new_azure()
        log.info("Reset.")

    def resume(self) -> None:
        """Go on from a saved state; its clock has moved on by as much as nobody was there."""
        self.azure.resume()
        self.service_bus.resume()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith(PREFIX):
            return await self._guarded(request, self._control.handle)
        started_at = self.clock.now()
        response = await self._guarded(request, self._with_faults)
        seconds = (self.clock.now() - started_at).total_seconds()
        entry = Entry(
            started_at,
            request.method,
            _host(request),
            request.path,
            response.status,
            seconds,
            request.headers.get("User-Agent", ""),
        )
        self.journal.add(entry)
        return response

    async def _guarded(self, request: web.Request, answering: Answering) -> web.StreamResponse:
        """Whatever goes wrong inside, the caller sees what Azure would say, never a trace."""
        try:
            return await answering(request)
        except (web.HTTPException, ConnectionError):
            raise
        except Exception:
            tracking_id = str(uuid.uuid4())
            log.exception("%s %s failed, activity %s", request.method, request.path, tracking_id)
            answer = errors.unexpected_failure(tracking_id).answer
            return self.azure.gateway.response(request, answer)

    async def _with_faults(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.take(
            request.method,
            _host(request),
            request.path,
            lambda: resource_of(request.path, self.azure.platform.operations, self.azure.clusters),
        )
        if fault is None:
            return await self._dispatch(request)
        log.info("%s applied to %s %s", fault.id, request.method, request.path)
        if fault.after:
            await self._dispatch(request)
        if fault.latency_seconds:
            async with self.azure.platform.latencies.span(f"Fault {fault.id}"):
                await self.clock.sleep(fault.latency_seconds)
        if fault.recorded is not None:
            return self._recorded(request, fault, RECORDED_ANSWERS[fault.recorded])
        if fault.status is None:
            return await self._dispatch(request)
        if request.path.startswith("/kubernetes/") and fault.body is None:
            return _kubernetes_refusal(fault, fault.status)
        return _faulty_response(fault, fault.status, request.path)

    def _recorded(self, request: web.Request, fault: Fault, answer: Answer) -> web.Response:
        """A proxy's page comes as it is; what ARM answers has the headers of ARM."""
        if isinstance(answer.body, str):
            headers = {"Content-Type": answer.content_type, **fault.headers}
            return web.Response(status=answer.status, body=answer.body.encode(), headers=headers)
        headers = {**answer.headers, **fault.headers}
        return self.azure.gateway.response(request, replace(answer, headers=headers))

    async def _dispatch(self, request: web.Request) -> web.StreamResponse:
        if _host(request).endswith(DATA_PLANE):
            return await self._data_plane(request)
        if is_for_registry(_host(request)):
            return await DataPlane(self.azure.registries, self.tokens).handle(request)
        if blob_storage.is_for_storage(_host(request)):
            return blob_storage.handle(request, self.azure.registries)
        if key_vault.is_for_vault(_host(request)):
            access = self.azure.secret_access
            tokens = self.tokens
            return await key_vault.handle(request, access, tokens.tenant_id, tokens.claims_of)
        return await self._dispatch_by_path(request)

    async def _dispatch_by_path(self, request: web.Request) -> web.StreamResponse:
        """To what has no host name of its own here, and takes no token."""
        if request.path == "/msi/token":
            return self._managed_identity.handle(request)
        if cloud_metadata.is_for_metadata(request):
            return cloud_metadata.handle(request)
        if is_for_entra(request):
            return await self._entra.handle(request)
        if retail_prices.is_for_prices(request):
            return await retail_prices.handle(request, self.azure.prices, self.azure.platform)
        return await self._dispatch_by_token(request)

    async def _dispatch_by_token(self, request: web.Request) -> web.StreamResponse:
        """To what takes a token that was asked for before."""
        if websocket.is_for_websocket(request):
            return await websocket.serve(request, self.service_bus)
        if administration.is_for_service_bus(request):
            return await self._administration.handle(request)
        if request.path.startswith(KUBERNETES):
            return await self._kubernetes(request)
        if metrics.is_for_metrics(request):
            azure = self.azure
            monitor = Monitor(azure.platform, azure.request_counts, self.faults.metrics)
            return await metrics.handle(request, monitor, self.tokens.audience_of)
        if log_queries.is_for_logs(request):
            workspace = self.azure.log_workspace
            return await log_queries.handle(request, workspace, self.tokens.audience_of)
        return await self.azure.gateway.handle(request)

    async def _data_plane(self, request: web.Request) -> web.StreamResponse:
        azure = self.azure
        return await edge.handle(
            request,
            azure.front_door,
            azure.addresses,
            lambda endpoint: azure.request_counts.add(endpoint.front_door_id),
        )

    async def _kubernetes(self, request: web.Request) -> web.StreamResponse:
        api_id, _, rest = request.path.removeprefix(KUBERNETES).partition("/")
        found = self.azure.clusters.by_api_id(api_id)
        if found is None or not found.is_serving or not isinstance(found.kubernetes, Cluster):
            return web.Response(status=503, text="The API server does not answer.")
        return await kubernetes.handle(
            request, found.kubernetes, f"/{rest}", self.tokens.audience_of
        )

    def _new_azure(self) -> SimulatedAzure:
        return SimulatedAzure(
            SUBSCRIPTION_ID,
            self.tokens,
            self.clock,
            self._ca_pem,
            self.faults.planned_failure,
            self._prepare_cluster,
            self.throttling,
            self._seed,
            self._timing,
        )

    def _prepare_cluster(self, cluster: Cluster) -> None:
        cluster.runs_programs = self._runs_programs
        self.faults.prepare(cluster)

    async def _date(self, request: web.Request, response: web.StreamResponse) -> None:
        """By the clock of simulated Azure, not by that of the machine."""
        response.headers["Date"] = format_datetime(self.clock.now(), usegmt=True)

    async def _stop(self, app: web.Application) -> None:
        await self.service_bus.stop()
        await self.azure.stop()


def _host(request: web.Request) -> str:
    return request.host.partition(":")[0].lower()


def _kubernetes_refusal(fault: Fault, status: int) -> web.Response:
    """What a cluster's API answers is a Status object; `code` is its reason."""
    refusal = kubernetes_errors.by_status(status, fault.code or "", fault.message or "")
    response = kubernetes.json_response(refusal.status, refusal.code)
    response.headers.update(fault.headers)
    return response


def _faulty_response(fault: Fault, status: int, path: str) -> web.Response:
    if isinstance(fault.body, str):
        headers = {"Content-Type": "text/html", **fault.headers}
        return web.Response(status=status, body=fault.body.encode(), headers=headers)
    body = fault.body
    if body is None:
        code = fault.code or "InternalServerError"
        body = {"error": {"code": code, "message": fault.message or "A fault on demand."}}
    # An API server names JSON without a charset, and clients compare the whole header.
    json_type = JSON if path.startswith(KUBERNETES) else JSON_WITH_CHARSET
    headers = {"Content-Type": json_type, **fault.headers}
    return web.Response(status=status, body=json.dumps(body).encode(), headers=headers)

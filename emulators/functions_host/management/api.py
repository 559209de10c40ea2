"""The routes of the management API, and what its callers see when the hub refuses."""

import logging
from collections.abc import Awaitable, Callable

import grpc
import grpc.aio
from aiohttp import web
from durabletask.client import AsyncTaskHubGrpcClient
from durabletask.internal.orchestrator_service_pb2_grpc import TaskHubSidecarServiceStub

from emulators.functions_host.durable_client_binding import WEBHOOK_PATH
from emulators.functions_host.functions import FunctionIndex
from emulators.functions_host.management.answers import Refusal, error_response
from emulators.functions_host.management.entities import Entities
from emulators.functions_host.management.instances import Instances
from emulators.functions_host.management.pages import HubPages
from emulators.functions_host.management.starts import Starts

type Handler = Callable[[web.Request], Awaitable[web.Response]]

_log = logging.getLogger("emulators.functions_host.management")
_client_log = logging.getLogger("durabletask.client")
_STATUSES = {
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.FAILED_PRECONDITION: 412,
    grpc.StatusCode.UNAVAILABLE: 503,
}


def add_management_routes(
    server: web.Application, channel: grpc.aio.Channel, functions: FunctionIndex, hub_name: str
) -> None:
    client = AsyncTaskHubGrpcClient(channel=channel, emit_trace_spans=False, logger=_client_log)
    pages = HubPages(TaskHubSidecarServiceStub(channel))
    instances = Instances(client, pages, hub_name)
    entities = Entities(client, pages)
    starts = Starts(client, functions, hub_name)
    instance = "/instances/{instance}"
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/instances", instances.list),
        ("DELETE", "/instances", instances.purge_many),
        ("GET", instance, instances.status),
        ("DELETE", instance, instances.purge),
        ("POST", f"{instance}/raiseEvent/{{event}}", instances.raise_event),
        ("POST", f"{instance}/terminate", instances.terminate),
        ("POST", f"{instance}/suspend", instances.suspend),
        ("POST", f"{instance}/resume", instances.resume),
        ("POST", f"{instance}/rewind", instances.rewind),
        ("POST", f"{instance}/restart", instances.restart),
        ("POST", "/orchestrators/{function}", starts.start),
        ("POST", "/orchestrators/{function}/{instance}", starts.start),
        ("GET", "/entities", entities.list),
        ("GET", "/entities/{entity}", entities.list),
        ("GET", "/entities/{entity}/{key}", entities.state),
        ("POST", "/entities/{entity}/{key}", entities.signal),
        ("DELETE", "/entities/{entity}/{key}", entities.signal),
    ]
    for method, path, handler in routes:
        server.router.add_route(method, _pattern(path), _answering_errors(handler))


def _pattern(path: str) -> str:
    """Neither the case of literal parts nor a slash at the end matters."""
    parts = path.strip("/").split("/")
    literal = "/".join(
        part if part.startswith("{") else f"{{_{number}:(?i:{part})}}"
        for number, part in enumerate(parts)
    )
    return f"{WEBHOOK_PATH}/{literal}{{_end:/?}}"


def _answering_errors(handler: Handler) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except Refusal as refusal:
            return error_response(refusal.status, refusal.message, bare=refusal.bare)
        except grpc.aio.AioRpcError as error:
            status = _STATUSES.get(error.code(), 500)
            if status == 500:
                _log.exception("The task hub failed at %s %s.", request.method, request.path)
            return error_response(status, error.details())
        except Exception:
            _log.exception("The management API failed at %s %s.", request.method, request.path)
            return error_response(500, "Something went wrong while processing your request")

    return answer

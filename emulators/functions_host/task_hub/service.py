"""The gRPC server of a task hub."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio
from durabletask.internal import orchestrator_service_pb2_grpc as stubs

from emulators.functions_host.task_hub.entity_calls import EntityCalls
from emulators.functions_host.task_hub.hub import TaskHub
from emulators.functions_host.task_hub.instance_calls import InstanceCalls
from emulators.functions_host.task_hub.refusals import Refusal
from emulators.functions_host.task_hub.worker_calls import WorkerCalls

_log = logging.getLogger("emulators.functions_host.task_hub")
PING_SECONDS = 10.0


class TaskHubService(WorkerCalls, InstanceCalls, EntityCalls):
    def __init__(self, hub: TaskHub) -> None:
        WorkerCalls.__init__(self, hub)
        InstanceCalls.__init__(self, hub)
        EntityCalls.__init__(self, hub)


class _Refusals(grpc.aio.ServerInterceptor):
    """Answers refusals with their status, and anything unforeseen without its details."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        if handler is None:
            return handler
        if handler.response_streaming:
            call = _guarded(handler.unary_stream)
            make = grpc.unary_stream_rpc_method_handler
        else:
            call = _guarded(handler.unary_unary)
            make = grpc.unary_unary_rpc_method_handler
        return make(call, handler.request_deserializer, handler.response_serializer)


def _guarded(call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def guarded(request: Any, context: grpc.aio.ServicerContext) -> Any:
        try:
            return await call(request, context)
        except Refusal as refusal:
            await context.abort(refusal.status, str(refusal))
        except Exception:
            _log.exception("A call failed.")
            await context.abort(grpc.StatusCode.INTERNAL, "The task hub failed; see its log.")

    return guarded


def new_server(hub: TaskHub, ping_seconds: float = PING_SECONDS) -> grpc.aio.Server:
    server = grpc.aio.server(options=_options(ping_seconds), interceptors=[_Refusals()])
    stubs.add_TaskHubSidecarServiceServicer_to_server(TaskHubService(hub), server)
    return server


def _options(ping_seconds: float) -> list[tuple[str, int]]:
    """A worker whose process hangs answers no ping: its stream ends and its leases with it.

    Messages may have any size: a turn carries its whole history, and one that does not fit
    would end the stream of every worker that is to get it, again and again.
    """
    milliseconds = round(ping_seconds * 1000)
    return [
        ("grpc.max_receive_message_length", -1),
        ("grpc.max_send_message_length", -1),
        ("grpc.keepalive_time_ms", milliseconds),
        ("grpc.keepalive_timeout_ms", 2 * milliseconds),
        # Without this one a ping may stay unanswered for a minute, whatever the others say.
        ("grpc.http2.ping_timeout_ms", 2 * milliseconds),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.so_reuseport", 0),
    ]

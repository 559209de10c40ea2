"""Serves the gRPC service by which functions settle messages themselves."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import grpc
from azure.servicebus.exceptions import ServiceBusError
from azurefunctions.extensions.bindings.protos import settlement_pb2, settlement_pb2_grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.timestamp_pb2 import Timestamp

from emulators.functions_host.service_bus.deliveries import Deliveries, Delivery, HeldSession

_THREADS = 32
_MAX_MESSAGE_BYTES = 2**31 - 1
_messages: Any = settlement_pb2


class Settlement(settlement_pb2_grpc.SettlementServicer):
    """Has threads of its own, as a call blocks the function and maybe the loop it runs on."""

    def __init__(self, deliveries: Deliveries, loop: asyncio.AbstractEventLoop) -> None:
        self._deliveries = deliveries
        self._loop = loop

    def Complete(self, request: Any, context: Any) -> Empty:
        return self._settle(request, context, lambda d: d.receiver.complete_message(d.message))

    def Abandon(self, request: Any, context: Any) -> Empty:
        return self._settle(request, context, lambda d: d.receiver.abandon_message(d.message))

    def Defer(self, request: Any, context: Any) -> Empty:
        return self._settle(request, context, lambda d: d.receiver.defer_message(d.message))

    def Deadletter(self, request: Any, context: Any) -> Empty:
        def dead_letter(delivery: Delivery) -> Awaitable[None]:
            return delivery.receiver.dead_letter_message(
                delivery.message,
                reason=request.deadletterReason.value,
                error_description=request.deadletterErrorDescription.value,
            )

        return self._settle(request, context, dead_letter)

    def RenewMessageLock(self, request: Any, context: Any) -> Empty:
        async def renew() -> Empty:
            delivery = self._delivery(request.locktoken)
            await delivery.receiver.renew_message_lock(delivery.message)
            return Empty()

        return self._answer(context, renew())

    def GetSessionState(self, request: Any, context: Any) -> Any:
        async def get() -> Any:
            state = await self._session(request.sessionId).receiver.session.get_state()
            return _messages.GetSessionStateResponse(sessionState=state or b"")

        return self._answer(context, get())

    def SetSessionState(self, request: Any, context: Any) -> Empty:
        async def put() -> Empty:
            session = self._session(request.sessionId).receiver.session
            await session.set_state(request.sessionState or None)
            return Empty()

        return self._answer(context, put())

    def ReleaseSession(self, request: Any, context: Any) -> Empty:
        async def release() -> Empty:
            self._session(request.sessionId).is_released = True
            return Empty()

        return self._answer(context, release())

    def RenewSessionLock(self, request: Any, context: Any) -> Any:
        async def renew() -> Any:
            until = Timestamp()
            until.FromDatetime(
                await self._session(request.sessionId).receiver.session.renew_lock()
            )
            return _messages.RenewSessionLockResponse(lockedUntil=until)

        return self._answer(context, renew())

    def _settle(
        self, request: Any, context: Any, settle: Callable[[Delivery], Awaitable[None]]
    ) -> Empty:
        async def settle_once() -> Empty:
            delivery = self._delivery(request.locktoken)
            await settle(delivery)
            delivery.is_settled = True
            return Empty()

        return self._answer(context, settle_once())

    def _delivery(self, lock_token: str) -> Delivery:
        delivery = self._deliveries.find(lock_token)
        if delivery is None:
            raise LookupError(f"LockToken {lock_token} not found.")
        return delivery

    def _session(self, session_id: str) -> HeldSession:
        session = self._deliveries.session(session_id)
        if session is None:
            raise LookupError(f"SessionId {session_id} not found.")
        return session

    def _answer[T](self, context: Any, work: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except (LookupError, ServiceBusError, ValueError) as error:
            _refuse(context, str(error))


def _refuse(context: Any, reason: str) -> NoReturn:
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, reason)
    raise AssertionError("abort always raises")


def start_settlement_server(settlement: Settlement) -> tuple[grpc.Server, int]:
    server = grpc.server(
        ThreadPoolExecutor(_THREADS, thread_name_prefix="settlement"),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    settlement_pb2_grpc.add_SettlementServicer_to_server(settlement, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def worker_arguments(port: int) -> list[str]:
    """Where a worker's command line in Azure says how to reach the host."""
    return [
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--functions-uri", f"http://127.0.0.1:{port}"),
        *("--functions-grpc-max-message-length", str(_MAX_MESSAGE_BYTES)),
    ]

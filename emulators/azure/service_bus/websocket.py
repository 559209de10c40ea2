"""AMQP over WebSockets: the same connections, with HTTPS below them instead of TLS alone."""

import asyncio
from collections.abc import Callable

from aiohttp import WSMsgType, web

from emulators.azure.service_bus.connection import Connection, Container

PATH = "/$servicebus/websocket"
SUBPROTOCOLS = ("AMQPWSB10", "amqp")
"""What the SDKs offer, and what is registered for AMQP."""

MAX_WAITING_BYTES = 256 * 1024
"""Beyond this the connection has to pause, until all of it is written."""


def is_for_websocket(request: web.Request) -> bool:
    return request.path.lower() == PATH


async def serve(request: web.Request, container: Container) -> web.StreamResponse:
    """Carry one connection until either side ends it."""
    socket = web.WebSocketResponse(protocols=SUBPROTOCOLS)
    if not socket.can_prepare(request):
        return web.Response(status=400, text="A WebSocket has to be asked for.")
    await socket.prepare(request)
    connection = Connection(container)
    transport = WebSocketTransport(socket, connection.pause_writing, connection.resume_writing)
    connection.connection_made(transport)
    writing = asyncio.create_task(transport.run())
    try:
        async for message in socket:
            if message.type is WSMsgType.BINARY:
                connection.data_received(message.data)
    finally:
        transport.close()
        connection.connection_lost(None)
        await writing
    return socket


class WebSocketTransport(asyncio.Transport):
    """Writes in order, as many bytes in a message as come at once."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        pause: Callable[[], None],
        resume: Callable[[], None],
    ) -> None:
        super().__init__()
        self._socket = socket
        self._pause = pause
        self._resume = resume
        self._data: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._waiting = 0
        self._is_paused = False
        self._is_closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._is_closing:
            return
        self._data.put_nowait(bytes(data))
        self._waiting += len(data)
        if self._waiting > MAX_WAITING_BYTES and not self._is_paused:
            self._is_paused = True
            self._pause()

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        """What was written before still goes out."""
        if not self._is_closing:
            self._is_closing = True
            self._data.put_nowait(None)

    async def run(self) -> None:
        try:
            while (data := await self._data.get()) is not None:
                await self._socket.send_bytes(data)
                self._written(len(data))
        except ConnectionError:
            return  # the client is gone, which ends the reading side as well
        await self._socket.close()

    def _written(self, size: int) -> None:
        self._waiting -= size
        if self._is_paused and not self._waiting:
            self._is_paused = False
            self._resume()
